"""The program in a process of its own, with the tests' own paths and shim, and its end by ``kill -9``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SHIM = Path(__file__).parent / "shim" / "sitecustomize.py"
PATIENCE = 120  # seconds that a process may take until the moment to kill it


def lightbox(*arguments: object) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "lightbox_door", *map(str, arguments)]


def environment(site: Path = SHIM.parent) -> dict[str, str]:
    """This process's environment and paths, with the ``sitecustomize.py`` of a folder before all."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), *sys.path]),
        "PYTHONDONTWRITEBYTECODE": "1",  # tests look at what is left in their folders
    }


def kill_when(moment: Callable[[], object], call: list[str], env: Mapping[str, str]) -> None:
    """Run a command and kill it as soon as the moment has come, which must be before it ends."""
    with subprocess.Popen(
        call, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        ends = time.monotonic() + PATIENCE
        while not moment():
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < ends
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@contextmanager
def held(worklist: Path) -> Iterator[None]:
    """While another program has a worklist open."""
    hold = "import sys; from lightbox_edge import Worklist; w = Worklist(sys.argv[1]); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(worklist)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        try:
            yield
        finally:
            other.kill()
