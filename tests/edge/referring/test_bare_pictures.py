"""PNG, JPEG and other pictures come out with the same pixels and nothing else."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import read_frames
from lightbox_edge.referring.bare_film import bare_film
from lightbox_edge.referring.jpeg_stream import bare_jpeg
from lightbox_edge.referring.png_stream import bare_png
from lightbox_edge.referring.pseudonyms import Pseudonyms
from tests.edge.referring.planted import GIVEN, PATIENT, png_chunk, traces

SAMPLES = Path(__file__).parents[3] / "samples"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{PATIENT}</x:xmpmeta>'.encode()


def gray(side: int = 48) -> Image.Image:
    return Image.fromarray((np.add.outer(np.arange(side), 2 * np.arange(side)) % 256).astype(np.uint8))


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.ImageDescription], made[ExifTags.Base.Artist] = PATIENT, GIVEN
    made[ExifTags.Base.Orientation] = orientation
    made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = PATIENT.encode("utf-16-le")
    return made


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def bare(data: bytes, suffix: str) -> bytes:
    made = bare_film(data, 1, Pseudonyms("0" * 32))
    assert made.suffix == suffix
    return made.content


def pixels(data: bytes) -> list[np.ndarray]:
    frames = [frame.outcome for frame in read_frames(data)]
    assert all(isinstance(one, Radiograph) for one in frames)
    return [one.pixels for one in frames]  # type: ignore[union-attr]


def same(before: bytes, after: bytes) -> bool:
    return all(np.array_equal(*pair) for pair in zip(pixels(before), pixels(after), strict=True))


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"optimize": True}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_keeps_its_samples_and_loses_what_stands_around_them(
    mode: str, how: dict[str, object]
) -> None:
    plain = gray().convert(mode)
    data = saved(
        plain, "JPEG", quality=90, exif=exif(), comment=PATIENT, xmp=XMP, icc_profile=PATIENT.encode(), **how
    )
    data += saved(gray(8), "JPEG", comment=PATIENT)  # as telephones append a second picture
    assert traces(data)
    made = bare(data, ".jpg")
    assert traces(made) == []
    assert same(data, made)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(made)) as after:
        assert before.mode == after.mode
        assert before.tobytes() == after.tobytes()


def test_a_comment_between_the_scans_of_a_progressive_jpeg_goes_too() -> None:
    data = saved(gray(), "JPEG", progressive=True)
    second = data.rindex(b"\xff\xda")
    comment = b"\xff\xfe" + (len(PATIENT) + 2).to_bytes(2) + PATIENT.encode()
    planted = data[:second] + comment + data[second:]
    assert bare_jpeg(planted) == bare_jpeg(data)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".png"), ("TIFF", ".png")]
)
def test_a_film_stands_as_it_stood(kind: str, suffix: str, orientation: int) -> None:
    how = {"lossless": True} if kind == "WEBP" else {}
    data = saved(gray().crop((0, 0, 48, 30)), kind, exif=exif(orientation), **how)
    made = bare(data, suffix)
    assert traces(made) == []
    assert same(data, made)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_keeps_its_samples_and_loses_its_texts(mode: str) -> None:
    picture = gray().convert(mode) if mode != "I;16" else Image.fromarray(np.asarray(gray(), np.uint16) * 251)
    texts = PngInfo()
    texts.add_text("Patient", PATIENT)
    texts.add_text("Zipped", PATIENT, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = saved(picture, "PNG", pnginfo=texts, exif=exif(), icc_profile=PATIENT.encode())
    data = data[:33] + png_chunk(b"naMe", PATIENT.encode()) + png_chunk(b"tIME", bytes(7)) + data[33:]
    made = bare(data + PATIENT.encode(), ".png")
    assert traces(made) == []
    assert {b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"tIME"} & {
        made[at : at + 4] for at in range(len(made))
    } == set()
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(made)) as after:
        assert before.mode == after.mode
        assert before.tobytes() == after.tobytes()


def test_what_stands_behind_the_rows_of_a_png_goes_too() -> None:
    data = saved(gray(), "PNG")
    start = data.index(b"IDAT") - 4
    length = int.from_bytes(data[start : start + 4])
    packed = data[start + 8 : start + 8 + length]
    planted = data[:start] + png_chunk(b"IDAT", packed + PATIENT.encode()) + png_chunk(b"IEND", b"")
    made = bare(planted, ".png")
    assert traces(made) == []
    assert same(data, made)


@pytest.mark.parametrize(
    ("name", "body"),
    [(b"PLTE", PATIENT.ljust(30).encode()), (b"tRNS", b"\0\0" + PATIENT.encode())],
)
def test_chunks_that_no_gray_picture_needs_go_too(name: bytes, body: bytes) -> None:
    data = saved(gray(), "PNG")
    planted = data[:33] + png_chunk(name, body) + data[33:]
    assert traces(bare(planted, ".png")) == []
    assert same(planted, bare(planted, ".png"))


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xDC, PATIENT.encode()),  # DNL, which decoders pass over
        (0xF0, PATIENT.encode()),
        (0xDD, b"\0\0" + PATIENT.encode()),
        (0xDB, bytes([3, *[1] * 64]) + PATIENT.encode()),
    ],
)
def test_segments_that_hold_more_than_they_need_are_not_kept(marker: int, body: bytes) -> None:
    data = saved(gray(), "JPEG")
    planted = data[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body + data[2:]
    with pytest.raises(ValueError):  # noqa: PT011  # it has no words
        bare_jpeg(planted)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "WEBP", "JPEG2000"])
def test_other_pictures_are_drawn_anew(kind: str) -> None:
    how: dict[str, object] = {
        "TIFF": {"tiffinfo": {270: PATIENT, 315: GIVEN, 65000: PATIENT}, "exif": exif()},
        "BMP": {},
        "WEBP": {"lossless": True, "exif": exif(), "xmp": XMP},
        "JPEG2000": {"comment": PATIENT},
    }[kind]  # type: ignore[assignment]
    data = saved(gray(), kind, **how) + PATIENT.encode()
    made = bare(data, ".png")
    assert traces(made) == []
    assert same(data, made)


def test_the_pages_of_a_tiff_stay_pages() -> None:
    pages = [Image.fromarray(np.full((40, 40), 9000 * number, np.uint16)) for number in range(1, 4)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], tiffinfo={270: PATIENT})
    made = bare(data, ".tif")
    assert traces(made) == []
    assert same(data, made)
    assert len(pixels(made)) == 3


def test_a_jpeg_that_is_put_together_oddly_is_drawn_anew() -> None:
    data = saved(gray(), "JPEG", comment=PATIENT)
    odd = data[:20] + PATIENT.encode() + data[20:]  # decoders pass over what stands between two segments
    with pytest.raises(ValueError):  # noqa: PT011  # it has no words
        bare_jpeg(odd)
    made = bare(odd, ".png")
    assert traces(made) == []
    assert same(odd, made)


@pytest.mark.parametrize("file", ["film-05-8-bit.png", "film-01-normal.jpg"])
def test_a_film_that_was_cut_short_is_refused(file: str) -> None:
    data = (SAMPLES / file).read_bytes()
    with pytest.raises(UnreadableImage, match="damaged or cut short"):
        bare_film(data[: len(data) // 2], 1, Pseudonyms("0" * 32))


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.[jp][pn]g")), ids=lambda one: one.name)
def test_real_films_keep_their_pixels(file: Path) -> None:
    data = file.read_bytes()
    assert same(data, bare(data, file.suffix))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_stream_cut_anywhere_is_refused_or_whole(data: st.DataObject) -> None:
    """Neither walk reads past an end or stands still."""
    for whole, walk in ((saved(gray(16), "JPEG"), bare_jpeg), (saved(gray(16), "PNG"), bare_png)):
        cut = whole[: data.draw(st.integers(2, len(whole)))]
        try:
            assert walk(cut) == walk(whole)
        except ValueError:
            assert cut != whole


def test_rows_that_never_end_end() -> None:
    bomb = png_chunk(b"IDAT", zlib.compress(bytes(1 << 24))[:-4])
    with pytest.raises(ValueError):  # noqa: PT011  # it has no words
        bare_png(b"\x89PNG\r\n\x1a\n" + bomb + png_chunk(b"IEND", b""))
