"""``lightbox screen`` in a process of its own, beside the review that was started with it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from lightbox_door.worklists import STDIN, VARIABLE

_OPTIONS = (
    "bundle", "worklist", "findings", "precision", "backend", "device", "threads", "site_calibration",
)  # fmt: skip
_KEPT_LINES = 20  # of its messages, told when the review has ended
_PATIENCE = 10  # seconds that it gets to end by itself


class ScreeningBeside:
    """A running screening; a context manager, which ends it where it is left by an error.

    It belongs to the terminal, as the review does: a closed terminal ends both, and the next run takes up
    where this one stopped. ``told`` are its last messages. ``passphrase`` is that of an encrypted worklist;
    it goes through a pipe, which nobody else on the computer can read.
    """

    def __init__(self, arguments: argparse.Namespace, passphrase: str | None = None) -> None:
        self.told: deque[str] = deque(maxlen=_KEPT_LINES)
        self._speaks = False
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [*_program(), *call(arguments)],
            stdin=subprocess.PIPE if passphrase else subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
            env={**os.environ, VARIABLE: STDIN} if passphrase else None,
        )  # fmt: skip
        if passphrase and self._process.stdin:
            with suppress(OSError), self._process.stdin as pipe:  # it has ended already, and said why
                pipe.write(f"{passphrase}\n")
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def is_running(self) -> bool:
        """Whether films may still come."""
        return self._process.poll() is None

    @property
    def error(self) -> str:
        """The sentence with which it failed; empty where it did not."""
        if self._process.poll() in (None, 0, 1):
            return ""
        said = next((line for line in reversed(self.told) if line.startswith("lightbox: ")), "")
        return said.removeprefix("lightbox: ") or f"It ended with code {self._process.returncode}."

    def wait(self) -> int:
        """Pass its messages on, those of before first, until it has ended; its exit code."""
        with self._lock:
            for line in self.told:
                print(line, file=sys.stderr)
            self._speaks = True
        self._listener.join()
        return self._process.wait()

    def __enter__(self) -> ScreeningBeside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_running:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _listen(self) -> None:
        assert self._process.stderr  # noqa: S101  # it is a pipe
        for line in self._process.stderr:
            with self._lock:
                self.told.append(line.rstrip("\n"))
                if self._speaks:
                    print(self.told[-1], file=sys.stderr)


def call(arguments: argparse.Namespace) -> list[str]:
    """The command line that asks for the same screening without its review."""
    given = [(name, getattr(arguments, name)) for name in _OPTIONS]
    options = [
        part
        for name, value in given
        if value is not None
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    alone = ["--no-site-calibration"] if arguments.no_site_calibration else []
    return ["screen", *options, *alone, "--", *map(str, arguments.paths)]


def _program() -> Sequence[str]:
    """How this very program is started: the built one is its own interpreter."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "lightbox_door"]
