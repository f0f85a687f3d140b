"""Decoder processes: native decoders eat foreign bytes, so they work where a crash costs one file.

A decoder is this module run by the same Python, with pickled requests on its stdin and pickled answers
on its stdout; it ends when its stdin does, and so with its parent, however that one ends. Processes
rather than threads also because Pillow's JPEG 2000 decoder keeps the interpreter's lock (measured: two
threads 0.56 s, one after the other 0.52 s). multiprocessing would import the caller's main module again.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import IO, Any

from lightbox_edge.loading import Loaded, LoadedFrame, load
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.no_network import forbid_network
from lightbox_edge.reading import Limits, Source

SECONDS_PER_FILE = 300  # a decoder that needs longer hangs
CRASHED = "Its decoder crashed or hung on it: the file is damaged or made to do harm."


class DecoderLost(Exception):
    """A decoder died, or was ended since it hung, before it had answered."""


class DecoderProcess:
    """One decoder, started at once and started again when it has died.

    ``work`` is what it does with a request; both, and the answer, must be picklable.
    """

    def __init__(self, work: Callable[[Any], object]) -> None:
        self._work = work
        self._ending = threading.Lock()  # no decoder may start once the last one was ended
        self._ended = False
        self._process = self._start()

    def load(self, source: Source) -> Loaded:
        """Load one file; a crash or a hang of the decoder becomes the reason why it is unreadable."""
        try:
            answer = self.ask(source)
            if isinstance(answer, Loaded):
                return answer
        except DecoderLost:
            pass
        return Loaded(source, None, (LoadedFrame(None, None, status="unreadable", reason=CRASHED),))

    def ask(self, request: object) -> object:
        """What the decoder's work makes of a request; raises `DecoderLost`."""
        if self._process.poll() is not None:  # it died idle, and this file is not to blame
            self._restart()
        deadline = threading.Timer(SECONDS_PER_FILE, self._process.kill)
        deadline.start()
        try:
            _send(self._pipe(self._process.stdin), request)
            return pickle.load(self._pipe(self._process.stdout))  # noqa: S301  # our own process wrote it
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:  # ValueError: a closed pipe
            self._restart()
            raise DecoderLost from error
        finally:
            deadline.cancel()

    def end(self) -> None:
        """Kill the decoder, also while another thread waits for its answer, and start none again."""
        with self._ending:
            self._ended = True
            self._process.kill()

    def close(self) -> None:
        """Leave no process and no pipe behind; `end` must have come first."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what it was not sent any more
                self._pipe(pipe).close()

    def _restart(self) -> None:
        with self._ending:
            self._process.kill()
            self.close()
            if not self._ended:
                self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # our own module
            [sys.executable, "-m", "lightbox_edge.decoder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # native decoders chatter there
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        with contextlib.suppress(OSError):  # died already: the next request finds out
            _send(self._pipe(process.stdin), self._work)
        return process

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        if stream is None:
            raise OSError("a pipe that was asked for is there")
        return stream


class DecoderPool:
    """Some decoders that load ahead of their consumer, in order, and never more than ``ahead`` files."""

    def __init__(self, count: int, how: Preprocessing, limits: Limits, kept_side: int | None = None) -> None:
        work = partial(load, how=how, limits=limits, kept_side=kept_side)
        self._decoders = tuple(DecoderProcess(work) for _ in range(count))
        self._idle = deque(self._decoders)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="decoder")
        self.ahead = 4 * count

    def submit(self, source: Source) -> Future[object]:
        return self._threads.submit(self._load, source)

    def _load(self, source: Source) -> object:
        decoder = self._idle.pop()  # as many as threads, so there is always one
        try:
            return decoder.load(source)
        finally:
            self._idle.append(decoder)

    def close(self) -> None:
        """End every decoder, the busy ones too: nobody waits for what they do any more."""
        for decoder in self._decoders:
            decoder.end()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for decoder in self._decoders:
            decoder.close()


def load_ahead(pool: DecoderPool, items: Iterable[object]) -> Iterator[list[object]]:
    """Load sources in order to `Loaded`; anything else passes through in its place.

    Each list holds what is ready by then, at least one item and never more than ``pool.ahead``.
    """
    waiting: deque[Future[object]] = deque()
    for item in items:
        waiting.append(pool.submit(item) if isinstance(item, Source) else _settled(item))
        if len(waiting) >= pool.ahead:
            yield _ready(waiting)
    while waiting:
        yield _ready(waiting)


def _settled(item: object) -> Future[object]:
    future: Future[object] = Future()
    future.set_result(item)
    return future


def _ready(waiting: deque[Future[object]]) -> list[object]:
    ready = [waiting.popleft().result()]
    while waiting and waiting[0].done():
        ready.append(waiting.popleft().result())
    return ready


def _send(stream: IO[bytes], message: object) -> None:
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def serve() -> None:
    """Answer requests until stdin ends."""
    forbid_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a native library that prints must not break in
    work = pickle.load(requests)  # noqa: S301  # our own parent wrote it
    while True:
        try:
            request = pickle.load(requests)  # noqa: S301  # our own parent wrote it
            _send(answers, work(request))
        except (EOFError, BrokenPipeError):
            return


if __name__ == "__main__":
    serve()
