"""Results to stdout, progress to stderr: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType

from tqdm import tqdm

from lightbox_edge.errors import LightboxError

SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """Shows results as they come, with rate and time left; the files are counted on the side."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._bar = tqdm(
            unit=" pictures", file=sys.stderr, disable=not sys.stderr.isatty(), dynamic_ncols=True
        )
        self._started = self._said = monotonic()
        self._shown = 0
        if not self._bar.disable:
            threading.Thread(target=self._count, args=(paths,), daemon=True).start()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def show(self, line: str) -> None:
        """Print one line of results at once and count it."""
        tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()
        self._bar.update()
        self._shown += 1
        now = monotonic()
        if self._bar.disable and now - self._said > SECONDS_BETWEEN_LINES:
            rate = self._shown / (now - self._started)
            print(f"{self._shown} pictures so far, {rate:.1f} a second", file=sys.stderr)
            self._said = now

    def _count(self, paths: Sequence[Path]) -> None:
        from lightbox_edge.reading import find_sources

        with suppress(LightboxError):  # the run itself says what is wrong with the paths
            self._bar.total = sum(1 for _ in find_sources(paths))
            self._bar.refresh()
