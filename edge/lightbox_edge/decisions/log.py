"""The log of decisions: a table of the worklist to which entries are only ever added.

It lies in the worklist's file, so that its commits are as synchronous as those of the results, SQLite's
lock makes two reviewers append in turn, and a copy of the file has both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sqlite3 import Connection

import msgspec

from lightbox_edge.decisions.chain import START, Chain, Link, Misfit, canonical, link, walk
from lightbox_edge.decisions.records import Entry
from lightbox_edge.decisions.standing import Standings
from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist import Worklist

# As bytes, for a changed entry may be no UTF-8 any more; or NULL, in a table that was made anew.
_LINKS = (
    "SELECT number, ifnull(CAST(entry AS BLOB), x''), ifnull(CAST(hash AS BLOB), x'') FROM decision"
    " WHERE number > ? ORDER BY number"
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
            found = connection.execute("SELECT hash FROM decision ORDER BY number DESC LIMIT 1").fetchone()
            written = canonical(entry)
            connection.execute(
                "INSERT INTO decision (number, entry, hash) VALUES (?, ?, ?)",
                (entry.number, written.decode(), link(found[0] if found else START, written)),
            )
        self.standings.take(entry)
        return entry

    def _take_in(self, connection: Connection) -> None:
        for one in _links(connection, self.standings.taken):
            try:
                entry = msgspec.json.decode(one.entry, type=Entry)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise LightboxError(
                    f"Entry {one.number} of the decisions in {self._worklist.path} was changed: run lightbox "
                    "worklist verify, and go back to a copy from before."
                ) from error
            self.standings.take(entry)


def verify(worklist: Worklist, noted: str | None = None) -> Chain:
    """Walk the whole chain; ``noted`` is the head of an earlier time, which must still be in it.

    Raises:
        LightboxError: names the first entry that does not fit.
    """
    with worklist.reading() as connection:
        found = walk(_links(connection, 0), _given(connection))
        held = noted is None or _holds(connection, noted.lower())
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


def _links(connection: Connection, after: int) -> Iterator[Link]:
    for number, entry, digest in connection.execute(_LINKS, (after,)):
        yield Link(number, entry, digest.decode(errors="replace"))


def _holds(connection: Connection, head: str) -> bool:
    """Whether it is the hash of an entry, or that of the empty log."""
    asked = connection.execute("SELECT EXISTS (SELECT 1 FROM decision WHERE CAST(hash AS TEXT) = ?)", (head,))
    return head == START or bool(asked.fetchone()[0])


def _given(connection: Connection) -> int:
    """The highest number ever given, which SQLite keeps beside the table: a cut end shows by it."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision'").fetchone()
    return int(found[0]) if found else 0
