"""How fast rungs are on this machine, measured side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from lightbox_edge.backends import RealBackendName, Session, open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.machine import read_memory
from lightbox_edge.manifest import Precision

BATCH = 8  # frames that go through the image encoder at once when screening
SECONDS = 2.0  # after the warm-up; a round that has begun is ended
ROUNDS = 9
HOPELESS = 2.0  # times the fastest warm-up, and half a second for what a first run compiles


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rung of a bundle on a backend."""

    precision: Precision
    backend: RealBackendName

    def __str__(self) -> str:
        return f"{self.precision} on {self.backend}"


def measure(
    bundle: Bundle, candidates: Sequence[Candidate], threads: int, batch: int = BATCH
) -> dict[Candidate, float]:
    """Seconds a film of each candidate on the CPU, the median of rounds in which each has its turn.

    One that its backend cannot load is left out. Candidates that would not fit into half of the memory
    together are measured one after the other, and then a machine that is busy now and then may mislead.

    Raises:
        BundleError: a model is damaged.
        LightboxError: no candidate can be loaded.
    """
    sizes = [bundle.rung(candidate.precision).image_encoder.bytes for candidate in candidates]
    together = 3 * sum(sizes) <= read_memory().total / 2  # a loaded model takes up to three times its file
    seconds: dict[Candidate, float] = {}
    refusal: LightboxError | None = None
    for group in [list(candidates)] if together else [[candidate] for candidate in candidates]:
        sessions: dict[Candidate, Session] = {}
        for candidate in group:
            model = bundle.read(bundle.rung(candidate.precision).image_encoder)
            try:
                sessions[candidate] = open_session(model, candidate.backend, "cpu", threads)
            except LightboxError as error:
                refusal = error
        seconds |= _race(sessions, bundle.manifest.preprocessing.input_size, batch)
    if refusal and not seconds:
        raise refusal
    return seconds


def _race(sessions: dict[Candidate, Session], size: int, batch: int) -> dict[Candidate, float]:
    """What is hopelessly slow in the warm-up is not run again: its warm-up is its figure."""
    pixels = np.random.default_rng(0).normal(size=(batch, 1, size, size)).astype(np.float32)

    def seconds(session: Session) -> float:
        started = perf_counter()
        session.run({"pixels": pixels})
        return (perf_counter() - started) / batch

    warm = {candidate: seconds(session) for candidate, session in sessions.items()}
    limit = HOPELESS * min(warm.values(), default=0.0) + 0.5 / batch
    racing = [candidate for candidate in sessions if warm[candidate] <= limit]
    rounds: list[dict[Candidate, float]] = []
    ends = perf_counter() + SECONDS
    while not rounds or (len(rounds) < ROUNDS and perf_counter() < ends):
        rounds.append({candidate: seconds(sessions[candidate]) for candidate in racing})
    return warm | {candidate: float(np.median([one[candidate] for one in rounds])) for candidate in racing}
