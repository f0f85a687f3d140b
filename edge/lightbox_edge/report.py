"""Reports of a worklist. CSV: one row a picture, one column a finding, byte-stable for the same rows."""

from __future__ import annotations

import csv
from typing import TextIO

from lightbox_edge.decisions import DecisionLog, FilmStanding
from lightbox_edge.results import AnomalyRank
from lightbox_edge.worklist import Worklist

_FIXED = ("path", "sha256", "status", "triage", "reasons", "view")
_HEADER = ("PatientID", "PatientAge", "PatientSex", "StudyDate")
_DECIDED = ("decision", "reader", "decided_at")
_ANOMALY = ("anomaly_rank", "anomaly_percentile")


def write_csv(worklist: Worklist, out: TextIO) -> int:
    r"""Write every row of the worklist, the flagged first, and return their number.

    Columns: what ``lightbox screen --json`` says, the patient's DICOM attributes, what was decided, by whom
    and when (UTC), then for each finding its probability, empty where the picture was not judged for it.
    Several readers stand in one cell in the same order, parted by semicolons; an arbitration stands alone.
    Where films have been ranked (`anomaly`), their rank and percentile stand before the findings, in columns
    of their own. A text that a spreadsheet would take for a formula is preceded by an apostrophe; a carriage
    return is written as ``\r``.
    """
    findings = worklist.finding_names()
    table = csv.writer(out, lineterminator="\n")
    ranked = worklist.is_ranked()
    standings = DecisionLog(worklist).standings
    table.writerow(
        [*_FIXED, *_HEADER, "flagged_for", *_DECIDED, *(_ANOMALY if ranked else ()), *map(_plain, findings)]
    )
    count = 0
    for result in worklist.results():
        outcome = result.outcome
        probability = {one.name: f"{one.probability:.4f}" for one in outcome.findings}
        flagged_for = "; ".join(one.name for one in outcome.findings if one.flagged)
        fixed = (
            result.path,
            result.sha256 or "",
            outcome.status,
            outcome.triage,
            " ".join(outcome.reasons),
            outcome.view or "",
        )
        header = (str(getattr(outcome.header, keyword)) for keyword in _HEADER)
        decided = _decided(standings.of(result.film)) if result.film else ("", "", "")
        texts = [_plain(text) for text in (*fixed, *header, flagged_for, *decided)]
        standing = _standing(result.anomaly) if ranked else ()
        table.writerow([*texts, *standing, *(probability.get(name, "") for name in findings)])
        count += 1
    return count


def _decided(standing: FilmStanding) -> tuple[str, str, str]:
    final = standing.final
    return (
        "; ".join(one.words for one in final),
        "; ".join(one.reader for one in final),
        "; ".join(one.at for one in final),
    )


def _standing(anomaly: AnomalyRank | None) -> tuple[str, str]:
    return (f"{anomaly.rank}", f"{anomaly.percentile:.1f}") if anomaly else ("", "")


def _plain(text: str) -> str:
    text = text.replace("\r", "\\r")  # csv leaves it bare, and a reader would end the row there
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
