"""PNG, JPEG, TIFF, BMP, WebP and JPEG 2000 files give the pixels that were written."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import ExifTags, Image

from lightbox_edge.errors import NotAnImage, UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, read_frames

One = Callable[..., Radiograph]
SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def smooth(rows: int, columns: int, top: int) -> np.ndarray[Any, Any]:
    y, x = np.mgrid[0:rows, 0:columns]
    return np.asarray((np.sin(x / 37) + np.cos(y / 23) + 2) / 4 * top)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["PNG", "TIFF", "BMP", "WEBP"]))
def test_8_bits_come_back_as_they_were(one: One, data: st.DataObject, kind: str) -> None:
    pixels = data.draw(arrays(np.uint8, SHAPES))
    options = {"lossless": True} if kind == "WEBP" else {}
    image = Image.fromarray(pixels) if kind != "WEBP" else Image.fromarray(pixels).convert("RGB")
    got = one(written(image, kind, **options))
    assert got.pixels.dtype == np.uint8
    np.testing.assert_array_equal(got.pixels, pixels)
    assert got.stored_size == pixels.shape
    assert got.spacing is None


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["PNG", "TIFF"]), st.sampled_from(["<u2", ">u2"]))
def test_16_bits_come_back_as_they_were(one: One, data: st.DataObject, kind: str, order: str) -> None:
    pixels = data.draw(arrays(np.uint16, SHAPES))
    mode = {"<u2": "I;16", ">u2": "I;16B"}[order] if kind == "TIFF" else "I;16"
    size = (pixels.shape[1], pixels.shape[0])
    raw = pixels.astype(order if kind == "TIFF" else "<u2").tobytes()
    got = one(written(Image.frombytes(mode, size, raw), kind))
    assert got.pixels.dtype == np.uint16
    np.testing.assert_array_equal(got.pixels, pixels)


def tiff(pixels: np.ndarray[Any, Any], photometric: int) -> bytes:
    """A TIFF of one strip, written by hand so that nothing is inverted on the way."""
    rows, columns = pixels.shape
    raw = pixels.tobytes()
    entries = [(256, columns), (257, rows), (258, 8 * pixels.dtype.itemsize), (259, 1), (262, photometric)]
    entries += [(273, 8), (277, 1), (278, rows), (279, len(raw))]
    directory = len(entries).to_bytes(2, "little")
    for tag, value in entries:
        directory += b"".join(
            part.to_bytes(size, "little") for part, size in ((tag, 2), (4, 2), (1, 4), (value, 4))
        )
    return b"II*\0" + (8 + len(raw)).to_bytes(4, "little") + raw + directory + bytes(4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_whose_white_is_zero_is_inverted_once(one: One, dtype: type) -> None:
    top = np.iinfo(dtype).max
    pixels = np.array([[0, 1, top // 2], [top, 7, 9]], dtype)
    np.testing.assert_array_equal(one(tiff(pixels, 1)).pixels, pixels)
    np.testing.assert_array_equal(one(tiff(pixels, 0)).pixels, top - pixels)


def test_one_bit_pictures_are_black_and_white(one: One) -> None:
    pixels = np.array([[True, False, True], [False, False, True]])
    for kind in ("PNG", "TIFF", "BMP"):
        np.testing.assert_array_equal(one(written(Image.fromarray(pixels), kind)).pixels, pixels * 255)
    data = bytearray(written(Image.fromarray(pixels), "TIFF"))
    entry = data.index(b"\x06\x01\x03\0")  # PhotometricInterpretation, SHORT
    assert data[entry + 8] == 1
    data[entry + 8] = 0
    np.testing.assert_array_equal(one(bytes(data)).pixels, ~pixels * np.uint8(255))


def test_colour_becomes_luminance_and_transparency_black(one: One) -> None:
    colours = np.array(
        [[[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255, 255, 255, 128]]], np.uint8
    )
    image = Image.fromarray(colours, "RGBA")
    np.testing.assert_array_equal(one(written(image, "PNG")).pixels, [[76, 150, 29, 128]])
    np.testing.assert_array_equal(one(written(image.convert("RGB"), "PNG")).pixels, [[76, 150, 29, 255]])
    palette = image.convert("RGB").quantize(4)
    np.testing.assert_array_equal(one(written(palette, "PNG")).pixels, [[76, 150, 29, 255]])
    gray = Image.fromarray(np.array([[[200, 255], [200, 0]]], np.uint8), "LA")
    np.testing.assert_array_equal(one(written(gray, "PNG")).pixels, [[200, 0]])
    inks = Image.fromarray(np.array([[[0, 0, 0, 0], [0, 0, 0, 255]]], np.uint8), "CMYK")
    np.testing.assert_array_equal(one(written(inks, "TIFF")).pixels, [[255, 0]])


def test_real_numbers_are_spread_over_16_bits(one: One) -> None:
    numbers = np.array([[-1.5, 0.5], [np.nan, 2.5]], np.float32)
    np.testing.assert_array_equal(
        one(written(Image.fromarray(numbers), "TIFF")).pixels, [[0, 32768], [0, 65535]]
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_was_held_sideways(one: One, kind: str, orientation: int) -> None:
    upright = np.zeros((32, 48), np.uint8)
    upright[:16, :16], upright[:16, 32:] = 255, 128
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options: dict[str, Any] = (
        {"quality": 95} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    )
    got = one(written(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif, **options))
    assert got.stored_size == (32, 48)
    np.testing.assert_allclose(got.pixels.astype(int), upright, atol=3)


def test_pages_are_frames_and_previews_are_not(one: One) -> None:
    pages = [Image.fromarray(np.full((4, 5 + n), 50 * n, np.uint8)) for n in range(3)]
    frames = list(read_frames(written(pages[0], "TIFF", save_all=True, append_images=pages[1:])))
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert [
        (f.outcome.pixels.shape, f.outcome.pixels[0, 0]) for f in frames if isinstance(f.outcome, Radiograph)
    ] == [
        ((4, 5), 0),
        ((4, 6), 50),
        ((4, 7), 100),
    ]
    data = written(pages[0], "TIFF", save_all=True, append_images=pages[1:], tiffinfo={254: 0})
    second = data.index(b"\xfe\0\x04\0", data.index(b"\xfe\0\x04\0") + 1)
    preview = data[: second + 8] + b"\1" + data[second + 9 :]
    assert [frame.number for frame in read_frames(preview)] == [1, 2]
    moving = written(
        pages[1], "WEBP", save_all=True, append_images=[pages[1].point(lambda v: v + 90)], lossless=True
    )
    assert [frame.number for frame in read_frames(moving)] == [1, 2]
    with pytest.raises(UnreadableImage, match="more than 2 pages"):
        read_frames(data, limits=Limits(frames=2))


def test_a_phone_picture_with_an_extra_one_inside_is_one_picture(one: One) -> None:
    pages = [Image.fromarray(np.full((16, 16), n, np.uint8)) for n in (200, 10)]
    assert one(written(pages[0], "MPO", save_all=True, append_images=pages[1:])).pixels[3, 3] == 200


def test_a_broken_page_leaves_the_others() -> None:
    pages = [Image.fromarray(np.full((8, 8), n, np.uint8)) for n in (10, 20, 30)]
    data = written(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    strips = [position for position in range(len(data)) if data.startswith(b"\x78\x9c", position)]
    broken = bytearray(data)
    broken[strips[1] : strips[1] + 4] = b"\xff\xff\xff\xff"
    outcomes = [frame.outcome for frame in read_frames(bytes(broken))]
    assert [type(outcome) for outcome in outcomes] == [Radiograph, UnreadableImage, Radiograph]


@pytest.mark.parametrize(
    ("kind", "top", "tolerance"),
    [("PNG", 255, 1), ("PNG", 65535, 60), ("JPEG", 255, 3), ("JPEG2000", 255, 4)],
)
def test_a_reduced_decode_is_near_the_average(one: One, kind: str, top: int, tolerance: int) -> None:
    """On a smooth picture within 1 %; a wavelet's low band is moved, and its last row has no neighbour."""
    pixels = smooth(480, 640, top).astype(np.uint8 if top == 255 else np.uint16)
    data = written(Image.fromarray(pixels), kind, **({"quality": 95} if kind == "JPEG" else {}))
    small = one(data, longer_side=160)
    assert small.pixels.shape == (120, 160)
    assert small.stored_size == (480, 640)
    wanted = pixels.reshape(120, 4, 160, 4).mean((1, 3))
    np.testing.assert_allclose(small.pixels, wanted, atol=tolerance)


