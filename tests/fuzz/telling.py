"""What a run of the fuzz says: one line for each way in which a target fails, with its first input."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.fuzz.target import Failure, Target


class Telling:
    """Prints and keeps the failures of one target; ``keep`` is a folder for inputs, or None."""

    def __init__(self, target: Target, keep: Path | None) -> None:
        self._target, self._keep = target, keep
        self.seen: Counter[tuple[str, str]] = Counter()

    def tell(self, number: int, failure: Failure, data: bytes) -> None:
        """Take in one failure; the same one again is only counted."""
        self.seen[failure.kind, failure.where] += 1
        if self.seen[failure.kind, failure.where] > 1:
            return
        name = self._target.name
        print(f"  {name} {number}: {failure.kind}, {failure.where}: {failure.detail!r}", flush=True)
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            (self._keep / f"{name}-{len(self.seen):02}-{failure.kind}").write_bytes(data)
