"""Row numbers in the order of a list: a scan of one index, without a row of the table."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from operator import itemgetter
from sqlite3 import Connection

from lightbox_edge.browsing.filters import Filter
from lightbox_edge.results import Triage
from lightbox_edge.worklist import TRIAGES, URGENCY

_FIRST = itemgetter(0)
_BY_URGENCY = f"{URGENCY}, path, frame"
_BY_PATH = "path, frame, rowid"  # a film's two judges in the order of their looks, for urgency would tell


def list_rows(connection: Connection, wanted: Filter, *, by_path: bool) -> array[int]:
    """The numbers of the rows that a filter's questions to the worklist let through, in order.

    What it asks of decisions is not looked at. ``by_path`` sorts by path instead of urgency.
    """
    asked = [(term, value) for term, value in _questions(wanted) if value is not None]
    where = f"WHERE {' AND '.join(term for term, _ in asked)}" if asked else ""
    found = connection.execute(
        f"SELECT rowid FROM picture {where} ORDER BY {_BY_PATH if by_path else _BY_URGENCY}",  # noqa: S608  # our own words
        [value for _, value in asked],
    )
    return array("q", map(_FIRST, found))


def count_by_triage(connection: Connection) -> dict[Triage, int]:
    """All rows of the worklist."""
    found = dict(connection.execute(f"SELECT {URGENCY}, count(*) FROM picture GROUP BY 1"))  # noqa: S608
    return {triage: found.get(urgency, 0) for urgency, triage in enumerate(TRIAGES)}


def common_folder(connection: Connection) -> str:
    """The folder that all films lie in, with its separator: a narrow table has no room for it."""
    ends = connection.execute("SELECT min(path), max(path) FROM picture").fetchone()
    shared = os.path.commonprefix([end or "" for end in ends])  # noqa: RUF071  # what it cuts a name in is cut off below
    return shared[: max(shared.rfind("/"), shared.rfind("\\")) + 1]


def row_number(connection: Connection, path: str, frame: int, judge: str) -> int | None:
    """The number of the row of a path, its frame (0 for an only one) and who judged it."""
    for urgency in range(len(TRIAGES)):  # one by one, or SQLite takes an index that knows no paths
        found = connection.execute(
            f"SELECT rowid FROM picture WHERE {URGENCY} = ? AND path = ? AND frame = ? AND judge = ?",  # noqa: S608
            (urgency, path, frame, judge),
        ).fetchone()
        if found:
            return int(found[0])
    return None


def _questions(wanted: Filter) -> Iterator[tuple[str, object]]:
    """Each condition with its value; None for what is not asked."""
    yield f"{URGENCY} = ?", TRIAGES.index(wanted.triage) if wanted.triage else None
    yield "instr(flagged_for, ?)", f"\n{wanted.finding}\n" if wanted.finding else None
    yield "instr(reasons, ?)", f"({wanted.reason})." if wanted.reason else None
    yield "patient LIKE ? ESCAPE '\\'", _part(wanted.patient)
    yield "path LIKE ? ESCAPE '\\'", _part(wanted.text)


def _part(text: str) -> str | None:
    """A pattern for a part of a text in which no letter stands for others."""
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return f"%{text}%" if text else None
