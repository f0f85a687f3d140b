"""What Lightbox is ready to read: every size is checked against these before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, each far above a real film and far below what a laptop has.

    Attributes:
        bytes: of one file, or of one unpacked member of a zip.
        pixels: rows times columns of one frame.
        frames: of one file (DICOM NumberOfFrames, pages of a TIFF).
        nesting: zips inside zips; 1 reads a zip and no zip in it.
        depth: folders inside folders, below a path that was given.
        members: files in one zip, those of the zips inside it included.
        expansion: unpacked over packed size of a member of more than 64 MiB; a film reaches 20.
    """

    bytes: int = 1 << 30
    pixels: int = 100_000_000
    frames: int = 100
    nesting: int = 3
    depth: int = 64
    members: int = 100_000
    expansion: int = 200


DEFAULT_LIMITS = Limits()
