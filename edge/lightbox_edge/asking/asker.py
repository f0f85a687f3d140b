"""Words asked of the films of a worklist, by whoever reviews it; see `Asker`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Literal

from lightbox_edge.asking.answering import Answering, SeenFilm
from lightbox_edge.asking.loading_again import load_again
from lightbox_edge.asking.reply import Reply
from lightbox_edge.backends import BackendName, Device
from lightbox_edge.bundle import Bundle
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.decoder import DecoderProcess
from lightbox_edge.errors import LightboxError
from lightbox_edge.film_places import places
from lightbox_edge.findings import finding_from_words
from lightbox_edge.loading import load
from lightbox_edge.manifest import Precision
from lightbox_edge.reading import Limits
from lightbox_edge.regions.outliner import kept_side
from lightbox_edge.worklist import Worklist


class Asker:
    """Answers words about the films of a worklist; any thread may ask, one question is answered at a time.

    The bundle is opened when the first question comes; its models and one decoder are then kept until
    `close`, and the film that was asked last, so further words cost the text encoder alone.

    Args:
        open_bundle: opens the bundle.
        worklist: opens the worklist, in which the films' places are looked up, in the asking thread.
        shows: whether the reader may see what the machine says of a film, `Review.shows_machine`.
        precision, backend, device, threads: see `Model`.
    """

    def __init__(
        self,
        open_bundle: Callable[[], Bundle],
        worklist: Callable[[], Worklist],
        shows: Callable[[ReviewRow], bool] = lambda _: True,
        *,
        precision: Precision | Literal["auto"] = "auto",
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        self.asked: tuple[str, ...] = ()
        self._open_bundle, self._worklist, self._shows = open_bundle, worklist, shows
        self._precision, self._runtime = precision, (backend, device, threads)
        self._turn = Lock()
        self._answering: Answering | None = None
        self._decoder: DecoderProcess | None = None
        self._seen: tuple[object, SeenFilm] | None = None

    def __enter__(self) -> Asker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the decoder."""
        if self._decoder is not None:
            self._decoder.end()
            self._decoder.close()
            self._decoder = None

    def ask(self, row: ReviewRow, words: str) -> Reply:
        """What the bundle says of words on a film of the worklist.

        Raises:
            LightboxError: there are no words, the reader may not see what the machine says, the film is not
                judged, is gone or has changed, or the bundle cannot be used.
        """
        asked = finding_from_words(words).name
        if not self._shows(row):
            raise LightboxError("What the machine says of this film is hidden until you have decided on it.")
        with self._turn:
            self.asked = (*(one for one in self.asked if one != asked), asked)
            answer = self._open().answer(self._see(row), asked)
        return replace(answer, asked_of=self._other(row))

    def _open(self) -> Answering:
        if self._answering is None:
            backend, device, threads = self._runtime
            self._answering = Answering(
                self._open_bundle(),
                precision=self._precision,
                backend=backend,
                device=device,
                threads=threads,
            )
        return self._answering

    def _see(self, row: ReviewRow) -> SeenFilm:
        """The row's film, looked at again unless it was the last one."""
        if self._seen is None or self._seen[0] != row.film:
            answering = self._open()
            bundle = answering.bundle
            if self._decoder is None:
                how = bundle.manifest.preprocessing
                work = partial(load, how=how, limits=Limits(), kept_side=kept_side(bundle))
                self._decoder = DecoderProcess(work)
            with self._worklist() as worklist:
                at = places(worklist, row.judge.id, row.result.sha256, row.result.file)
            frame = load_again(row, at, self._decoder.load)
            seen = answering.see(row.result.path, str(row.film), frame)
            if not isinstance(seen, SeenFilm):
                why = " ".join(seen.reasons)
                raise LightboxError(f"{row.result.path} is not judged, so nothing can be asked of it: {why}")
            self._seen = row.film, seen
        return self._seen[1]

    def _other(self, row: ReviewRow) -> str:
        """The bundle that answers, if it is not the one that screened the film."""
        answering = self._open()
        judge = answering.model.judge
        if (judge.bundle, judge.version) == (row.judge.bundle, row.judge.version):
            return ""
        return f"{judge.bundle} {judge.version}"