@settings(max_examples=40, deadline=None)
@example(1, 4, 1, "JPEG2000")  # of which Pillow makes a picture without rows
@given(
    st.integers(1, 90), st.integers(1, 90), st.integers(1, 100), st.sampled_from(["PNG", "JPEG", "JPEG2000"])
)
def test_never_below_the_side_that_is_needed(one: One, rows: int, columns: int, side: int, kind: str) -> None:
    got = one(written(Image.fromarray(np.zeros((rows, columns), np.uint8)), kind), longer_side=side)
    assert max(got.pixels.shape) >= min(side, max(rows, columns))
    assert got.stored_size == (rows, columns)


def test_a_picture_over_the_limit_is_not_decoded() -> None:
    data = bytearray(written(Image.new("L", (4, 4)), "PNG"))
    data[16:24] = (60000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(UnreadableImage, match="60000 x 60000 pixels, and Lightbox reads up to 100 million"):
        read_frames(bytes(data))
    assert Image.MAX_IMAGE_PIXELS is not None  # Pillow's own setting is left as it was


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(["PNG", "JPEG", "TIFF", "BMP", "WEBP", "JPEG2000"]))
def test_damage_is_one_sentence(data: st.DataObject, kind: str) -> None:
    whole = written(Image.fromarray(smooth(20, 30, 255).astype(np.uint8)), kind)
    broken = bytearray(whole[: data.draw(st.integers(1, len(whole) - 1))])
    for place in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=4)):
        broken[place] = data.draw(st.integers(0, 255))
    try:
        outcomes = [frame.outcome for frame in read_frames(bytes(broken))]
    except (UnreadableImage, NotAnImage) as error:
        outcomes = [error] if isinstance(error, UnreadableImage) else []
    for outcome in outcomes:
        if isinstance(outcome, UnreadableImage):
            assert str(outcome).count("\n") == 0
            assert "Error" not in str(outcome)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP", "JPEG2000", "TIFF"])
def test_a_cut_picture_is_not_half_a_picture(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    data = written(Image.fromarray(noise), kind)
    try:
        (frame,) = read_frames(data[: len(data) * 2 // 3])
    except UnreadableImage:
        return
    assert isinstance(frame.outcome, UnreadableImage)
