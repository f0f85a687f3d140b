"""Which rung of a bundle runs here, and on which backend: by the CPU's flags and a short measurement.

The choice is kept per machine, bundle and runtimes, for two runs on one machine must give the same figures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lightbox_edge.backends import (
    BACKENDS,
    Backend,
    BackendName,
    Device,
    RealBackendName,
    first_gpu,
    installed,
)
from lightbox_edge.bundle import Bundle
from lightbox_edge.machine import Cpu, read_cpu
from lightbox_edge.manifest import Precision
from lightbox_edge.remembering import Remembered, recall, remember
from lightbox_edge.speed import Candidate, measure

# From the most accurate: of rungs that are about as fast, the first of these is taken.
BY_ACCURACY: tuple[Precision, ...] = ("fp32", "int8_weights", "int8", "int8_avx2")
ABOUT_AS_FAST = 1.1

_log = logging.getLogger(__name__)

Measure = Callable[[Bundle, Sequence[Candidate], int], Mapping[Candidate, float]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What runs, and in words why."""

    precision: Precision
    backend: RealBackendName
    reason: str


def choose(
    bundle: Bundle,
    precision: Precision | Literal["auto"],
    backend: BackendName,
    device: Device,
    threads: int,
    *,
    again: bool = False,
    measure: Measure = measure,
) -> Choice:
    """Choose a rung and a backend; where there is nothing to choose, nothing is measured or read.

    Args:
        bundle: an opened bundle; the models that are measured are verified.
        precision: the rung that is asked for; ``auto`` leaves it open.
        backend: the same.
        device: on a GPU the most accurate rung runs, and nothing is measured.
        threads: CPU threads of the runtime.
        again: measure even where a choice is remembered.
        measure: gives the seconds a film of each candidate.

    Raises:
        LightboxError: the bundle has no such rung or is damaged, or no backend is there.
    """
    ladder = list(bundle.manifest.ladder) if precision == "auto" else [precision]
    for one in ladder:
        bundle.rung(one)
    ladder.sort(key=BY_ACCURACY.index)
    backends = installed(backend)
    if device != "cpu" and (gpu := first_gpu(backends)):
        return Choice(ladder[0], gpu[0], f"There is a GPU ({gpu[1]}), and it runs the most accurate rung.")
    if len(ladder) == len(backends) == 1:
        return Choice(ladder[0], next(iter(backends)), "There is no other.")
    cpu = read_cpu()
    rungs, aside = worth_trying(cpu, ladder)
    candidates = [Candidate(rung, name) for rung in rungs for name in backends]
    if len(candidates) == 1:
        return Choice(rungs[0], candidates[0].backend, f"There is no other. {aside}".rstrip())
    key = _key(bundle, candidates, cpu, threads, backends)
    kept = None if again else recall(key)
    if kept and Candidate(kept.precision, kept.backend) in candidates:
        return Choice(kept.precision, kept.backend, kept.reason)
    if not again:  # who asks for it again knows
        _log.info("Measuring which of %d models runs fastest here; it takes seconds, once.", len(candidates))
    best, reason = decide(measure(bundle, candidates, threads))
    reason = f"{reason} {aside}".rstrip()
    remember(Remembered(key, best.precision, best.backend, reason))
    return Choice(best.precision, best.backend, reason)


def worth_trying(cpu: Cpu, ladder: Sequence[Precision]) -> tuple[list[Precision], str]:
    """The rungs that a CPU may choose from, and what is said of the one left aside.

    With VNNI ``int8`` and ``int8_avx2`` are the same work, and the first has more bits. A bundle's only
    rung runs everywhere: what it costs was measured by whoever made it the only one.
    """
    aside: Precision
    if cpu.saturates and "int8" in ladder and len(ladder) > 1:
        aside, why = "int8", "this CPU has no VNNI and its 16-bit sums would saturate"
    elif not cpu.saturates and {"int8", "int8_avx2"} <= set(ladder):
        aside, why = "int8_avx2", "on this CPU int8 is as fast and more accurate"
    else:
        return list(ladder), ""
    return [rung for rung in ladder if rung != aside], f"{aside} is left aside, for {why}."


def decide(seconds: Mapping[Candidate, float]) -> tuple[Candidate, str]:
    """The most accurate of the candidates that are within 10 % of the fastest, and why.

    Of backends that are about as fast with one rung it is the first, which is always installed.
    """
    fastest, *_ = order = sorted(seconds, key=lambda one: seconds[one])
    near = [one for one in order if seconds[one] <= ABOUT_AS_FAST * seconds[fastest]]
    best = min(near, key=lambda one: (BY_ACCURACY.index(one.precision), BACKENDS.index(one.backend)))
    took = {one: f"{1000 * seconds[one]:.1f}" for one in order}
    if best == fastest:
        others = "".join(f", {one} {took[one]}" for one in order[1:])
        return best, f"It took {took[best]} ms a film{others}."
    better = " is more accurate and" if best.precision != fastest.precision else ""
    first = f"{fastest} with {took[fastest]}"
    return best, f"It took {took[best]} ms a film,{better} about as fast as the fastest, {first}."


def _key(
    bundle: Bundle,
    candidates: Sequence[Candidate],
    cpu: Cpu,
    threads: int,
    backends: Mapping[RealBackendName, Backend],
) -> str:
    """Everything that a choice depends on, in words."""
    versions = [f"{name} {module.VERSION}" for name, module in backends.items()]
    parts = [cpu.name, cpu.architecture, *cpu.flags, f"{threads} threads", bundle.identity, *versions]
    return "; ".join([*parts, *map(str, candidates)])
