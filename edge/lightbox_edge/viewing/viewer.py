"""The films of a worklist as a person goes through them: opened ahead, looked at on demand, kept a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lightbox_edge.bundle import Bundle
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.decoder import CRASHED, DecoderLost, DecoderProcess
from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.film_places import place_of
from lightbox_edge.loading import Loaded, LoadedFrame
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.reading.dicom_header import HeaderLine
from lightbox_edge.regions.drawing import SIDE
from lightbox_edge.results import Result
from lightbox_edge.viewing.film import Film
from lightbox_edge.viewing.looked import Compared, Looked
from lightbox_edge.viewing.marks import Mark
from lightbox_edge.viewing.opening import Job, do, film_job, header_job, loaded_job
from lightbox_edge.viewing.previous_film import previous_film
from lightbox_edge.viewing.showing import ShownFilms
from lightbox_edge.viewing.view import View
from lightbox_edge.worklist import Worklist

if TYPE_CHECKING:
    from lightbox_edge.viewing.looking import Looker

FILMS, LOOKED = 5, 8  # how many are kept
Key = tuple[str, str, str | None]
T = TypeVar("T")


class FilmViewer:
    """Opens the films of one worklist; whatever fails comes out of its future as a `LightboxError`.

    Films are decoded in a process of their own, in the order asked for; regions are found in a thread.

    Args:
        worklist: says where the files lie; asked in the caller's thread alone.
        bundle: finds regions and says what it was validated for; None only shows pictures.
        longer_side: under which no picture is reduced.
    """

    def __init__(self, worklist: Worklist, bundle: Bundle | None = None, longer_side: int = SIDE) -> None:
        self.bundle = bundle
        self._worklist = worklist
        self._side = longer_side
        self._looker: Looker | None = None
        self._opening = ThreadPoolExecutor(1, thread_name_prefix="opening")
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="looking")
        self._films: OrderedDict[Key, Future[Film]] = OrderedDict()
        self._looked: OrderedDict[Key, Future[Looked]] = OrderedDict()
        self._shown = ShownFilms()
        self._decoder: DecoderProcess | None = None
        self._asking = threading.Lock()  # one decoder answers one request at a time

    def __enter__(self) -> FilmViewer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, row: ReviewRow) -> Future[Film]:
        """The film of a row; what was asked for ahead and not begun waits behind it no more."""
        found = self._kept_film(row)
        if found is not None:
            return found
        for key, future in list(self._films.items()):
            if future.cancel():
                del self._films[key]
        return self._open(row)

    def prefetch(self, rows: Iterable[ReviewRow]) -> None:
        """Open films that will be asked for."""
        for row in rows:
            if self._kept_film(row) is None:
                self._open(row)

    def look(self, row: ReviewRow) -> Future[Looked]:
        """The regions of a row's film; found once and kept."""
        key = _key(row)
        if key not in self._looked or _failed(self._looked[key]):
            self._looked[key] = self._with_looker(row, lambda looker, frame: looker.look(row, frame))
            _trim(self._looked, LOOKED)
        self._looked.move_to_end(key)
        return self._looked[key]

    def compare(self, row: ReviewRow) -> Future[Compared]:
        """The film as the model gets it, and fp32 beside INT8 where the bundle has both."""
        return self._with_looker(row, lambda looker, frame: looker.compare(row, frame))

    def header(self, row: ReviewRow) -> Future[tuple[HeaderLine, ...]]:
        """The film's DICOM header."""
        place = place_of(self._worklist, row)
        return self._opening.submit(self._ask, header_job(place), tuple)

    def previous(self, row: ReviewRow) -> ReviewRow | None:
        """The patient's film before this one, see `previous_film`."""
        return previous_film(self._worklist, row)

    def write(self, row: ReviewRow, view: View, marks: Sequence[Mark], words: Sequence[str]) -> Future[Path]:
        """Write the film at full resolution with its overlay, for the system's viewer."""
        place = place_of(self._worklist, row)

        def work() -> Path:
            film = self._ask(film_job(place, row.result.frame, None, self._how), Film)
            return self._shown.write(film, view, () if film.changed else marks, words)

        return self._opening.submit(work)

    def close(self) -> None:
        """End the decoder and the threads, and remove what was written for the system's viewer."""
        for pool in (self._opening, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)
        if self._decoder is not None:
            self._decoder.end()
        for pool in (self._opening, self._looking):
            pool.shutdown(wait=True)
        if self._decoder is not None:
            self._decoder.close()
        self._shown.close()

    @property
    def _how(self) -> Preprocessing | None:
        return self.bundle.manifest.preprocessing if self.bundle else None

    def _kept_film(self, row: ReviewRow) -> Future[Film] | None:
        key = _key(row)
        if key not in self._films or _failed(self._films[key]):
            return None
        self._films.move_to_end(key)
        return self._films[key]

    def _open(self, row: ReviewRow) -> Future[Film]:
        job = film_job(place_of(self._worklist, row), row.result.frame, self._side, self._how)
        future = self._films[_key(row)] = self._opening.submit(self._ask, job, Film)
        _trim(self._films, FILMS)
        return future

    def _with_looker(self, row: ReviewRow, do: Callable[[Looker, LoadedFrame], T]) -> Future[T]:
        place = place_of(self._worklist, row)

        def work() -> T:
            looker = self._opened_looker()
            job = loaded_job(place, looker.preprocessing, self._side)
            return do(looker, _frame_of(self._ask(job, Loaded), row.result))

        return self._looking.submit(work)

    def _opened_looker(self) -> Looker:
        """Made in the thread that looks: a runtime takes longer to import than a film to show."""
        if self._looker is None:
            if self.bundle is None:
                raise LightboxError("There is no bundle to look with: name one with --bundle.")
            from lightbox_edge.viewing.looking import Looker

            self._looker = Looker(self.bundle)
        return self._looker

    def _ask(self, job: Job, kind: type[T]) -> T:
        """Have the decoder do a job; its error is raised here."""
        with self._asking:
            if self._decoder is None:
                self._decoder = DecoderProcess(do)
            try:
                answer = self._decoder.ask(job)
            except DecoderLost as error:
                raise UnreadableImage(CRASHED) from error
        if isinstance(answer, kind):
            return answer
        raise answer if isinstance(answer, LightboxError) else UnreadableImage(CRASHED)


def _frame_of(loaded: Loaded, result: Result) -> LoadedFrame:
    if loaded.sha256 != result.sha256:
        raise LightboxError("The file has changed since it was judged, so nothing is drawn on it.")
    found = [one for one in loaded.frames if one.number == result.frame]
    if not found:
        raise LightboxError("The file does not hold this picture any more.")
    return found[0]


def _key(row: ReviewRow) -> Key:
    return row.judge.id, row.result.path, row.result.sha256


def _failed(future: Future[T]) -> bool:
    """Whether it is worth another try: a stick may have been plugged in again."""
    try:
        return future.done() and future.exception() is not None
    except CancelledError:
        return True


def _trim(kept: OrderedDict[Key, Future[T]], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)[1].cancel()
