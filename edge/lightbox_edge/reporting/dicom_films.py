"""From the rows of a report to DICOM objects: which films get one, and why the others get none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal

from lightbox_edge.backends import usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.reading import Limits, Source, read_bytes
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.kinds import HEAD_BYTES, kind_of
from lightbox_edge.regions import EmbeddingStore, Outliner, Region, Wanted
from lightbox_edge.reporting.dicom_objects import DicomFilm
from lightbox_edge.reporting.film_files import FilmFiles
from lightbox_edge.reporting.headings import Report
from lightbox_edge.reporting.measured import precision_used
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist

if TYPE_CHECKING:
    from pydicom import Dataset

DicomFormat = Literal["dicom-sr", "dicom-seg"]

_IDENTIFIERS: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_MAY_BE_EMPTY: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip

_SEXES: Final = ("M", "F", "O", "")

NOT_DICOM: Final = "no DICOM file"
UNREADABLE: Final = "it could not be read"
GONE: Final = "its file is gone, or is no longer the one that was judged"
MANY: Final = "one of several pictures in its file"
NO_IDENTIFIERS: Final = "its header lacks the UIDs of an image in a study"
BROKEN: Final = "its header is damaged, or of a kind that no object can refer to"
ANOTHER: Final = "judged by a bundle that is not at hand"
NOTHING: Final = "no outline on it"


class _LeftOut(Exception):
    """A film that gets no object; the reason in a few words."""


class DicomFilms:
    """Makes the DICOM objects of a report; a context manager.

    Args:
        worklist: that knows where the films' files were.
        bundle: at hand; finds the regions of films that it judged.
        kind: structured reports or segmentations.

    Raises:
        LightboxError: see `Outliner`.
    """

    def __init__(self, worklist: Worklist, bundle: Bundle | None, kind: DicomFormat) -> None:
        self.left_out: Counter[str] = Counter()
        self._worklist, self._kind = worklist, kind
        self._make = _maker(kind)
        self._files = FilmFiles(worklist)
        precision = precision_used(worklist, bundle)
        self._outliner = (
            Outliner(bundle, Wanted(), EmbeddingStore(None), precision=precision, threads=usable_cpus())
            if bundle and precision
            else None
        )

    def __enter__(self) -> DicomFilms:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outliner:
            self._outliner.__exit__(kind, error, trace)

    def objects(self, report: Report) -> Iterator[tuple[str, bytes]]:
        """Each film's object under its file's name, copies once; ``left_out`` counts the others by reason."""
        made: set[tuple[str, str]] = set()
        judges = {one.id: one for one in report.heading.judges}
        for row in report.films:
            if (row.key, row.judge) in made:
                continue
            made.add((row.key, row.judge))
            try:
                source, header = self._file(row)
                regions = self._regions(row, source)
                film = DicomFilm(
                    row, judges[row.judge], header, regions, self._last(row), report.heading.notice,
                    report.heading.lightbox,
                )  # fmt: skip
                content = self._made(film)
            except _LeftOut as why:
                self.left_out[str(why)] += 1
            else:
                yield f"{row.sha256}-{row.judge}.{self._kind.removeprefix('dicom-')}.dcm", content

    def _made(self, film: DicomFilm) -> bytes:
        try:
            with guarded(BROKEN):
                return self._make(film)
        except LightboxError as error:
            raise _LeftOut(str(error)) from error

    def _file(self, row: FilmReport) -> tuple[Source, Dataset]:
        """A film's file and what its header says, made whole where it may be empty."""
        if row.status == "unreadable":
            raise _LeftOut(UNREADABLE)
        source = self._files.of(row)
        if source is None:
            raise _LeftOut(GONE)
        try:
            content = read_bytes(source)
        except LightboxError as error:
            raise _LeftOut(GONE) from error
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise _LeftOut(GONE)
        if kind_of(content[:HEAD_BYTES]) != "DICOM":
            raise _LeftOut(NOT_DICOM)
        if row.frame is not None:
            raise _LeftOut(MANY)
        return source, _header(content)

    def _regions(self, row: FilmReport, source: Source) -> tuple[Region, ...]:
        """Those that the row's own judge finds; a report does without, a segmentation does not."""
        if self._outliner is None or self._outliner.model.judge.id != row.judge:
            if self._kind == "dicom-seg":
                raise _LeftOut(ANOTHER)
            return ()
        found = [one for film in self._outliner.of_sources([source]) for one in film.regions]
        if self._kind == "dicom-seg" and all(one.mask is None for one in found):
            raise _LeftOut(NOTHING)
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


def _header(content: bytes) -> Dataset:
    """A film's data set, with what may be empty in an object that refers to it."""
    from lightbox_edge.reading.dicom import open_dicom  # as in `read_frames`

    try:
        header = open_dicom(content, Limits()).dataset
        with guarded(BROKEN):
            is_whole = all(header.get(keyword) for keyword in _IDENTIFIERS)
            for keyword in _MAY_BE_EMPTY:
                if keyword not in header:
                    setattr(header, keyword, "")
            if header.PatientSex not in _SEXES:
                header.PatientSex = ""
            if "PixelSpacing" in header and not all(header.PixelSpacing or (0,)):
                del header.PixelSpacing  # zeros are written where it is unknown
    except LightboxError as error:
        raise _LeftOut(BROKEN) from error
    if not is_whole:
        raise _LeftOut(NO_IDENTIFIERS)
    return header
