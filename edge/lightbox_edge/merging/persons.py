"""The readers of several worklists: registrations united, never one taken for another unless it is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Connection

import msgspec

from lightbox_edge.decisions.chain import Link
from lightbox_edge.decisions.namesakes import name_key
from lightbox_edge.decisions.records import Entry
from lightbox_edge.errors import LightboxError

_COLUMNS = "registration, person, key, name, pin, wrong, waits_until, added_at"


@dataclass(frozen=True, slots=True)
class Registered:
    """A row of the table of readers."""

    registration: str
    person: str
    key: str
    name: str
    pin: str
    wrong: int
    waits_until: int
    added_at: str


def registered(connection: Connection) -> list[Registered]:
    """The readers of one worklist."""
    return [Registered(*row) for row in connection.execute(f"SELECT {_COLUMNS} FROM reader")]  # noqa: S608  # ours


def together(readers: Iterable[Registered], one_person: Collection[str] = ()) -> list[Registered]:
    """Each registration once, with its longest wait; the names in ``one_person`` are one person's each."""
    rows: dict[str, Registered] = {}
    groups = defaultdict[str, set[str]](set)
    for one in readers:
        rows[one.registration] = _either(rows.get(one.registration, one), one)
        for other in (one.registration, one.person):
            groups[other] |= {one.registration, one.person}
    for key in {name_key(name) for name in one_person}:
        named = {one.registration for one in rows.values() if one.key == key}
        for registration in named:
            groups[registration] |= named
    return [replace(rows[one], person=min(_reached(one, groups))) for one in sorted(rows)]


def write(connection: Connection, readers: Iterable[Registered]) -> None:
    """Put the readers into a worklist that has none."""
    connection.executemany(
        f"INSERT INTO reader ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  # ours
        [
            (
                one.registration,
                one.person,
                one.key,
                one.name,
                one.pin,
                one.wrong,
                one.waits_until,
                one.added_at,
            )
            for one in readers
        ],
    )


def namesakes(readers: Iterable[Registered]) -> dict[str, str]:
    """The names that are several people's, by their keys."""
    persons = defaultdict[str, dict[str, str]](dict)
    for one in readers:
        persons[one.key].setdefault(one.person, one.name)
    return {key: min(names.values()) for key, names in sorted(persons.items()) if len(names) > 1}


def refuse_the_untold(names: Mapping[str, str], logs: Sequence[Sequence[Link]]) -> None:
    """Raise where an older Lightbox did not write down which of several readers of one name decided."""
    for key, name in names.items():
        untold = [_without_registration(log, key) for log in logs]
        if set[str]().union(*untold) not in untold:
            raise LightboxError(
                f"{name} decided in several of these worklists under different PINs, and an older Lightbox "
                f"did not write down which: say --one-person '{name}' if that is one person, else keep these "
                "worklists apart."
            )


def _without_registration(log: Iterable[Link], key: str) -> set[str]:
    """The hashes of a reader's entries that do not tell the registration."""
    entries = ((one.hash, msgspec.json.decode(one.entry, type=Entry)) for one in log)
    return {digest for digest, one in entries if not one.registration and name_key(one.reader) == key}


def _either(first: Registered, second: Registered) -> Registered:
    """One row of two of the same registration, whichever comes first."""
    kept = min(first, second, key=lambda one: (one.added_at, one.name, one.pin))
    return replace(
        kept,
        wrong=max(first.wrong, second.wrong),
        waits_until=max(first.waits_until, second.waits_until),
    )


def _reached(start: str, groups: dict[str, set[str]]) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        new = groups[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached
