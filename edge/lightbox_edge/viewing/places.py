"""Where the file of a row lies, and which film of the same patient came before it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError
from lightbox_edge.results import Outcome, Result
from lightbox_edge.worklist import Worklist


@dataclass(frozen=True, slots=True)
class Place:
    """A file on the disk, or a member of a zip there by its names with ``/`` between; and a frame in it.

    ``sha256`` is what the file had when it was judged, None where it could not be read.
    """

    path: str
    location: str
    member: str
    frame: int | None
    sha256: str | None


def place_of(worklist: Worklist, row: ReviewRow) -> Place:
    """Where a row's file lay when it was screened.

    Raises:
        LightboxError: the worklist has no such row any more.
    """
    result = row.result
    with worklist.reading() as connection:
        found = connection.execute(
            "SELECT location, member FROM picture WHERE judge = ? AND sha256 IS ? AND path = ? AND frame = ?",
            (row.judge.id, result.sha256, result.file, result.frame or 0),
        ).fetchone()
    if found is None:
        raise LightboxError(f"The worklist has no film {result.path} any more: screen its folder again.")
    return Place(result.path, found[0], found[1], result.frame, result.sha256)


def previous_film(worklist: Worklist, row: ReviewRow) -> ReviewRow | None:
    """The latest film of the same patient from an earlier day, of those that this judge has; None if none.

    Patients are the same by their PatientID, days by StudyDate (DA sorts as text).
    """
    header = row.result.outcome.header
    if not header.PatientID or not header.StudyDate:
        return None
    with worklist.reading() as connection:
        found = connection.execute(
            "SELECT path, frame, sha256, outcome FROM picture WHERE judge = ?"
            " AND patient = ?"
            " AND json_extract(outcome, '$.header.StudyDate') BETWEEN '0' AND ?"
            " AND json_extract(outcome, '$.header.StudyDate') < ?"
            " ORDER BY json_extract(outcome, '$.header.StudyDate') DESC, path, frame LIMIT 1",
            (row.judge.id, header.PatientID, header.StudyDate, header.StudyDate),
        ).fetchone()
    if found is None:
        return None
    path, frame, sha256, outcome = found
    decoded = msgspec.json.decode(outcome, type=Outcome)
    return ReviewRow(Result(path, frame or None, sha256, decoded), row.judge)
