"""The rows of several worklists: judges, pictures and what is kept of films, each once.

Where two worklists hold the same row differently, the smaller one is kept, whatever their order: that is
what makes merging commutative, associative and idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from operator import itemgetter
from sqlite3 import Connection

from lightbox_edge.results import FilmKey
from lightbox_edge.worklist import apart, true_location

_PLACE = ("judge", "location", "member", "frame")
# What may differ between two rows of one place and one content; status first: who could judge it says more.
_REST = (
    "status", "judged_at", "path", "bytes", "modified_ns", "triage", "outcome", "patient", "flagged_for",
    "reasons",
)  # fmt: skip
_PICTURE = ", ".join((*_PLACE, "sha256", *_REST))
_OTHER, _KEPT = (", ".join(f"{table}.{one}" for one in _REST) for table in ("excluded", "picture"))
_INSERT = (
    f"INSERT INTO picture ({_PICTURE}) VALUES ({', '.join('?' * (len(_PLACE) + 1 + len(_REST)))})"  # noqa: S608  # ours
    f" ON CONFLICT ({', '.join(_PLACE)}) DO UPDATE SET ({', '.join(_REST)}) = ({_OTHER})"
    f" WHERE ({_OTHER}) < ({_KEPT})"
)
_Place = tuple[str, str, str]  # judge, location on the disk, member


@dataclass(slots=True)
class Places:
    """Which content lay where.

    A place at which worklists saw different films (every camera card begins with IMG_0001) keeps them all:
    their rows are told `apart`, for good, and no later screening of that place replaces one of them. A place
    that one could not read and another could has been read.
    """

    crowded: set[_Place] = field(default_factory=set)
    _content: dict[_Place, str | None] = field(default_factory=dict)

    def see(self, connection: Connection) -> None:
        """Take in the places of one worklist."""
        asked = connection.execute("SELECT DISTINCT judge, location, member, sha256 FROM picture")
        for judge, location, member, sha256 in asked:
            place = judge, true_location(location), member
            known = self._content.setdefault(place, sha256)
            if known is None:
                self._content[place] = sha256
            elif sha256 not in (None, known):
                self.crowded.add(place)

    def of(self, row: tuple[str, ...], sha256: str | None) -> tuple[str, ...] | None:
        """A row as the merged worklist has it; None where another worklist could read that place."""
        judge, location, member, *rest = row
        place = judge, true_location(location), member
        if sha256 is None:
            return (*place, *rest) if self._content[place] is None else None
        return (judge, apart(place[1], sha256), member, *rest) if place in self.crowded else (*place, *rest)


def add_judges(out: Connection, sources: Iterable[Connection]) -> None:
    """All judges in the order of their first use, with the version that an older Lightbox did not know."""
    columns = "id, version, calibration, bundle, precision, findings"
    judges: dict[str, tuple[str, ...]] = {}
    first: dict[str, str] = {}
    for source in sources:
        for used, *row in source.execute(f"SELECT first_used, {columns} FROM judge"):  # noqa: S608  # ours
            judges[row[0]] = max(judges.get(row[0], ()), tuple(row))
            first[row[0]] = min(first.get(row[0], used), used)
    rows = [(used, *judges[judge]) for judge, used in first.items()]
    out.executemany(
        f"INSERT INTO judge (first_used, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  # ours
        sorted(rows, key=itemgetter(0, 1)),
    )


def add_pictures(out: Connection, source: Connection, places: Places) -> None:
    """The rows of one worklist."""
    with closing(source.cursor()) as rows:
        rows.execute(f"SELECT {_PICTURE} FROM picture ORDER BY {', '.join(_PLACE)}")  # noqa: S608  # ours
        placed = (places.of(row, row[len(_PLACE)]) for row in rows)
        out.executemany(_INSERT, (row for row in placed if row))


def add_films(out: Connection, source: Connection) -> None:
    """What films are ranked and compared by; the ranks were of each worklist alone and are left out."""
    for table, kept in (("film", "patches"), ("film_features", "features")):
        with closing(source.cursor()) as rows:
            rows.execute(f"SELECT judge, sha256, frame, {kept} FROM {table}")  # noqa: S608  # ours
            out.executemany(
                f"INSERT INTO {table} (judge, sha256, frame, {kept}) VALUES (?, ?, ?, ?)"  # noqa: S608  # ours
                f" ON CONFLICT DO UPDATE SET {kept} = min({kept}, excluded.{kept})",
                rows,
            )


def films(connection: Connection) -> Iterator[FilmKey]:
    """The films of a worklist by their content, each once."""
    yield from connection.execute("SELECT DISTINCT sha256, frame FROM picture WHERE sha256 IS NOT NULL")
