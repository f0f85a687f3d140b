"""The table of a run: a line for each kind of fault."""

from __future__ import annotations

from collections import defaultdict

from tests.faults.verdict import Verdict

COLUMNS = ("kind", "injected", "hit while running", "lost", "double", "not one sentence", "wrong")


class Table:
    """Counts faults by kind; as text it is Markdown."""

    def __init__(self) -> None:
        self._verdicts: dict[str, list[Verdict]] = defaultdict(list)

    def add(self, kind: str, verdict: Verdict) -> None:
        self._verdicts[kind].append(verdict)

    @property
    def failed(self) -> int:
        """Faults after which something did not hold."""
        return sum(not one.is_good for verdicts in self._verdicts.values() for one in verdicts)

    def __str__(self) -> str:
        rows = [(kind, *_counted(verdicts)) for kind, verdicts in self._verdicts.items()]
        whole = ("**all**", *_counted([one for verdicts in self._verdicts.values() for one in verdicts]))
        lines = [COLUMNS, ("---",) * len(COLUMNS), *rows, whole]
        return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _counted(verdicts: list[Verdict]) -> tuple[int, ...]:
    lost = sum(bool(one.lost) for one in verdicts)
    double = sum(bool(one.double) for one in verdicts)
    unsaid = sum(bool(one.unsaid) for one in verdicts)
    wrong = sum(bool(one.wrong) for one in verdicts)
    return len(verdicts), sum(one.hit for one in verdicts), lost, double, unsaid, wrong
