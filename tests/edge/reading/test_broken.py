"""Damaged, lying and hostile DICOM files: one sentence each, quickly, and never a crash."""

from __future__ import annotations

import base64
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import uid

from lightbox_edge.errors import LightboxError, NotJudged, UnreadableImage
from lightbox_edge.radiograph import Header, Radiograph
from lightbox_edge.reading import Limits, read_frames

Build = Callable[..., bytes]
One = Callable[..., Radiograph]
Real = Callable[..., bytes]
PIXELS = np.arange(64, dtype=np.uint16).reshape(8, 8)
STREAMS = json.loads((Path(__file__).parent / "streams.json").read_text())


def sentences(data: bytes, limits: Limits | None = None) -> list[str]:
    """What was said of the file or of its frames; empty if all was read."""
    try:
        outcomes: list[object] = [frame.outcome for frame in read_frames(data, 50, limits or Limits())]
    except LightboxError as error:
        outcomes = [error]
    said = [str(outcome) for outcome in outcomes if isinstance(outcome, LightboxError)]
    for sentence in said:
        assert re.fullmatch(r"[A-Z][^\n]*[.]", sentence), sentence
        assert not re.search(r"Traceback|[a-z]Error|Exception|object at", sentence), sentence
    return said


def only(data: bytes, limits: Limits | None = None) -> str:
    (sentence,) = sentences(data, limits)
    return sentence


CUT = ["MR_small.dcm", "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_implicit.dcm"]
CUT += ["MR_small_bigendian.dcm", "SC_rgb_dcmtk_+eb+cr.dcm", "image_dfl.dcm"]
GUARDED = ["MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm"]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(CUT + GUARDED))
def test_a_file_cut_anywhere(real: Real, data: st.DataObject, name: str) -> None:
    whole = real(name, Modality="CR")
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    if name != "SC_rgb_dcmtk_+eb+cr.dcm" or len(cut) < len(whole) - 12:  # padding after the picture
        assert sentences(cut) or len(cut) > len(whole) - 200


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(CUT))
def test_a_file_with_wrong_bytes(real: Real, data: st.DataObject, name: str) -> None:
    broken = bytearray(real(name, Modality="CR"))
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, min(len(broken) - 1, 3000)))] = data.draw(st.integers(0, 255))
    sentences(bytes(broken))


def test_damaged_lossless_frames_do_not_end_the_process(real: Real, tmp_path: Path) -> None:
    """GDCM aborts on such streams when they are given to it as they are, so this has its own process."""
    script = """
import io, random, sys
import pydicom
from pydicom.encaps import encapsulate, get_frame
from lightbox_edge.reading import read_frames
for path in sys.argv[1:]:
    dataset = pydicom.dcmread(path)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    choose = random.Random(7)
    for turn in range(60):
        broken = bytearray(frame)
        for _ in range(choose.randrange(1, 8)):
            broken[choose.randrange(300 if turn % 2 else len(broken))] = choose.randrange(256)
        dataset.PixelData = encapsulate([bytes(broken)])
        file = io.BytesIO()
        dataset.save_as(file)
        list(read_frames(file.getvalue()))
"""
    names = ("MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm", "JPGExtended.dcm", "JPEG-LL.dcm")
    for name in names:
        (tmp_path / name).write_bytes(real(name, Modality="CR"))
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *(str(tmp_path / name) for name in names)],
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_lossless_frame_with_a_hole_is_not_half_a_picture(real: Real) -> None:
    dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(real("SC_rgb_jpeg_gdcm.dcm")))
    frame = pydicom.encaps.get_frame(dataset.PixelData, 0, number_of_frames=1)
    broken = pydicom.encaps.encapsulate([frame[: len(frame) // 2] + b"\xff\xd9"])
    assert "damaged or cut short" in only(real("SC_rgb_jpeg_gdcm.dcm", PixelData=broken))


def test_a_cut_wavelet_is_not_hidden_by_a_reduced_decode(real: Real) -> None:
    dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(real("RG3_J2KR.dcm")))
    frame = pydicom.encaps.get_frame(dataset.PixelData, 0, number_of_frames=1)
    for part in (0.5, 0.9, 0.99):
        cut = pydicom.encaps.encapsulate([frame[: int(len(frame) * part)]])
        assert "damaged or cut short" in only(real("RG3_J2KR.dcm", PixelData=cut))


def test_too_many_pixels_or_frames(build: Build) -> None:
    huge = build(PIXELS, Rows=60000, Columns=60000)
    assert only(huge) == "The picture has 60000 x 60000 pixels, and Lightbox reads up to 100 million."
    many = build(PIXELS, NumberOfFrames=5000)
    assert only(many) == "The file has 5000 frames and Lightbox reads up to 100."
    assert "8 x 8 pixels" in only(build(PIXELS), Limits(pixels=63))


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"Rows": 9}, "cut short: 128 bytes where 144 belong"),
        ({"Rows": 0}, "no rows or no columns"),
        ({"Rows": None}, "gives no usable Rows"),
        ({"BitsAllocated": 12, "BitsStored": 12, "HighBit": 11}, "12 of 12 bits"),
        ({"BitsStored": 17}, "17 of 16 bits"),
        ({"HighBit": 11}, "end at bit 11"),
        ({"SamplesPerPixel": 2}, "2 samples a pixel"),
        ({"PhotometricInterpretation": "RGB"}, "1 samples a pixel and RGB"),
        ({"PixelData": b""}, "pixel data are empty"),
        ({"PixelData": None}, "ends before its pixel data"),
    ],
)
def test_lying_headers(build: Build, attributes: dict[str, Any], words: str) -> None:
    assert words in only(build(PIXELS, **attributes))


