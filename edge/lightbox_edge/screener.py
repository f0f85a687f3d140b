"""Screening: paths in, durable results out; reading, decoding and inference overlap in a bounded queue."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from time import perf_counter
from types import TracebackType
from typing import Literal

import msgspec

from lightbox_edge.backends import BackendName, Device, beside_decoders, usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.decoder import DecoderPool, load_ahead
from lightbox_edge.findings import WantedFinding
from lightbox_edge.judging import Judged, Model
from lightbox_edge.loading import Loaded
from lightbox_edge.manifest import Precision
from lightbox_edge.ranking import rank_films
from lightbox_edge.reading import Limits, Refused, Source, find_sources
from lightbox_edge.results import Outcome, Result
from lightbox_edge.worklist import FileResults, Worklist


@dataclass(slots=True)
class Tally:
    """What a run has done so far: pictures and files counted, and seconds by stage.

    ``decode``, ``preprocess`` and ``checks`` are summed over decoder processes that work side by side.
    """

    judged: int = 0
    not_judged: int = 0
    unreadable: int = 0
    known: int = 0
    no_images: int = 0
    decode: float = 0.0
    preprocess: float = 0.0
    checks: float = 0.0
    inference: float = 0.0
    commit: float = 0.0


@dataclass(frozen=True, slots=True)
class _Known:
    """A file whose rows are in the worklist already."""

    rows: tuple[Result, ...]


class Screener:
    """Judges pictures with one bundle and keeps them in one worklist; a context manager.

    Args:
        bundle: an opened bundle; the files used are verified here.
        worklist: where every result is committed before it is yielded.
        precision, backend, device, findings: see `Model`.
        threads: decoder processes, and twice the threads of the runtime; None is one for each usable CPU.
        limits: what a file may be at most.

    Raises:
        LightboxError: a file of the bundle is damaged, a backend or a device is not there.
    """

    def __init__(
        self,
        bundle: Bundle,
        worklist: Worklist,
        *,
        precision: Precision | Literal["auto"] = "auto",
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
        findings: Sequence[WantedFinding] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.tally = Tally()
        self._limits = limits or Limits()
        self._worklist = worklist
        # The decoders start first: they import their libraries while the model loads.
        cpus = threads or usable_cpus()
        self._pool = DecoderPool(cpus, bundle.manifest.preprocessing, self._limits)
        try:
            self.model = Model(
                bundle,
                precision=precision,
                backend=backend,
                device=device,
                threads=beside_decoders(cpus),
                findings=findings,
            )
            worklist.add_judge(self.model.judge)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Screener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the decoder processes."""
        self._pool.close()

    def screen(self, paths: Sequence[str | os.PathLike[str]]) -> Iterator[Result]:
        """Judge files and folders; each picture's result is yielded once it is durable, in path order.

        What the worklist already holds from the same bundle, precision and findings is yielded from there.
        After the last one the worklist's films are ranked, see `rank_films`.

        Raises:
            LightboxError: a path does not exist, or the worklist cannot be written.
        """
        items = map(self._look_up, find_sources(paths, self._limits))
        for ready in load_ahead(self._pool, items):
            yield from self._settle(ready)
        rank_films(self._worklist, self.model.judge)

    def _look_up(self, source: Source | Refused) -> Source | Refused | _Known:
        if isinstance(source, Source) and (rows := self._worklist.known(self.model.judge, source)):
            return _Known(_shown_as(rows, source))
        return source

    def _settle(self, ready: Sequence[object]) -> Iterator[Result]:
        """Judge what is new in one batch, commit it, then yield everything in order."""
        new = self._judge([item for item in ready if isinstance(item, Loaded) and item.is_image])
        new |= {id(item): self._refused(item) for item in ready if isinstance(item, Refused)}
        # No image has no row, and loses the one that it got when its decoder died on it.
        others = [item for item in ready if isinstance(item, Loaded) and not item.is_image]
        new |= {id(item): FileResults(item.source, None, ()) for item in others}
        if new:
            started = perf_counter()
            self._worklist.commit(self.model.judge, new.values())
            self.tally.commit += perf_counter() - started
        for item in ready:
            self._count(item, new)
            if isinstance(item, _Known):
                yield from item.rows
            elif id(item) in new:
                yield from new[id(item)].results

    def _judge(self, files: Iterable[Loaded]) -> dict[int, FileResults]:
        """The rows of each file by its identity; content that was seen before is not judged again."""
        first: dict[str, Loaded] = {}
        twins: dict[int, tuple[Result, ...]] = {}
        for file in files:
            if file.sha256 and (rows := self._worklist.same_content(self.model.judge, file.sha256)):
                twins[id(file)] = rows
            else:
                first.setdefault(file.sha256 or file.source.path, file)
        before = self.model.seconds
        judged = iter(self.model.judged([frame for file in first.values() for frame in file.frames]))
        self.tally.inference += self.model.seconds - before
        made = {content: _rows(file, judged) for content, file in first.items()}
        return {
            id(file): FileResults(file.source, file.sha256, _shown_as(twins[id(file)], file.source))
            if id(file) in twins
            else _of_twin(made[file.sha256 or file.source.path], file)
            for file in files
        }

    def _refused(self, place: Refused) -> FileResults:
        source = Source(place.path, place.location, place.members, bytes=0, modified_ns=0)
        outcome = self.model.marked(Outcome("unreadable", "not judged", (place.reason,)))
        return FileResults(source, None, (Result(place.path, None, None, outcome),))

    def _count(self, item: object, new: dict[int, FileResults]) -> None:
        tally = self.tally
        if isinstance(item, _Known):
            tally.known += len(item.rows)
            return
        if isinstance(item, Loaded):
            tally.no_images += not item.is_image
            tally.decode += sum(frame.decode_seconds for frame in item.frames)
            tally.preprocess += sum(frame.preprocess_seconds for frame in item.frames)
            tally.checks += sum(frame.check_seconds for frame in item.frames)
        for row in new[id(item)].results if id(item) in new else ():
            tally.judged += row.outcome.status == "judged"
            tally.not_judged += row.outcome.status == "not judged"
            tally.unreadable += row.outcome.status == "unreadable"


def _rows(file: Loaded, judged: Iterator[Judged]) -> FileResults:
    """The rows of one file from what comes next."""
    mine = list(islice(judged, len(file.frames)))
    rows = (
        Result(file.source.path, frame.number, file.sha256, one.outcome)
        for frame, one in zip(file.frames, mine, strict=True)
    )
    return FileResults(
        file.source,
        file.sha256,
        tuple(rows),
        tuple(one.patches for one in mine),
        tuple(one.features for one in mine),
    )


def _of_twin(made: FileResults, file: Loaded) -> FileResults:
    """The rows of a file that was judged as the first of its content."""
    return replace(made, source=file.source, results=_shown_as(made.results, file.source))


def _shown_as(rows: Sequence[Result], source: Source) -> tuple[Result, ...]:
    """Rows of the same content under the path of another file, or of the same file named otherwise."""
    return tuple(msgspec.structs.replace(row, file=source.path) for row in rows)
