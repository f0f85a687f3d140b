"""The log of decisions: a table of the worklist to which entries are only ever added.

It lies in the worklist's file, so that its commits are as synchronous as those of the results, SQLite's
lock makes two reviewers append in turn, and a copy of the file has both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from sqlite3 import Connection

import msgspec

from lightbox_edge.decisions.chain import (
    Chain,
    Link,
    Misfit,
    canonical,
    head_of,
    link,
    parts,
    walk,
)
from lightbox_edge.decisions.namesakes import shown_names
from lightbox_edge.decisions.records import Entry
from lightbox_edge.decisions.standing import Standings
from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist import Worklist

# As bytes, for a changed entry may be no UTF-8 any more; or NULL, in a table that was made anew.
_LINKS = (
    "SELECT number, ifnull(CAST(follows AS BLOB), x''), ifnull(CAST(entry AS BLOB), x''),"
    " ifnull(CAST(hash AS BLOB), x'') FROM decision WHERE number > ? ORDER BY number"
)


class DecisionLog:
    """The log of an open worklist, and what stands by it."""

    def __init__(self, worklist: Worklist) -> None:
        self._worklist = worklist
        self.standings = Standings()
        self.refresh()

    def refresh(self) -> None:
        """Take in what others have appended since."""
        with self._worklist.reading() as connection:
            self._take_in(connection)

    def append(self, make: Callable[[Standings, int], Entry | None]) -> Entry | None:
        """Append one entry; when it returns, the entry is on the disk.

        ``make`` gets what stands at that moment, with the file locked, and the entry's number. It returns
        the entry, or None for nothing to append, or raises `LightboxError`.
        """
        with self._worklist.writing() as connection:
            self._take_in(connection)
            entry = make(self.standings, _given(connection) + 1)
            if entry is None:
                return None
            head, written = head_of(self.standings.history.last), canonical(entry)
            made = Link(entry.number, head, written, link(head, written))
            write(connection, [made])
        self._take(made, entry)
        return entry

    def _take(self, one: Link, entry: Entry) -> None:
        self.standings.take(one.number, one.hash, parts(one.follows), entry)

    def _take_in(self, connection: Connection) -> None:
        names: dict[str, str] = {}
        for one in links(connection, self.standings.taken):
            names = names or shown_names(connection)
            try:
                entry = msgspec.json.decode(one.entry, type=Entry)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise LightboxError(
                    f"Entry {one.number} of the decisions in {self._worklist.path} was changed: run lightbox "
                    "worklist verify, and go back to a copy from before."
                ) from error
            if entry.registration:
                shown = names.get(entry.registration, entry.reader)
                entry = msgspec.structs.replace(entry, reader=shown)
            self._take(one, entry)


def verify(worklist: Worklist, noted: str | None = None) -> Chain:
    """Walk the whole log; ``noted`` is the head of an earlier time, which must still be in it.

    Raises:
        LightboxError: names the first entry that does not fit.
    """
    with worklist.reading() as connection:
        found = walk(links(connection, 0), _given(connection))
        held = noted is None or _holds(connection, noted)
    if isinstance(found, Misfit):
        raise LightboxError(
            f"The decisions in {worklist.path} do not fit together: entry {found.number} {found.fact}; keep "
            "this file as it is and go back to a copy from before."
        )
    if not held:
        raise LightboxError(
            f"The decisions in {worklist.path} fit together but do not hold {noted}: their end was cut off, "
            "or this is another log than the one whose head was noted."
        )
    return found


def links(connection: Connection, after: int = 0) -> Iterator[Link]:
    """The rows of the log behind one place, as they are stored."""
    for number, follows, entry, digest in connection.execute(_LINKS, (after,)):
        yield Link(number, follows.decode(errors="replace"), entry, digest.decode(errors="replace"))


def write(connection: Connection, made: Iterable[Link]) -> None:
    """Add rows to the log, which must be for its end."""
    connection.executemany(
        "INSERT INTO decision (number, follows, entry, hash) VALUES (?, ?, ?, ?)",
        ((one.number, one.follows, one.entry.decode(), one.hash) for one in made),
    )


def _holds(connection: Connection, head: str) -> bool:
    """Whether the log holds all entries of a head, however that was copied from paper."""
    noted = parts("".join(head.lower().split()))
    marks = ", ".join("?" * len(noted))
    asked = connection.execute(
        f"SELECT count(DISTINCT hash) FROM decision WHERE CAST(hash AS TEXT) IN ({marks})",  # noqa: S608  # ours
        noted,
    )
    return bool(asked.fetchone()[0] == len(set(noted)))


def _given(connection: Connection) -> int:
    """The highest place ever given, which SQLite keeps beside the table: a cut end shows by it."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision'").fetchone()
    return int(found[0]) if found else 0
