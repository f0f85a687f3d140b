"""The files of a folder of regions: their names, and that no film's files replace another's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from PIL import Image

from lightbox_edge.durable import write_durably
from lightbox_edge.private_files import make_private_folder
from lightbox_edge.regions.drawing import FILM, film_gray, mask_png, overlay_png
from lightbox_edge.regions.outliner import FilmRegions

EMBEDDINGS = ".embeddings"  # the segmenter's, in the folder of the regions
_MOST_BYTES = 120  # of a stem or a target, for a file's name must not be longer than 255 with all of it
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')  # in a name of a file on some system


def make_folder(out: Path) -> None:
    """Make the folder of the regions, for its owner alone: what lies in it shows patients."""
    make_private_folder(out)


def write_regions(out: Path, film: FilmRegions) -> list[str | None]:
    """Write a film's masks and overlays, each whole or not at all; the name of each region's mask or None.

    What an earlier run left of the same film and is no region any more is removed. Where another film has
    taken the stem, the film's SHA-256 is a part of its own.
    """
    if film.radiograph is None:
        return [None] * len(film.regions)
    slugs = _slugs([region.target for region in film.regions])
    stem = _free_stem(out, film, slugs)
    names: list[str | None] = []
    gray, size = film_gray(film.radiograph), film.radiograph.stored_size
    for region, slug in zip(film.regions, slugs, strict=True):
        mask, overlay = (out / name for name in _names(stem, slug))
        _put(mask, None if region.mask is None else mask_png(region.mask, film.key))
        seen = region.mask is not None or region.box is not None
        _put(overlay, overlay_png(gray, size, region, film.key) if seen else None)
        names.append(None if region.mask is None else mask.name)
    return names


def _put(path: Path, content: bytes | None) -> None:
    if content is not None:
        write_durably(path, content)
    else:
        path.unlink(missing_ok=True)


def _names(stem: str, slug: str) -> tuple[str, str]:
    return f"{stem}.{slug}.mask.png", f"{stem}.{slug}.overlay.png"


def _free_stem(out: Path, film: FilmRegions, slugs: Sequence[str]) -> str:
    """The film's stem, or one that no other film has; the same whenever it is asked."""
    path, _, number = film.path.rpartition("#") if "#" in film.key else (film.path, "", "")
    name = _FORBIDDEN.sub("_", PurePosixPath(path.replace("\\", "/")).stem)
    stem = _cut(name) + (f"#{number}" if number else "")
    others = (_film_of(out / one) for slug in slugs for one in _names(stem, slug))
    if all(other in (None, film.key) for other in others):
        return stem
    return f"{stem}~{hashlib.sha256(film.key.encode()).hexdigest()[:8]}"


def _film_of(file: Path) -> str | None:
    """The key of the film that a file is of, empty if it does not say; None if there is no file."""
    try:
        with Image.open(file, formats=("PNG",)) as image:
            return str(image.info.get(FILM, ""))
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _slugs(targets: Sequence[str]) -> list[str]:
    """A part of a file's name for each target; no two are the same."""
    made: list[str] = []
    for target in targets:
        slug = _cut(re.sub(r"\W+", "-", target.casefold()).strip("-")) or "words"
        made.append(next(one for one in _numbered(slug) if one not in made))
    return made


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    number = 2
    while True:
        yield f"{slug}-{number}"
        number += 1


def _cut(name: str) -> str:
    return name.encode()[:_MOST_BYTES].decode(errors="ignore")