def test_a_deflated_bomb(build: Build) -> None:
    head = build(PIXELS, uid.DeflatedExplicitVRLittleEndian)
    start = head.index(uid.DeflatedExplicitVRLittleEndian.encode()) + 22
    length = struct.unpack_from("<I", head, 140)[0]
    meta = head[: 144 + length]
    assert start <= len(meta)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = meta + squeeze.compress(bytes(40 << 20)) + squeeze.flush()
    assert only(bomb, Limits(bytes=1 << 20)) == "The file unpacks to more than 1048576 bytes."


def test_a_broken_frame_leaves_the_others(build: Build) -> None:
    stream = base64.b64decode(STREAMS["JPEG-LS"])
    three = np.zeros((3, 24, 20), np.uint16)
    data = build(three, uid.JPEGLSLossless, [stream, b"\xff\xd8junk" * 9, stream], BitsStored=12)
    frames = list(read_frames(data))
    assert [(frame.number, type(frame.outcome)) for frame in frames] == [
        (1, Radiograph),
        (2, UnreadableImage),
        (3, Radiograph),
    ]
    short = build(np.stack([PIXELS] * 3))[:-100]
    assert [type(frame.outcome) for frame in read_frames(short)] == [Radiograph, Radiograph, UnreadableImage]


def test_frames_are_decoded_one_at_a_time(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from lightbox_edge.reading import dicom

    decoded: list[int] = []
    real = dicom.native_frame

    def count(pixels: bytes, index: int, form: Any) -> Any:
        decoded.append(index)
        return real(pixels, index, form)

    monkeypatch.setattr(dicom, "native_frame", count)
    frames = read_frames(build(np.stack([PIXELS] * 3)))
    assert decoded == []
    assert next(frames).number == 1
    assert decoded == [0]


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "MG", "SEG", "RTDOSE"])
def test_other_modalities_are_one_row_and_not_decoded(build: Build, modality: str) -> None:
    data = build(np.stack([PIXELS] * 3), Modality=modality, PixelData=b"")
    with pytest.raises(NotJudged, match=f"^Modality {modality} is no plain radiograph.$"):
        read_frames(data)


@pytest.mark.parametrize("modality", ["CR", "DX", "RG", "RF", "SC", "OT", "XC", "", None])
def test_these_modalities_are_read(build: Build, one: One, modality: str | None) -> None:
    one(build(PIXELS, Modality=modality))


@pytest.mark.parametrize(
    ("name", "what"),
    [("DICOMDIR-bigEnd", "Media Storage Directory"), ("hotiron.dcm", "Color Palette Storage")],
)
def test_what_holds_no_picture_is_named(name: str, what: str) -> None:
    (path,) = Path(pydicom.__file__).parent.glob(f"data/**/{name}")
    with pytest.raises(NotJudged, match=f"{what}.*holds no picture"):
        read_frames(path.read_bytes())


@pytest.mark.filterwarnings("ignore:The value length")  # pydicom's, when the file is built
def test_the_header_never_fails(build: Build, one: One) -> None:
    data = build(
        PIXELS,
        PatientID=" 12\n3 ",
        PatientAge="040Y",
        PatientSex="F",
        StudyDate="20240229",
        ViewPosition="PA",
    )
    assert one(data).header == Header("12 3", "040Y", "F", "20240229", "DX", "PA")
    assert one(build(PIXELS)).header == Header(Modality="DX")
    broken = data.replace(b"20240229", b"\xff\xfe9999zz")
    assert "\n" not in one(broken).header.StudyDate
    long = build(PIXELS, PatientID="x" * 3000)
    assert len(one(long).header.PatientID) == 64


def test_broken_numbers_are_absent_ones(build: Build, one: One) -> None:
    data = build(PIXELS, WindowCenter="32.5", WindowWidth="64", PixelSpacing=["0.2", "0.2"])
    plain = one(build(PIXELS))
    got = one(data.replace(b"32.5", b"3x.5").replace(b"0.2\\0.2", b"0.2\\abc"))
    np.testing.assert_array_equal(got.pixels, plain.pixels)
    assert got.spacing is None


def test_no_meta_and_no_preamble(real: Real, build: Build, one: One) -> None:
    data = build(PIXELS)
    body = data[data.index(b"\x08\0\x16\0") :]
    np.testing.assert_array_equal(one(body).pixels, one(data).pixels)
    np.testing.assert_array_equal(one(data[128 + 4 :]).pixels, one(data).pixels)


def test_nothing_else_of_the_process_changes(build: Build, capfd: pytest.CaptureFixture[str]) -> None:
    import logging
    import warnings

    filters, level = list(warnings.filters), logging.getLogger("pydicom").level
    frames = read_frames(build(np.stack([PIXELS] * 2)))
    next(frames)
    assert list(warnings.filters) == filters
    assert logging.getLogger("pydicom").level == level
    assert capfd.readouterr() == ("", "")


def test_listing_files_loads_no_decoder() -> None:
    script = "import sys, lightbox_edge.reading; print({'pydicom', 'PIL', 'gdcm'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "set()"
