"""What a fault did, as a record; every kind of fault returns it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.running import Ended, Running, run, running
from tests.faults.stage import Stage


@dataclass(frozen=True, slots=True)
class Verdict:
    """One fault.

    ``what`` names it for people; ``hit`` says whether the program was at work when it struck. ``lost`` and
    ``double`` are films or decisions, ``unsaid`` is what was not one sentence or not a documented exit code,
    ``wrong`` is a result that is not that of an undisturbed run.
    """

    what: str
    hit: bool
    lost: tuple[str, ...] = ()
    double: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.double or self.unsaid or self.wrong)


@dataclass(frozen=True, slots=True)
class Case:
    """One fault to make: in a folder of its own, by a chance and a number of its own.

    ``number`` counts within the kind, for those that sweep through calls one by one.
    """

    stage: Stage
    folder: Path
    chance: Random
    number: int

    @property
    def worklist(self) -> Path:
        return self.folder / self.stage.worklist

    def ended(self, *arguments: str, **streams: int | None) -> Ended:
        """A run of a command line in the case's folder, to its end."""
        return run(arguments, self.folder, self.stage.env, **streams)

    def screening(self, *wrapped: str) -> AbstractContextManager[Running]:
        """Screening that has just begun, inside another program where one is named."""
        self.stage.put_films(self.folder)
        return running([*wrapped, *self.stage.screening()], self.folder, self.stage.env)


Inject = Callable[[Case], Verdict]
