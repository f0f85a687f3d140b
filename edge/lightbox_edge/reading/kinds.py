"""What a file is, told from its first bytes; its name is never looked at."""

from __future__ import annotations

import struct
from typing import Final, Literal

from lightbox_edge.errors import NotAnImage, UnreadableImage

HEAD_BYTES: Final = 1024
"""How many bytes of a file `kind_of` wants to see."""

Kind = Literal["DICOM", "PNG", "JPEG", "TIFF", "BMP", "WEBP", "JPEG2000"]

_PICTURES: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
_OTHER_PICTURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (0, b"II\xbc\x01", "JPEG XR"),
    (0, b"FUJIFILMCCD-RAW", "camera raw"),
    *((4, b"ftyp" + brand, "HEIC") for brand in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")),
    *((4, b"ftyp" + brand, "AVIF") for brand in (b"avif", b"avis")),
    (4, b"ftypcrx ", "camera raw"),
    *((0, b"P%d%c" % (n, space), "PNM") for n in range(1, 7) for space in b"\n\r\t "),
)
_BMP_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)
_VRS: Final = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR".split()
    + b"US UT UV".split()
)
_LONGEST_FIRST_VALUE: Final = 512


def kind_of(head: bytes) -> Kind:
    """Tell what a file is from its first `HEAD_BYTES` bytes.

    Raises:
        UnreadableImage: a picture in a format that Lightbox does not read, or an empty file.
        NotAnImage: anything else.
    """
    if not head:
        raise UnreadableImage("The file is empty: copy it again from where it came from.")
    if is_dicom(head):
        return "DICOM"
    for signature, kind in _PICTURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if _is_bmp(head):
        return "BMP"
    for offset, signature, name in _OTHER_PICTURES:
        if head.startswith(signature, offset):
            raise UnreadableImage(f"Lightbox does not read {name} pictures: export it as PNG, JPEG or DICOM.")
    raise NotAnImage("The file is no image.")


def is_dicom(head: bytes) -> bool:
    """Whether these are the first bytes of a DICOM file (PS3.10 7.1), or of a data set without its meta.

    Old files lack the preamble and ``DICM`` and start with an element of group 0002 or 0008.
    """
    if head[128:132] == b"DICM":
        return True
    return _starts_with_element(head, "<") or _starts_with_element(head, ">")


def _starts_with_element(head: bytes, order: Literal["<", ">"]) -> bool:
    """Whether the first element has a plausible tag, and a VR or a length that leads to another one."""
    if len(head) < 16:
        return False
    group, element = struct.unpack_from(order + "HH", head)
    if group not in (0x0002, 0x0008) or element > 0x0100:
        return False
    if head[4:6] in _VRS:
        return True
    (length,) = struct.unpack_from(order + "I", head, 4)
    if length % 2 or length > _LONGEST_FIRST_VALUE or len(head) < 12 + length:
        return False
    next_group, next_element = struct.unpack_from(order + "HH", head, 8 + length)
    return bool((group, element) < (next_group, next_element) <= (0x0020, 0xFFFF))


def _is_bmp(head: bytes) -> bool:
    """Whether this is a Windows bitmap: two letters alone are too little, a text may start with BM."""
    return head[:2] == b"BM" and len(head) >= 26 and struct.unpack_from("<I", head, 14)[0] in _BMP_HEADERS
