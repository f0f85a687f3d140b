"""Which film of the same patient came before another."""

from __future__ import annotations

import msgspec

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.results import Outcome, Result
from lightbox_edge.worklist import Worklist


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
