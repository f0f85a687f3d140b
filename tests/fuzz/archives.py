"""Zips of films, found and read as screening does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from lightbox_edge.loading import load
from lightbox_edge.reading import Refused, find_sources
from tests.fuzz.film_files import pictures
from tests.fuzz.films import HOW, LIMITS
from tests.fuzz.judging import steers
from tests.fuzz.places import put
from tests.fuzz.target import WrongValue

_MOST_READ = 6  # members of a zip that the fuzz reads


def zips() -> Sequence[bytes]:
    """Films packed in every way, in folders, in a zip inside a zip; and one of no file at all."""
    film = pictures()[0]
    flat = _packed({"a.png": film, "folder/b.png": film, "text.txt": b"no film"})
    return flat, _packed({"inner.zip": flat, "c.png": film}), _packed({"x": film}, 14), _packed({})


def _packed(members: dict[str, bytes], method: int = 8) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def read_zip(data: bytes) -> Iterator[str]:
    for count, found in enumerate(find_sources([put("films.zip", data)], LIMITS)):
        if steers(found.path):
            raise WrongValue("a path that steers a terminal")
        if isinstance(found, Refused):
            yield found.reason
        elif count < _MOST_READ:
            for frame in load(found, HOW, LIMITS).frames:
                yield from filter(None, (frame.reason,))
