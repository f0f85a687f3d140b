"""What `lightbox doctor` finds out about a machine and a bundle, as one record."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from lightbox_edge.backends import RealBackendName, beside_decoders, installed, usable_cpus
from lightbox_edge.bundle import Bundle, verify_bundle
from lightbox_edge.caches import cache_root
from lightbox_edge.choosing import Choice, choose, worth_trying
from lightbox_edge.errors import LightboxError
from lightbox_edge.machine import Cpu, Memory, read_cpu, read_memory
from lightbox_edge.manifest import Precision
from lightbox_edge.no_network import network_is_refused
from lightbox_edge.speed import BATCH, Candidate, measure


class Runtime(msgspec.Struct, frozen=True):
    """An installed backend and the devices it sees, by its own names."""

    name: RealBackendName
    version: str
    devices: tuple[str, ...]


class MeasuredRung(msgspec.Struct, frozen=True):
    """A rung on a backend: bytes of its image encoder, and milliseconds a film on the CPU.

    ``single`` is one film at a time, ``batch`` as many at once as screening takes; both are None where the
    backend cannot load it. ``candidate`` is False for a rung that this CPU leaves aside.
    """

    precision: Precision
    backend: RealBackendName
    bytes: int
    candidate: bool
    single: float | None
    batch: float | None


class Checkup(msgspec.Struct, frozen=True):
    """A machine and a bundle; ``threads`` are the runtime's, ``batch`` the films it takes at once.

    ``signed_by`` is the id of the trusted key that signed the bundle, None where none did.
    """

    cpu: Cpu
    usable_cpus: int
    memory: Memory
    runtimes: tuple[Runtime, ...]
    bundle: str
    bundle_version: str
    signed_by: str | None
    threads: int
    batch: int
    rungs: tuple[MeasuredRung, ...]
    choice: Choice
    caches: str
    worklist: str
    worklist_free: int
    network_is_refused: bool


def examine(bundle: Bundle, worklist: Path) -> Checkup:
    """Check every file of a bundle, measure all its rungs, and choose anew what screening will run.

    Raises:
        BundleError: a file of the bundle is missing or damaged.
        LightboxError: no backend is there or none can load the bundle; the worklist has no folder.
    """
    free = _free(worklist)
    verify_bundle(bundle)
    backends, cpu, cpus = installed(), read_cpu(), usable_cpus()
    threads = beside_decoders(cpus)
    ladder = bundle.manifest.ladder
    all_of_them = [Candidate(precision, backend) for precision in ladder for backend in backends]
    single = measure(bundle, all_of_them, threads, 1)
    batch = measure(bundle, all_of_them, threads)
    tried, _ = worth_trying(cpu, list(ladder))
    return Checkup(
        cpu=cpu,
        usable_cpus=cpus,
        memory=read_memory(),
        runtimes=tuple(
            Runtime(name, module.VERSION, ("CPU", *module.gpus())) for name, module in backends.items()
        ),
        bundle=bundle.manifest.name,
        bundle_version=bundle.manifest.version,
        signed_by=bundle.signed.key_id if bundle.signed else None,
        threads=threads,
        batch=BATCH,
        rungs=tuple(
            MeasuredRung(
                one.precision,
                one.backend,
                ladder[one.precision].image_encoder.bytes,
                one.precision in tried,
                _milliseconds(single.get(one)),
                _milliseconds(batch.get(one)),
            )
            for one in all_of_them
        ),
        choice=choose(
            bundle,
            "auto",
            "auto",
            "auto",
            threads,
            again=True,
            measure=lambda _, candidates, __: {one: batch[one] for one in candidates if one in batch},
        ),
        caches=str(cache_root()),
        worklist=str(worklist.absolute()),
        worklist_free=free,
        network_is_refused=network_is_refused(),
    )


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 2)


def _free(worklist: Path) -> int:
    try:
        return shutil.disk_usage(worklist.absolute().parent).free
    except OSError as error:
        raise LightboxError(
            f"The folder of the worklist {worklist} cannot be looked at ({error.strerror}): name another."
        ) from error
