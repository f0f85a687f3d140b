"""From stored values to shown ones, checked against values worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.pixels.processing import apply_voi_lut, apply_windowing

from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.windows import Tones, Window, shown

Build = Callable[..., bytes]
One = Callable[..., Radiograph]
Array = np.ndarray[Any, Any]


def test_windows_by_hand() -> None:
    """PS3.3 C.11.2.1.2.1 and its example: center 2048, width 4096 maps 0 to 0 and 4095 to 1."""
    x = np.array([0, 2047.5, 4095])
    np.testing.assert_allclose(Window(2048, 4096)(x), [0, 0.5, 1])
    np.testing.assert_allclose(
        Window(100, 3)(np.array([98, 99, 99.5, 100, 100.5, 101])), [0, 0.25, 0.5, 0.75, 1, 1]
    )
    np.testing.assert_allclose(Window(100, 1)(np.array([99, 99.5, 100])), [0, 0, 1])
    np.testing.assert_allclose(
        Window(100, 4, "LINEAR_EXACT")(np.array([98, 99, 100, 102])), [0, 0.25, 0.5, 1]
    )
    sigmoid = Window(100, 4, "SIGMOID")(np.array([-1e9, 100, 101, 1e9]))
    np.testing.assert_allclose(sigmoid, [0, 0.5, 1 / (1 + np.exp(-1)), 1], atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-30000, 50000),
    st.integers(11, 50000),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
    st.booleans(),
)
def test_windows_agree_with_pydicom(tenths: int, tenths_wide: int, function: Any, signed: bool) -> None:
    center, width = tenths / 10, tenths_wide / 10
    assert width > 1  # at 1 pydicom divides by zero
    dataset = pydicom.Dataset()
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsStored, dataset.PixelRepresentation = 12, int(signed)
    dataset["WindowCenter"] = pydicom.DataElement("WindowCenter", "DS", str(center))
    dataset["WindowWidth"] = pydicom.DataElement("WindowWidth", "DS", str(width))
    dataset.VOILUTFunction = function
    values = np.arange(-2048, 2048) if signed else np.arange(0, 4096)
    with np.errstate(over="ignore"):  # theirs, in the sigmoid
        theirs = (apply_windowing(values, dataset) - values[0]) / 4095
    ours = Window(float(dataset.WindowCenter), float(dataset.WindowWidth), function)(values)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_12_bits_without_a_window_are_spread(build: Build, one: One) -> None:
    pixels = np.array([[100, 600], [1100, 350]], np.uint16)
    got = one(build(pixels, BitsStored=12)).pixels
    assert got.dtype == np.uint16
    np.testing.assert_array_equal(got, [[0, 32768], [65535, 16384]])


def test_8_bits_without_a_window_stay(build: Build, one: One) -> None:
    pixels = np.array([[3, 60], [200, 255]], np.uint8)
    np.testing.assert_array_equal(one(build(pixels)).pixels, pixels)
    inverted = one(build(pixels, PhotometricInterpretation="MONOCHROME1")).pixels
    np.testing.assert_array_equal(inverted, 255 - pixels)
    few = one(build(pixels // 16, BitsStored=4)).pixels
    np.testing.assert_array_equal(few, pixels // 16 * 17)


def test_8_bits_with_a_window_become_16(build: Build, one: One) -> None:
    got = one(build(np.array([[0, 50], [100, 200]], np.uint8), WindowCenter="50.5", WindowWidth="101"))
    np.testing.assert_array_equal(got.pixels, [[0, 32768], [65535, 65535]])
    assert got.pixels.dtype == np.uint16


def test_rescale_comes_before_the_window(build: Build, one: One) -> None:
    data = build(
        np.array([[0, 1024], [2048, 4095]], np.uint16),
        BitsStored=12,
        RescaleSlope="2",
        RescaleIntercept="-1000",
        WindowCenter="1048.5",
        WindowWidth="2049",
    )
    np.testing.assert_array_equal(one(data).pixels, [[0, 32768], [65535, 65535]])


def test_a_negative_slope_turns_the_picture(build: Build, one: One) -> None:
    for dtype, top in ((np.uint8, 255), (np.uint16, 65535)):
        got = one(build(np.array([[0, 255]], dtype), RescaleSlope="-1", RescaleIntercept="255"))
        np.testing.assert_array_equal(got.pixels, [[top, 0]])


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "INVERSE", True),
    ],
)
def test_inverted_exactly_once(
    build: Build, one: One, photometric: str, shape: str | None, inverted: bool
) -> None:
    extra = {"PresentationLUTShape": shape} if shape else {}
    got = one(build(np.array([[0, 1000]], np.uint16), PhotometricInterpretation=photometric, **extra))
    np.testing.assert_array_equal(got.pixels, [[65535, 0]] if inverted else [[0, 65535]])


def test_a_real_film_and_its_mirror_are_the_same(real: Callable[..., bytes], one: One) -> None:
    film = real("RG3_UNCR.dcm")
    dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(film))
    top = 2**dataset.BitsStored - 1
    mirrored = top - np.frombuffer(dataset.PixelData, "<u2")
    mirror = real(
        "RG3_UNCR.dcm",
        PixelData=mirrored.tobytes(),
        PhotometricInterpretation="MONOCHROME2",
        WindowCenter=str(top + 1 - dataset.WindowCenter),  # x - (c - 0.5) changes its sign
    )
    shown_film = one(film).pixels
    assert shown_film.dtype == np.uint16
    np.testing.assert_allclose(shown_film.astype(int), one(mirror).pixels, atol=1)
    border, middle = shown_film[:50].mean(), shown_film[800:1000, 800:1000].mean()
    assert border != middle  # the film is not flat


def test_signed_values(build: Build, one: One) -> None:
    pixels = np.array([[-2048, -1], [0, 2047]], np.int16)
    got = one(build(pixels, BitsStored=12, WindowCenter="0", WindowWidth="4096"))
    np.testing.assert_allclose(got.pixels, (pixels + 2048) / 4095 * 65535, atol=0.6)
    small = one(build(np.array([[-128, 127]], np.int8)))
    np.testing.assert_array_equal(small.pixels, [[0, 255]])


def test_bits_that_are_not_stored_do_not_count(build: Build, one: One) -> None:
    overlay = np.array([[0x1005, 0x8010], [0xF00A, 5]], np.uint16)  # old files keep overlays up there
    np.testing.assert_array_equal(one(build(overlay, BitsStored=12)).pixels, [[0, 65535], [29789, 0]])
    negative = np.array([[0x0FFF, 0x0000, 0x07FF]], np.int16)  # -1, 0 and 2047 in 12 bits
    np.testing.assert_array_equal(one(build(negative, BitsStored=12)).pixels, [[0, 32, 65535]])


@pytest.mark.parametrize(("photometric", "outside"), [("MONOCHROME2", 0), ("MONOCHROME1", 65535)])
def test_padding_is_dark_and_bleeds_nowhere(build: Build, one: One, photometric: str, outside: int) -> None:
    pixels = np.full((40, 40), outside, np.uint16)
    pixels[:, 20:] = np.linspace(30000, 40000, 20).astype(np.uint16)
    data = build(pixels, PhotometricInterpretation=photometric, PixelPaddingValue=outside)
    got = one(data).pixels
    assert got[:, :20].max() == 0
    bright = got[:, 20:].astype(int)
    assert bright.min() == 0
    assert bright.max() == 65535
    small = one(data, longer_side=13).pixels  # blocks of three pixels lie across the border
    assert small[:, :6].max() == 0
    wrong = build(pixels, PhotometricInterpretation=photometric, PixelPaddingValue=60000)
    np.testing.assert_array_equal(
        one(wrong).pixels, one(build(pixels, PhotometricInterpretation=photometric)).pixels
    )


def test_padding_may_be_a_range_and_signed(build: Build, one: One) -> None:
    pixels = np.array([[-2000, -1990, 0, 1000]], np.int16)
    got = one(build(pixels, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1900)).pixels
    np.testing.assert_array_equal(got, [[0, 0, 0, 65535]])


def test_a_window_that_leaves_nothing_is_not_believed(build: Build, one: One) -> None:
    pixels = np.array([[100, 600], [1100, 350]], np.uint16)
    plain = one(build(pixels)).pixels
    for center, width in (("50000", "10"), ("0", "0"), ("100", "-5")):
        np.testing.assert_array_equal(
            one(build(pixels, WindowCenter=center, WindowWidth=width)).pixels, plain
        )
    several = one(build(pixels, WindowCenter=["600.5", "1"], WindowWidth=["1001", "1"])).pixels
    np.testing.assert_array_equal(several, [[0, 32768], [65535, 16384]])


def table(first: int, bits: int, entries: list[int], keyword: str) -> Any:
    item = pydicom.Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item["LUTDescriptor"].VR = "US"
    item.LUTData = entries
    item["LUTData"].VR = "US"
    return {keyword: pydicom.Sequence([item])}


def test_tables(build: Build, one: One) -> None:
    pixels = np.array([[0, 10, 11], [12, 13, 60]], np.uint16)
    voi = table(10, 8, [0, 51, 102, 255], "VOILUTSequence")
    wanted = np.array([[0, 0, 51], [102, 255, 255]]) * 257
    np.testing.assert_array_equal(one(build(pixels, **voi)).pixels, wanted)
    np.testing.assert_array_equal(one(build(pixels, WindowCenter="5", WindowWidth="5", **voi)).pixels, wanted)
    modality = table(10, 16, [1000, 1200, 1400, 2000], "ModalityLUTSequence")
    got = one(build(pixels, WindowCenter="1500.5", WindowWidth="1001", **modality)).pixels
    np.testing.assert_array_equal(got, np.rint(np.array([[0, 0, 0.2], [0.4, 1, 1]]) * 65535))


def test_a_table_of_8_bits_with_more_than_256_entries(build: Build, one: One) -> None:
    """Pydicom wraps its index here, so this is worked out by hand."""
    pixels = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    voi = table(0, 8, [n // 16 for n in range(4096)], "VOILUTSequence")
    np.testing.assert_array_equal(one(build(pixels, BitsStored=12, **voi)).pixels, pixels // 16 * 257)


def test_a_real_table_agrees_with_pydicom(real: Callable[..., bytes], one: One) -> None:
    data = real("vlut_04.dcm")
    dataset = pydicom.dcmread(pydicom.filebase.DicomBytesIO(data))
    theirs = apply_voi_lut(dataset.pixel_array, dataset)
    bits = dataset.VOILUTSequence[0].LUTDescriptor[2]
    np.testing.assert_allclose(one(data).pixels, theirs / (2**bits - 1) * 65535, atol=0.6)


def test_a_palette_is_looked_up_before_anything_is_averaged(build: Build, one: One) -> None:
    codes = np.array([[0, 1], [2, 3]], np.uint8).repeat(8, 0).repeat(8, 1)
    colours = {"Red": [0, 255, 0, 255], "Green": [0, 0, 255, 255], "Blue": [0, 0, 0, 255]}
    attributes: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, values in colours.items():
        attributes[f"{colour}PaletteColorLookupTableDescriptor"] = [4, 0, 8]
        attributes[f"{colour}PaletteColorLookupTableData"] = bytes(values)
    wanted = np.array([[0, 76], [150, 255]])
    np.testing.assert_array_equal(one(build(codes, **attributes)).pixels[::8, ::8], wanted)
    np.testing.assert_array_equal(one(build(codes, **attributes), longer_side=2).pixels, wanted)
    mixed = np.array([[0, 3], [3, 0]], np.uint8)
    np.testing.assert_array_equal(one(build(mixed, **attributes), longer_side=1).pixels, [[128]])
    wide = {
        f"{colour}PaletteColorLookupTable{part}": value
        for colour, values in colours.items()
        for part, value in (("Descriptor", [4, 0, 16]), ("Data", np.array(values, "<u2").tobytes()))
    }
    got = one(build(codes, PhotometricInterpretation="PALETTE COLOR", **wide)).pixels[::8, ::8]
    np.testing.assert_array_equal(got, [[0, 76], [150, 255]])
    assert got.dtype == np.uint16


def test_reduction_then_window_is_near_window_then_average() -> None:
    y, x = np.mgrid[0:300, 0:400]
    stored = ((np.sin(x / 50) + np.cos(y / 40) + 2) * 1000).astype(np.uint16)
    tones = Tones(12, voi=Window(2000, 3000))
    small = shown(stored, tones, 100)
    average = shown(stored, tones).reshape(75, 4, 100, 4).mean((1, 3))
    np.testing.assert_allclose(small, average, atol=65535 * 0.01)


@pytest.mark.parametrize(
    ("attributes", "spacing"),
    [
        ({"PixelSpacing": ["0.2", "0.25"]}, (0.2, 0.25)),
        ({"ImagerPixelSpacing": ["0.15", "0.15"]}, (0.15, 0.15)),
        ({"PixelSpacing": ["0.2", "0.2"], "ImagerPixelSpacing": ["0.3", "0.3"]}, (0.2, 0.2)),
        ({"PixelSpacing": ["0", "0"]}, None),
        ({"PixelSpacing": ["0", "0"], "ImagerPixelSpacing": ["0.3", "0.3"]}, (0.3, 0.3)),
        ({"PixelSpacing": ["1000", "1000"]}, None),
        ({"PixelSpacing": "0.2"}, None),
        ({}, None),
    ],
)
def test_spacing(build: Build, one: One, attributes: Any, spacing: Any) -> None:
    assert one(build(np.zeros((4, 4), np.uint8), **attributes)).spacing == spacing
