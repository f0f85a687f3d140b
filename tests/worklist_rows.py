"""What a worklist holds of each picture and what ``--json`` tells of it, as rows that can be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lightbox_edge.results import Result
from lightbox_edge.worklist import Worklist

Row = tuple[object, ...]  # path, SHA-256, status, triage, reasons, findings with their probabilities


def in_worklist(path: Path) -> list[Row]:
    """What the worklist says of each picture, without the seconds it took."""
    with Worklist(path) as worklist:
        return sorted(map(as_row, worklist.results()), key=repr)


def as_row(result: Result) -> Row:
    outcome = result.outcome
    findings = tuple((one.name, one.probability) for one in outcome.findings)
    return (result.path, result.sha256, outcome.status, outcome.triage, outcome.reasons, findings)


def as_line(row: Row) -> Row:
    """The same as far as a line of ``--json`` tells it."""
    *before, findings = row
    assert isinstance(findings, tuple)
    return (*before, tuple((name, round(probability, 6)) for name, probability in findings))


def from_line(line: str) -> Row:
    told: dict[str, Any] = json.loads(line)
    findings = tuple((one["name"], one["probability"]) for one in told["findings"])
    return (*(told[key] for key in ("path", "sha256", "status", "triage")), tuple(told["reasons"]), findings)
