"""Every transfer syntax gives the same pixels, and no decoder outside the licence is asked."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pydicom import uid
from pydicom.encaps import get_frame
from pydicom.pixels import get_decoder
from pydicom.pixels.encoders import RLELosslessEncoder

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import dicom as dicom_module
from lightbox_edge.reading import read_frames
from lightbox_edge.reading.windows import Tones

Build = Callable[..., bytes]
One = Callable[..., Radiograph]
Real = Callable[..., bytes]

NATIVE = [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian]
NATIVE.append(uid.DeflatedExplicitVRLittleEndian)
DTYPES = [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32]
STREAMS = json.loads((Path(__file__).parent / "streams.json").read_text())


def stored(data: bytes, monkeypatch: pytest.MonkeyPatch, side: int | None = None) -> np.ndarray[Any, Any]:
    """The stored values that reading hands to the grayscale pipeline."""
    kept: list[np.ndarray[Any, Any]] = []
    real = dicom_module.shown

    def keep(values: np.ndarray[Any, Any], tones: Tones, longer_side: int | None) -> Any:
        kept.append(values)
        return real(values, tones, longer_side)

    with monkeypatch.context() as patch:
        patch.setattr(dicom_module, "shown", keep)
        outcomes = [frame.outcome for frame in read_frames(data, side)]
    assert all(isinstance(outcome, Radiograph) for outcome in outcomes), outcomes
    return np.stack(kept)


def expected(pixels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The documented scaling of pixels without a window."""
    if pixels.dtype.itemsize == 1:
        return pixels.astype(int) - np.iinfo(pixels.dtype).min
    low, high = pixels.min(), pixels.max()
    if low == high:
        return np.zeros(pixels.shape)
    return np.rint((pixels.astype(float) - float(low)) / (float(high) - float(low)) * 65535)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(NATIVE), st.sampled_from(DTYPES))
def test_uncompressed_pixels_round_trip(
    build: Build, one: One, data: st.DataObject, syntax: Any, dtype: Any
) -> None:
    pixels = data.draw(arrays(dtype, array_shapes(min_dims=2, max_dims=2, max_side=9)))
    got = one(build(pixels, syntax)).pixels
    assert got.dtype == (np.uint8 if pixels.dtype.itemsize == 1 else np.uint16)
    np.testing.assert_array_equal(got, expected(pixels))


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from([np.uint8, np.uint16]))
def test_rle_round_trips(build: Build, one: One, data: st.DataObject, dtype: Any) -> None:
    pixels = data.draw(
        arrays(dtype, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 9))
    )
    bits = 8 * pixels.dtype.itemsize
    frame = RLELosslessEncoder.encode(
        pixels.tobytes(),
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        samples_per_pixel=1,
        bits_allocated=bits,
        bits_stored=bits,
        pixel_representation=0,
        photometric_interpretation="MONOCHROME2",
        number_of_frames=1,
        encoding_plugin="pydicom",
    )
    np.testing.assert_array_equal(one(build(pixels, uid.RLELossless, [frame])).pixels, expected(pixels))


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("syntax", NATIVE)
def test_colours_are_luminance_however_they_are_laid_out(
    build: Build, one: One, syntax: Any, planar: int
) -> None:
    colours = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
    raw = np.moveaxis(colours, -1, 0).tobytes() if planar else colours.tobytes()
    data = build(colours, syntax, PlanarConfiguration=planar, PixelData=raw + b"\0")
    np.testing.assert_allclose(one(data).pixels, colours @ [0.299, 0.587, 0.114], atol=0.51)
    ybr = build(colours, syntax, PhotometricInterpretation="YBR_FULL")
    np.testing.assert_array_equal(one(ybr).pixels, colours[..., 0])


def test_one_bit_frames_need_not_start_on_a_byte(build: Build) -> None:
    bits = np.random.default_rng(2).integers(0, 2, (3, 3, 5), np.uint8)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    data = build(bits, BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=packed)
    outcomes = [frame.outcome for frame in read_frames(data)]
    assert [outcome.pixels.tolist() for outcome in outcomes if isinstance(outcome, Radiograph)] == (
        bits * 255
    ).tolist()


def test_float_pixels(build: Build, one: One) -> None:
    values = np.array([[0.5, 1.0], [1.5, 2.5]], np.float32)
    data = build(
        np.zeros((2, 2), np.uint16), PixelData=None, BitsAllocated=32, FloatPixelData=values.tobytes()
    )
    np.testing.assert_array_equal(one(data).pixels, np.rint((values - 0.5) / 2 * 65535))


