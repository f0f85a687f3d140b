"""What stands now for each film: every entry of the log taken in turn, undone decisions left out."""

from __future__ import annotations

from collections.abc import Collection, KeysView
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import Literal

from lightbox_edge.decisions.history import History
from lightbox_edge.decisions.records import Decision, Entry, Undo
from lightbox_edge.results import FilmKey

State = Literal["open", "decided", "disputed"]


@dataclass(frozen=True, slots=True)
class FilmStanding:
    """The readers' decisions for one film, each reader's latest, in the order of the log.

    An arbitration stands beside the same reader's other decision.
    """

    decisions: tuple[Decision, ...] = ()

    @property
    def arbitrations(self) -> tuple[Decision, ...]:
        """The one that settles the film; several where arbiters did not know of each other."""
        return tuple(one for one in self.decisions if one.kind == "arbitration")

    @property
    def readings(self) -> tuple[Decision, ...]:
        """The decisions that are no arbitration."""
        return tuple(one for one in self.decisions if one.kind != "arbitration")

    @property
    def final(self) -> tuple[Decision, ...]:
        """What counts: the arbitration alone, else every reader's decision."""
        return self.arbitrations or self.readings

    @property
    def is_disputed(self) -> bool:
        """Whether two readers differ and nobody has arbitrated, or two arbiters do."""
        return any(differ(*pair) for pair in combinations(self.final, 2))

    @property
    def state(self) -> State:
        """Whether anything stands, and whether it is in dispute."""
        return "disputed" if self.is_disputed else "decided" if self.decisions else "open"

    @property
    def answer(self) -> str:
        """What stands, in a word or two; of several who agree the last one's; empty where nobody decided."""
        return "disputed" if self.is_disputed else self.final[-1].answer if self.final else ""


def differ(first: Decision, second: Decision) -> bool:
    """Whether two readers' decisions need a third reader.

    They do where the conclusions differ, and where both name findings and share none. Who says nothing
    (cannot tell, agrees with an uncertain machine) contradicts nobody.
    """
    if "undecided" in (first.conclusion, second.conclusion):
        return False
    if first.conclusion != second.conclusion:
        return True
    return bool(first.names and second.names) and first.names.isdisjoint(second.names)


@dataclass(slots=True)
class Standings:
    """Of all films; entries are taken in the order of the log.

    ``taken`` is the place of the last; ``decided`` who ever decided on which film, undone or not;
    ``news`` the films of the entries taken since somebody last emptied it.
    """

    taken: int = 0
    history: History = field(default_factory=History)
    decided: set[tuple[str, FilmKey]] = field(default_factory=set)
    news: set[FilmKey] = field(default_factory=set)
    _films: dict[FilmKey, dict[str, Decision]] = field(default_factory=dict)  # by hash

    def take(self, place: int, digest: str, before: Collection[str], entry: Entry) -> None:
        """Count one more entry, which was written behind those of the hashes ``before``."""
        self.taken = place
        self.history.take(digest, before, entry)
        self.news.add(entry.film)
        said = self._films.setdefault(entry.film, {})
        if isinstance(entry, Undo):
            for one in self._undone(digest, entry):
                said.pop(one, None)
        else:
            said[digest] = entry
            self.decided.add((entry.reader, entry.film))

    def of(self, film: FilmKey) -> FilmStanding:
        """What stands for a film."""
        said, latest = self._films.get(film, {}), dict[tuple[str, bool], str]()
        for digest, one in said.items():
            whose = (one.reader, one.kind == "arbitration")
            latest.pop(whose, None)  # so that they are in the order of the latest
            latest[whose] = digest
        arbitrations = [digest for (_, arbitrates), digest in latest.items() if arbitrates]
        overruled = self._overruled(arbitrations) if len(arbitrations) > 1 else ()
        return FilmStanding(tuple(said[one] for one in latest.values() if one not in overruled))

    def hash_of(self, decision: Decision) -> str:
        """The hash of a decision that `of` gave."""
        return next(digest for digest, one in self._films[decision.film].items() if one is decision)

    def entered(self) -> KeysView[FilmKey]:
        """The films with any entry, undone or not."""
        return self._films.keys()

    def films(self) -> list[FilmKey]:
        """The films with a decision that stands, in the order of their first one ever."""
        return [film for film, decisions in self._films.items() if decisions]

    def _undone(self, digest: str, undo: Undo) -> list[str]:
        """The hash of what is taken back; a number is that of one decision in this undo's own past."""
        if isinstance(undo.undoes, str):
            return [undo.undoes]
        said = self._films[undo.film].items()
        meant = (one for one, decision in said if decision.number == undo.undoes)
        return [one for one in meant if self.history.follows(digest, one)]

    def _overruled(self, arbitrations: Collection[str]) -> set[str]:
        """Those that another arbiter had in sight."""
        return {
            earlier
            for later, earlier in permutations(arbitrations, 2)
            if self.history.follows(later, earlier)
        }
