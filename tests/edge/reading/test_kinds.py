"""Content decides, never the name."""

from __future__ import annotations

import struct

import pytest

from lightbox_edge.errors import NotAnImage, UnreadableImage
from lightbox_edge.reading import read_frames
from lightbox_edge.reading.kinds import kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"BM" + bytes(12) + struct.pack("<I", 40) + bytes(8), "BMP"),
        (b"\xff\x4f\xff\x51", "JPEG2000"),
        (bytes(128) + b"DICM", "DICOM"),
        (b"II*\0" + bytes(124) + b"DICM", "DICOM"),  # a preamble may make a TIFF of it: PS3.10 7.1
        (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", "DICOM"),  # explicit, little endian, no meta
        (b"\0\x08\0\x05CS\0\x0aISO_IR 100", "DICOM"),  # big endian
        (b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100\x08\0\x16\0", "DICOM"),  # implicit
        (b"\x02\0\0\0UL\x04\0" + bytes(8), "DICOM"),  # meta without preamble
    ],
)
def test_recognises(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF89a", "GIF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x1cftypavif", "AVIF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"P5\n12 12\n", "PNM"),
    ],
)
def test_says_which_other_picture_format_it_is(head: bytes, name: str) -> None:
    with pytest.raises(UnreadableImage, match=f"{name}.*export it as PNG, JPEG or DICOM"):
        kind_of(head)


@pytest.mark.parametrize(
    "head",
    [
        b"BMW is a car, and this is a text of more than twenty-six letters",
        b"%PDF-1.7",
        b"SQLite format 3\0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # Thumbs.db
        b"\0\0\1\0\1\0\x10\x10",  # an icon
        b"PK\3\4",
        b"\x08\0\0\0" + bytes(20),  # looks like group 0008, leads nowhere
        b"\0\x08" + bytes(30),
        bytes(1024),
        b"x",
    ],
)
def test_everything_else_is_no_image(head: bytes) -> None:
    with pytest.raises(NotAnImage):
        kind_of(head)


def test_an_empty_file_is_a_film_that_may_be_lost() -> None:
    with pytest.raises(UnreadableImage, match="is empty"):
        read_frames(b"")
