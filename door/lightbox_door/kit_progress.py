"""How far copying or checking a kit is: a bar on a terminal, a line a step elsewhere; all on stderr."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import NoReturn

from tqdm import tqdm


class KitProgress:
    """Shows the bytes of one step after the other."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None

    def __enter__(self) -> KitProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def begin(self, step: str, size: int) -> None:
        """Start a step of so many bytes."""
        self._end()
        if sys.stderr.isatty():
            self._bar = tqdm(total=size, desc=step, unit="B", unit_scale=True, file=sys.stderr, leave=False)
        else:
            print(f"{step} {size / 1e6:.1f} MB", file=sys.stderr)

    def advance(self, size: int) -> None:
        """So many bytes more are done."""
        if self._bar is not None:
            self._bar.update(size)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
