"""Inputs that coverage chooses: libFuzzer by way of atheris, over what Python itself runs.

Importing this imports the targets with every branch counted, so it must come before anything of ours.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from random import Random

import atheris  # type: ignore[import-not-found]  # no dependency: `tests.fuzz` says how to get it

with atheris.instrument_imports(
    include=["lightbox_edge", "lightbox_export", "pydicom", "tomllib", "zipfile"]
):
    from tests.fuzz.targets import BY_NAME

from tests.fuzz.judging import judge
from tests.fuzz.mutations import LARGEST
from tests.fuzz.target import Target
from tests.fuzz.telling import Telling

_BY_STRUCTURE = 0.5  # of the inputs; libFuzzer changes the bytes of the others


def guide(target: Target, count: int, seed: int, keep: Path | None) -> int:
    """Run a target ``count`` times; libFuzzer says on stderr what it covers. A failure stops nothing."""
    telling = Telling(target, keep)
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(target.corpus()):
            (Path(corpus) / str(number)).write_bytes(data)
        child = os.fork()  # libFuzzer ends its process
        if not child:
            _fuzz(target, telling, [f"-runs={count}", f"-seed={seed}", f"-max_len={LARGEST}", corpus])
        os.waitpid(child, 0)
    return 0


def _fuzz(target: Target, telling: Telling, options: list[str]) -> None:
    done = 0

    def once(data: bytes) -> None:
        nonlocal done
        done += 1
        failure = judge(target, data)
        if failure is not None:
            telling.tell(done, failure, data)

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        choose = Random(seed)  # noqa: S311  # chance, no secret
        if choose.random() < _BY_STRUCTURE:
            return target.mutate(data, choose)[:most]
        made: bytes = atheris.Mutate(data, most)
        return made

    atheris.Setup(
        ["fuzz", "-print_final_stats=1", "-rss_limit_mb=3000", *options], once, custom_mutator=mutated
    )
    atheris.Fuzz()


__all__ = ["BY_NAME", "guide"]
