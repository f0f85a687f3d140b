"""From cases to outcomes, by the very path that screening takes: decoders, checks, preprocessing, model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from lightbox_edge.backends import usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.cases import Case
from lightbox_edge.decoder import DecoderPool, load_ahead
from lightbox_edge.judging import Model
from lightbox_edge.loading import Loaded, LoadedFrame
from lightbox_edge.reading import Limits, Source
from lightbox_edge.results import Outcome
from lightbox_edge.speed import BATCH

# Sources to loaded films, in their order. What evaluates changed films gives another one.
Load = Callable[[Iterable[Source]], Iterator[Loaded]]


@contextmanager
def as_screened(bundle: Bundle, threads: int | None = None) -> Iterator[Load]:
    """Load films as ``lightbox screen`` does, in decoder processes, which end with the context."""
    pool = DecoderPool(threads or usable_cpus(), bundle.manifest.preprocessing, Limits())

    def load(sources: Iterable[Source]) -> Iterator[Loaded]:
        for ready in load_ahead(pool, sources):
            for item in ready:
                if isinstance(item, Loaded):
                    yield item

    try:
        yield load
    finally:
        pool.close()


def outcomes_of(cases: Sequence[Case], model: Model, load: Load) -> Iterator[Outcome]:
    """The outcome of each case, in order.

    The batches depend on nothing but the cases: another batch may move a probability in its last digits.
    """
    for batch in batches_of(cases, load):
        yield from model.outcomes(batch)


def batches_of(cases: Sequence[Case], load: Load) -> Iterator[list[LoadedFrame]]:
    """The one frame of each case, in order, as many at a time as a model takes."""
    frames = map(_only_frame, load(map(_source, cases)))
    while batch := list(islice(frames, BATCH)):
        yield batch


def _source(case: Case) -> Source:
    return Source(case.name, str(case.file), (), bytes=0, modified_ns=0)  # size and time are for a worklist


def _only_frame(loaded: Loaded) -> LoadedFrame:
    """What is in the file, if it is one picture."""
    if not loaded.is_image:
        return LoadedFrame(None, None, status="unreadable", reason="It is no picture.")
    if len(loaded.frames) != 1:
        reason = f"It holds {len(loaded.frames)} pictures, and the labels do not say which one they mean."
        return LoadedFrame(None, None, status="not judged", reason=reason)
    return loaded.frames[0]
