"""What of a report is shown in full, with which pictures, and what in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from lightbox_edge.languages import Language
from lightbox_edge.reporting.headings import Report, ReportedJudge
from lightbox_edge.reporting.pictures import Picture
from lightbox_edge.reporting.records import FilmReport

Pictures = Literal["flagged", "all", "none"]
PictureMaker = Callable[[list[FilmReport]], list[Picture]]

MOST_IN_FULL = 2000  # films; a longer page is read by nobody, and a PDF is whole in memory
MOST_IN_TABLE = 5000  # films
BATCH = 8  # films whose pictures are made together


@dataclass(slots=True)
class Layout:
    """One report on its way to a page; ``not_listed`` is known when `others` has ended.

    Attributes:
        report: what is shown.
        say: the language, that of the report.
        pictures: of which films; with ``all`` every film is shown in full.
        make: makes them, None where they were not asked for.
    """

    report: Report
    say: Language
    pictures: Pictures = "none"
    make: PictureMaker | None = None
    not_listed: int = field(default=0, init=False)

    def in_full(self) -> Iterator[tuple[FilmReport, Picture]]:
        """The films that are shown in full, each with its picture."""
        films = islice(filter(self._is_whole, self.report.films), MOST_IN_FULL)
        while batch := list(islice(films, BATCH)):
            shown = [film for film in batch if self._is_pictured(film)]
            made = dict(zip(map(id, shown), self.make(shown) if self.make and shown else (), strict=False))
            for film in batch:
                yield film, made.get(id(film), Picture(None))

    def others(self) -> Iterator[FilmReport]:
        """The films of the table: those that are not shown in full."""
        whole = listed = 0
        for film in self.report.films:
            if self._is_whole(film):
                whole += 1
                if whole <= MOST_IN_FULL:
                    continue
            listed += 1
            if listed <= MOST_IN_TABLE:
                yield film
        self.not_listed = max(0, listed - MOST_IN_TABLE)

    def _is_whole(self, film: FilmReport) -> bool:
        one_patient = self.report.heading.patient is not None
        return one_patient or self.pictures == "all" or film.counts_as_seen

    def _is_pictured(self, film: FilmReport) -> bool:
        return self.pictures == "all" or (self.pictures == "flagged" and film.counts_as_seen)

    def judge(self, film: FilmReport) -> ReportedJudge:
        """Who judged a film."""
        return next(one for one in self.report.heading.judges if one.id == film.judge)
