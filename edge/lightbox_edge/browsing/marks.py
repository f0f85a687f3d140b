"""What the log says of the rows of a worklist, by row number: of those few that it says anything of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection

import msgspec

from lightbox_edge.decisions import Review
from lightbox_edge.decisions.standing import State
from lightbox_edge.decisions.visibility import Visible
from lightbox_edge.results import FilmKey, Triage
from lightbox_edge.worklist import TRIAGES, URGENCY

_ROWS = f"SELECT rowid, {URGENCY}, sha256, frame FROM picture"  # noqa: S608
_OF_SOME = f"{_ROWS} WHERE sha256 IS NULL OR sha256 IN (SELECT value FROM json_each(?))"  # noqa: S608
_OF_A_FILM = f"{_ROWS} WHERE judge IN (SELECT id FROM judge) AND sha256 = ? AND frame = ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that the log knows, or one without a film to decide on (``film`` is None then)."""

    film: FilmKey | None
    triage: Triage
    visible: Visible


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a mode's whole list: by triage, as far as it may be seen, and by what is decided.

    A file that could not be read has no ``state``.
    """

    triage: Mapping[Triage, int]
    hidden: int
    state: Mapping[State, int]

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.triage.values()) + self.hidden


class Marks:
    """The marks of a worklist's rows for one reader; ``untouched`` is what holds for every other row."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._rows: dict[int, Mark] = {}
        self._visible: dict[FilmKey | None, Visible] = {None: review.visible(None)}
        self.untouched = review.visible(("", 0))

    def __getitem__(self, number: int) -> Visible:
        """What may be seen of a row."""
        mark = self._rows.get(number)
        return mark.visible if mark else self.untouched

    def items(self) -> Iterable[tuple[int, Mark]]:
        """Row numbers and marks."""
        return self._rows.items()

    def read(self, connection: Connection) -> None:
        """Make all of them, for a worklist that has changed."""
        known = self._review.entered()
        contents = msgspec.json.encode([sha256 for sha256, _ in known]).decode()
        self._rows = {}
        for number, urgency, sha256, frame in connection.execute(_OF_SOME, (contents,)):
            film = (sha256, frame) if sha256 else None
            if film is None or film in known:
                if film not in self._visible:
                    self._visible[film] = self._review.visible(film)
                self._rows[number] = Mark(film, TRIAGES[urgency], self._visible[film])

    def update(self, connection: Connection, films: Iterable[FilmKey]) -> None:
        """Make those of some films anew."""
        for film in films:
            visible = self._visible[film] = self._review.visible(film)
            for number, urgency, *_ in connection.execute(_OF_A_FILM, film):
                self._rows[number] = Mark(film, TRIAGES[urgency], visible)

    def count(self, all_rows: Mapping[Triage, int]) -> Counts:
        """Count a mode's list, given all rows of the worklist by triage."""
        listed = [mark for mark in self._rows.values() if mark.visible.offered]
        triage = Counter(mark.triage for mark in listed if mark.visible.machine)
        hidden = sum(not mark.visible.machine for mark in listed)
        state = Counter(mark.visible.state for mark in listed if mark.visible.state)
        if self.untouched.offered:  # the rows without a mark are all alike
            others = Counter(all_rows)
            others.subtract(mark.triage for mark in self._rows.values())
            state["open"] += others.total()
            if self.untouched.machine:
                triage.update(others)
            else:
                hidden += others.total()
        return Counts(triage, hidden, state)
