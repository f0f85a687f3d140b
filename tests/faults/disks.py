"""Disks of a case's own: mounted where nobody else sees them, filled, write-protected, pulled, put back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Disk:
    """A tmpfs, mounted at ``place``; it lives on when it is pulled, and can be put back."""

    def __init__(self, place: Path, kilobytes: int) -> None:
        self.place, self._kept = place, place.with_name(f"{place.name}-kept")
        for one in (place, self._kept):
            one.mkdir(exist_ok=True)
        _call("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "fault", self._kept)
        self.put_back()

    def put_back(self) -> None:
        _call("mount", "--bind", self._kept, self.place)

    def pull(self) -> None:
        """Whoever has a file of it open keeps that file; no path leads there any more."""
        _call("umount", "--lazy", self.place)

    def make_room(self) -> None:
        _call("mount", "-o", "remount,size=64m", self._kept)

    def protect(self, protected: bool) -> None:
        """Make this mount read-only, or writable again."""
        _call("mount", "-o", f"remount,bind,{'ro' if protected else 'rw'}", self.place)

    def close(self) -> None:
        for one in (self.place, self._kept):
            subprocess.run(["umount", "--lazy", one], capture_output=True, check=False)


@contextmanager
def disk(place: Path, kilobytes: int = 65536) -> Iterator[Disk]:
    """A disk for a while."""
    made = Disk(place, kilobytes)
    try:
        yield made
    finally:
        made.close()


def failing(call: str, error: str, when: str, files: Sequence[Path], program: Sequence[str]) -> list[str]:
    """A command line under strace, in which a system call on some files fails.

    ``when`` is strace's: ``7`` is the seventh of each thread, ``7+`` that and all later ones. A disk that
    gives SQLite nothing any more gives nobody anything, so with ``7+`` of ``pread64`` all ``read`` fail too.
    """
    paths = [part for file in files for part in ("-P", str(file))]
    injected = {call: when, **({"read": "1+"} if call == "pread64" and when.endswith("+") else {})}
    injects = [
        part for one, at in injected.items() for part in ("-e", f"inject={one}:error={error}:when={at}")
    ]
    traced = f"trace={','.join(injected)}"
    return [*TRACE, "-o", "/dev/null", *paths, "-e", traced, *injects, "--", *program]


def counted(calls: Sequence[str], files: Sequence[Path], program: Sequence[str], log: Path) -> list[str]:
    """A command line under strace that writes a line into a log for each such call."""
    paths = [part for file in files for part in ("-P", str(file))]
    return [*TRACE, "-o", str(log), *paths, "-e", f"trace={','.join(calls)}", "--", *program]


TRACE = ("strace", "-f", "--seccomp-bpf", "-qq")


def _call(*arguments: object) -> None:
    subprocess.run([*map(str, arguments)], check=True, capture_output=True)
