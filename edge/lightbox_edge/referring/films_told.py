"""What Lightbox said of each film, as it goes with the film: for programs and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages.reasons import IN_SHORT, code_of
from lightbox_edge.referring.referrals import ReferredFilm
from lightbox_edge.results import Triage
from lightbox_edge.spreadsheet import no_formula


class ToldFinding(msgspec.Struct, frozen=True):
    """A finding's probability and the threshold it is held against."""

    name: str
    probability: float
    threshold: float
    flagged: bool
    validated: bool


class ToldFilm(msgspec.Struct, frozen=True):
    """One picture of a pack; ``file`` is its name there, with ``#2`` behind it for a second frame."""

    film: int
    file: str
    triage: Triage
    reasons: tuple[str, ...]
    findings: tuple[ToldFinding, ...]
    view: str | None
    bundle: str
    version: str
    precision: str


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row of the worklist by its number in the pack and the name of its file there."""

    number: int
    file: str
    row: ReviewRow

    def told(self) -> ToldFilm:
        """What goes with the film: a reason in its fixed words, for its own may hold what the header said."""
        result, judge = self.row.result, self.row.judge
        outcome = result.outcome
        return ToldFilm(
            film=self.number,
            file=self.file if result.frame is None else f"{self.file}#{result.frame}",
            triage=outcome.triage,
            reasons=tuple(IN_SHORT[code] for one in outcome.reasons if (code := code_of(one)) in IN_SHORT),
            findings=tuple(
                ToldFinding(one.name, round(one.probability, 6), one.threshold, one.flagged, one.validated)
                for one in outcome.findings
            ),
            view=outcome.view,
            bundle=judge.bundle,
            version=judge.version,
            precision=judge.precision,
        )

    def referred(self) -> ReferredFilm:
        """What the key table at home keeps."""
        sha256, frame = self.row.film or ("", 0)
        return ReferredFilm(self.number, sha256, frame, self.row.machine)


def films_csv(films: Sequence[ToldFilm]) -> bytes:
    """One row a film, one column a finding with its probability."""
    names = list(dict.fromkeys(one.name for film in films for one in film.findings))
    rows = [["film", "file", "triage", "flagged_for", "reasons", "view", *names]]
    for film in films:
        probability = {one.name: f"{one.probability:.4f}" for one in film.findings}
        flagged = "; ".join(one.name for one in film.findings if one.flagged)
        about = (str(film.film), film.file, film.triage, flagged, " ".join(film.reasons), film.view or "")
        rows.append([*about, *(probability.get(name, "") for name in names)])
    return table(rows)


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """CSV that spreadsheets take for UTF-8; a text that they would take for a formula gets an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([no_formula(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