MR_SMALL = ["_RLE", "_bigendian", "_expb", "_implicit", "_jp2klossless", "_jpeg_ls_lossless", "_padded"]


@pytest.mark.parametrize("variant", MR_SMALL)
def test_lossless_syntaxes_of_one_real_picture_are_equal(
    real: Real, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = stored(real("MR_small.dcm", Modality="CR"), monkeypatch)
    assert reference.shape == (1, 64, 64)
    assert (reference.min(), reference.max()) == (127, 2145)
    np.testing.assert_array_equal(
        stored(real(f"MR_small{variant}.dcm", Modality="CR"), monkeypatch), reference
    )


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("emri_small_RLE", "emri_small"),
        ("emri_small_big_endian", "emri_small"),
        ("emri_small_jpeg_2k_lossless", "emri_small"),
        ("emri_small_jpeg_ls_lossless", "emri_small"),
        ("OBXXXX1A_rle_2frame", "OBXXXX1A_2frame"),
        ("OBXXXX1A_expb_2frame", "OBXXXX1A_2frame"),
        ("SC_rgb_rle_16bit_2frame", "SC_rgb_16bit_2frame"),
        ("SC_rgb_expb_32bit_2frame", "SC_rgb_32bit_2frame"),
        ("SC_rgb_jpeg_gdcm", "SC_rgb"),
        ("RG1_J2KR", "RG1_UNCR"),
        ("RG3_J2KR", "RG3_UNCR"),
        ("693_J2KR", "693_UNCR"),
        ("MR2_J2KR", "MR2_UNCR"),
        ("US1_J2KR", "US1_UNCR"),
    ],
)
def test_lossless_syntaxes_of_real_files_are_equal(
    real: Real, name: str, like: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    got, wanted = (stored(real(f"{file}.dcm", Modality="CR"), monkeypatch) for file in (name, like))
    np.testing.assert_allclose(got, wanted, rtol=1e-6)  # luminance is float32; stored values are exact
    assert got.dtype.kind != "i" or (got == wanted).all()


@pytest.mark.parametrize(
    "name", ["J2K_pixelrep_mismatch", "693_J2KI", "JPEG2000", "explicit_VR-UN", "JPEG-LL"]
)
def test_sign_and_shift_agree_with_pydicom(real: Real, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = real(f"{name}.dcm", Modality="CR")
    dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(data))
    decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    theirs, _ = decoder.as_array(dataset, index=0, raw=True, decoding_plugin="gdcm")
    np.testing.assert_array_equal(stored(data, monkeypatch)[0], theirs)


def test_the_picture_of_the_streams(build: Build, one: One, monkeypatch: pytest.MonkeyPatch) -> None:
    """One 12-bit picture in each coding that the real files lack, made with an independent encoder."""
    y, x = np.mgrid[0:24, 0:20]
    pixels = ((x * 97 + y * 131 + (x * y) % 17 * 40) % 4096).astype(np.uint16)
    pixels[0, :2] = 4095, 0
    for syntax, name in (
        (uid.HTJ2KLossless, "HTJ2K"),
        (uid.HTJ2KLosslessRPCL, "HTJ2K"),
        (uid.HTJ2K, "HTJ2K"),
        (uid.JPEGLosslessSV1, "JPEG lossless, predictor 1"),
        (uid.JPEGLossless, "JPEG lossless, predictor 5"),
        (uid.JPEGLSLossless, "JPEG-LS"),
        (uid.JPEG2000Lossless, "JPEG 2000"),
    ):
        data = build(pixels, syntax, [base64.b64decode(STREAMS[name])], BitsStored=12)
        np.testing.assert_array_equal(stored(data, monkeypatch)[0], pixels, name)
        np.testing.assert_array_equal(one(data).pixels, np.rint(pixels / 4095 * 65535), name)
    lossy = build(pixels, uid.JPEGExtended12Bit, [base64.b64decode(STREAMS["JPEG 12 bit"])], BitsStored=12)
    np.testing.assert_allclose(stored(lossy, monkeypatch)[0].astype(int), pixels, atol=40)


def test_lossy_colours(real: Real, one: One) -> None:
    for name, like, most in (
        ("SC_rgb_dcmtk_+eb+cy+np", "SC_rgb_dcmtk_ebcynp_dcmd", 9),  # pure red is clipped when made RGB
        ("SC_rgb_dcmtk_+eb+cr", "SC_rgb_dcmtk_ebcr_dcmd", 2),
        ("SC_rgb_jpeg", "SC_rgb_jpeg_dcmd", 2),
        ("SC_rgb_jls_lossy_line", "SC_rgb", 3),  # JPEG-LS by line and by sample, near-lossless
        ("SC_rgb_jls_lossy_sample", "SC_rgb", 3),
    ):
        got, wanted = one(real(f"{name}.dcm")).pixels, one(real(f"{like}.dcm")).pixels
        np.testing.assert_allclose(got.astype(int), wanted, atol=most, err_msg=name)


@pytest.mark.parametrize("name", ["RG1_J2KR", "RG1_J2KI", "RG3_J2KR", "RG1_UNCR"])
def test_a_reduced_film_is_near_the_whole_one(real: Real, one: One, name: str) -> None:
    """Within 1 % of the gray range on average; single pixels differ, since wavelets do not average."""
    data = real(f"{name}.dcm")
    whole, small = one(data), one(data, longer_side=448)
    assert small.stored_size == whole.stored_size == whole.pixels.shape
    assert 448 <= max(small.pixels.shape) < 1000
    rows, columns = small.pixels.shape
    step = round(whole.pixels.shape[0] / rows)
    even = whole.pixels[: rows // 2 * step, : columns // 2 * step].astype(float)
    average = even.reshape(rows // 2, step, columns // 2, step).mean((1, 3))
    difference = np.abs(small.pixels[: rows // 2, : columns // 2] - average)
    assert difference.mean() < 65535 * 0.01
    assert np.quantile(difference, 0.99) < 65535 * 0.05


def test_codes_and_wrong_signs_are_decoded_whole(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wavelet's low band of wrapped signs, of padding or of palette codes would mean nothing."""
    for name, shape in (("J2K_pixelrep_mismatch", 512), ("693_J2KR", 512), ("693_J2KI", 512)):
        assert stored(real(f"{name}.dcm", Modality="CR"), monkeypatch, 64).shape == (1, shape, shape)
    assert stored(real("RG3_J2KR.dcm"), monkeypatch, 448).shape == (1, 880, 880)


def test_the_gpl_decoder_is_never_asked(
    real: Real, build: Build, one: One, monkeypatch: pytest.MonkeyPatch
) -> None:
    libjpeg = pytest.importorskip(
        "libjpeg", reason="the GPL decoder is not installed, which is as it should be"
    )

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the GPL decoder was asked")

    for module in [module for name, module in sys.modules.items() if name.startswith("libjpeg")]:
        for function in ("decode", "decode_pixel_data", "get_parameters"):
            if hasattr(module, function):
                monkeypatch.setattr(module, function, refuse)
    assert libjpeg
    from pydicom.pixels.decoders import pylibjpeg

    monkeypatch.setattr(pylibjpeg, "_DECODERS", {})
    for name in ("MR_small_jpeg_ls_lossless", "SC_rgb_jpeg_gdcm", "SC_rgb_jpeg_dcmtk", "JPEG-LL", "RG3_J2KR"):
        one(real(f"{name}.dcm", Modality="CR"))
    test_the_picture_of_the_streams(build, one, monkeypatch)


@pytest.mark.parametrize("name", ["MR_small_jpeg_ls_lossless", "MR_small_RLE", "RG3_J2KI"])
def test_a_lying_header_is_caught_before_decoding(real: Real, name: str) -> None:
    (frame,) = read_frames(real(f"{name}.dcm", Modality="CR", Rows=16, Columns=16))
    assert isinstance(frame.outcome, UnreadableImage)
    assert re.search(
        "where the DICOM header says 16 x 16|more pixels than the DICOM header", str(frame.outcome)
    )


def test_frames_are_joined_from_fragments_by_either_table(build: Build) -> None:
    pixels = np.arange(480, dtype=np.uint16).reshape(24, 20)
    stream = base64.b64decode(STREAMS["JPEG 2000"])
    frames = [stream, stream, stream]
    assert get_frame(pydicom.encaps.encapsulate(frames), 1, number_of_frames=3) == stream + b"\0"
    three = np.stack([pixels] * 3)
    for data in (
        build(three, uid.JPEG2000Lossless, frames, BitsStored=12),
        build(
            three,
            uid.JPEG2000Lossless,
            frames,
            BitsStored=12,
            PixelData=pydicom.encaps.encapsulate(frames, 2),
        ),
    ):
        outcomes = list(read_frames(data))
        assert [frame.number for frame in outcomes] == [1, 2, 3]
        assert all(isinstance(frame.outcome, Radiograph) for frame in outcomes)
