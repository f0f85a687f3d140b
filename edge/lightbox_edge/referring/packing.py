"""A pack: a zip of films without their patients, what was said of them, and a form for answers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from lightbox_edge.errors import LightboxError, NotJudged, UnreadableImage
from lightbox_edge.reading import read_bytes
from lightbox_edge.referring.answer_form import answer_form
from lightbox_edge.referring.bare_film import bare_film
from lightbox_edge.referring.burned_in import Look, look
from lightbox_edge.referring.choosing_films import ChosenFile, LeftOut
from lightbox_edge.referring.films_told import NumberedRow, films_csv
from lightbox_edge.referring.pseudonyms import Pseudonyms
from lightbox_edge.referring.read_me import read_me
from lightbox_edge.referring.referrals import Referral, now

MOST_BYTES: Final = 256 << 20
"""Of all films of a pack, which is made in memory so that no plain film lies on a disk on the way."""

_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say, and no date of anything


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A film's file as it goes into the pack, the rows of its pictures, and what may be written on it."""

    name: str
    content: bytes
    rows: tuple[NumberedRow, ...]
    path: str
    look: Look


class Packing:
    """Gathers films into one pack; their numbers count from 1 in the order in which they come."""

    def __init__(self, referral: str) -> None:
        self.referral = referral
        self.files: list[PreparedFile] = []
        self._names = Pseudonyms(referral)
        self._taken: set[str | None] = set()

    def add(self, chosen: ChosenFile) -> PreparedFile | LeftOut | None:
        """Prepare a film; None for one whose content is in the pack already.

        Raises:
            LightboxError: the pack would become too large.
        """
        first = chosen.rows[0].result
        if first.sha256 in self._taken:
            return None
        number = sum(len(one.rows) for one in self.files) + 1
        try:
            data = read_bytes(chosen.source)
            seen = look(data)
            bare = bare_film(data, number, self._names)
        except (UnreadableImage, NotJudged) as error:
            return LeftOut(first.file, str(error))
        if sum(len(one.content) for one in self.files) + len(bare.content) > MOST_BYTES:
            raise LightboxError(
                f"These films have more than the {MOST_BYTES >> 20} MiB that a pack may have: make two packs."
            )
        name = f"film-{number:02}{bare.suffix}"
        rows = tuple(NumberedRow(place, name, row) for place, row in enumerate(chosen.rows, start=number))
        made = PreparedFile(name, bare.content, rows, first.file, seen)
        self.files.append(made)
        self._taken.add(first.sha256)
        return made

    @property
    def rows(self) -> tuple[NumberedRow, ...]:
        """All pictures of the pack."""
        return tuple(row for file in self.files for row in file.rows)

    def referred(self, recipients: Sequence[str]) -> Referral:
        """What stays at home: which film each number is, and to whose keys the pack goes."""
        films = tuple(row.referred() for row in self.rows)
        return Referral(self.referral, now(), tuple(recipients), films)

    def zipped(self) -> bytes:
        """The pack, not yet encrypted."""
        told = [row.told() for row in self.rows]
        pages = {
            "READ-ME.txt": read_me(self.referral, told).encode(),
            "answers.csv": answer_form(self.referral, told),
            "films.csv": films_csv(told),
            "films.json": msgspec.json.format(
                msgspec.json.encode({"referral": self.referral, "films": told})
            ),
        }
        return _zip([*pages.items(), *((file.name, file.content) for file in self.files)])


def _zip(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip whose members have names and contents, and no times, no owner and no machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name, _DATE)
            member.create_system = 3  # the same from every system
            member.external_attr = 0o600 << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
