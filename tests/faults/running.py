"""Runs of the real program in a case's folder: started, watched, ended."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships none

PATIENCE = 180  # seconds until a run must have ended, with other work on the machine


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended and what it said; a negative code is the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What was written whole on stdout."""
        return self.out.split("\n")[:-1]


class Running:
    """A run whose output goes into files, so that nobody need read it."""

    def __init__(
        self, call: Sequence[str], folder: Path, env: Mapping[str, str], **streams: int | None
    ) -> None:
        number = len(list(folder.glob("*.err")))
        self._out, self._err = folder / f"{number}.out", folder / f"{number}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            given = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, **streams}
            self.process = subprocess.Popen(call, cwd=folder, env=dict(env), **given)  # type: ignore[call-overload]  # the streams are a dictionary

    @property
    def is_at_work(self) -> bool:
        return self.process.poll() is None

    def told(self) -> int:
        """Lines on stdout so far."""
        return self._out.read_bytes().count(b"\n")

    def wait_for(self, moment: Callable[[], bool]) -> None:
        """Until the moment has come or the run has ended."""
        ends = time.monotonic() + PATIENCE
        while self.is_at_work and not moment() and time.monotonic() < ends:
            time.sleep(0.002)

    def decoders(self) -> list[psutil.Process]:
        """Its child processes that are alive."""
        try:
            found = psutil.Process(self.process.pid).children(recursive=True)
            return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]
        except psutil.NoSuchProcess:
            return []

    def end(self) -> Ended:
        """Wait for its end; one that hangs is killed, and its code says so."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return Ended(-1000, self._read(self._out), f"It hung.\n{self._read(self._err)}")
        return Ended(self.process.returncode, self._read(self._out), self._read(self._err))

    @staticmethod
    def _read(file: Path) -> str:
        return file.read_text("utf-8", errors="replace")


@contextmanager
def running(
    call: Sequence[str], folder: Path, env: Mapping[str, str], **streams: int | None
) -> Iterator[Running]:
    """A run that outlives nobody."""
    run = Running(call, folder, env, **streams)
    try:
        yield run
    finally:
        for one in [*run.decoders(), run.process]:
            if run.is_at_work:
                one.kill()
        run.process.wait()


def run(call: Sequence[str], folder: Path, env: Mapping[str, str], **streams: int | None) -> Ended:
    """A run to its end."""
    with running(call, folder, env, **streams) as started:
        return started.end()
