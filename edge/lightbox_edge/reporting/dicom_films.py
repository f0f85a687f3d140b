"""From the rows of a report to DICOM objects, one of each DICOM film; the others are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Literal

from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.reading import Source
from lightbox_edge.reading.guard import guarded
from lightbox_edge.regions import Region
from lightbox_edge.reporting.dicom_objects import DicomFilm
from lightbox_edge.reporting.dicom_sources import BROKEN, LeftOut, dicom_source
from lightbox_edge.reporting.headings import Report
from lightbox_edge.reporting.measured import precision_used
from lightbox_edge.reporting.outlining import outliner_of
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist

DicomFormat = Literal["dicom-sr", "dicom-seg"]

ANOTHER: Final = "judged by a bundle that is not at hand"
NOTHING: Final = "no outline on it"


class DicomFilms:
    """Makes the DICOM objects of a report; a context manager.

    Args:
        worklist: that knows where the films' files were.
        bundle: at hand; finds the regions of films that it judged.
        kind: structured reports or segmentations.

    Raises:
        LightboxError: see `Outliner`.
        ModuleNotFoundError: highdicom is not installed.
    """

    def __init__(self, worklist: Worklist, bundle: Bundle | None, kind: DicomFormat) -> None:
        self.left_out: Counter[str] = Counter()
        self._worklist, self._kind = worklist, kind
        self._make = _maker(kind)
        self._outliner = outliner_of(bundle, precision_used(worklist, bundle))

    def __enter__(self) -> DicomFilms:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outliner:
            self._outliner.__exit__(kind, error, trace)

    def objects(self, report: Report) -> Iterator[tuple[str, bytes]]:
        """Each film's object under its file's name, copies once; ``left_out`` counts the others by reason."""
        done: set[tuple[str, str]] = set()
        for row in report.films:
            film = row.key or row.path, row.judge
            if film in done:
                continue
            done.add(film)
            try:
                content = self._object(row, report)
            except LeftOut as why:
                self.left_out[str(why)] += 1
            else:
                yield f"{row.sha256}-{row.judge}.{self._kind.removeprefix('dicom-')}.dcm", content

    def _object(self, row: FilmReport, report: Report) -> bytes:
        source, header = dicom_source(row, self._worklist)
        heading, regions = report.heading, self._regions(row, source)
        judge = next(one for one in heading.judges if one.id == row.judge)
        film = DicomFilm(row, judge, header, regions, self._last(row), heading.notice, heading.lightbox)
        try:
            with guarded(BROKEN):
                return self._make(film)
        except LightboxError as error:
            raise LeftOut(str(error)) from error

    def _regions(self, row: FilmReport, source: Source) -> tuple[Region, ...]:
        """Those that the row's own judge finds; a report does without, a segmentation does not."""
        if self._outliner is None or self._outliner.model.judge.id != row.judge:
            if self._kind == "dicom-seg":
                raise LeftOut(ANOTHER)
            return ()
        found = [one for film in self._outliner.of_sources([source]) for one in film.regions]
        if self._kind == "dicom-seg" and all(one.mask is None for one in found):
            raise LeftOut(NOTHING)
        return tuple(found)

    def _last(self, row: FilmReport) -> datetime:
        """When the row was judged or last decided on, whichever is later."""
        with self._worklist.reading() as connection:
            (judged,) = connection.execute(
                "SELECT min(judged_at) FROM picture WHERE judge = ? AND sha256 = ?", (row.judge, row.sha256)
            ).fetchone()
        times = [datetime.fromisoformat(one) for one in (judged, *(one.at for one in row.decisions))]
        return max(one.astimezone(UTC) if one.tzinfo else one.replace(tzinfo=UTC) for one in times)


def _maker(kind: DicomFormat) -> Callable[[DicomFilm], bytes]:
    """What makes an object; imported only where one is wanted, for highdicom is an extra."""
    if kind == "dicom-sr":
        from lightbox_edge.reporting.dicom_sr import structured_report

        return structured_report
    from lightbox_edge.reporting.dicom_seg import segmentation

    return segmentation
