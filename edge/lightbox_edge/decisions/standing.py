"""What stands now for each film: every entry of the log taken in turn, undone decisions left out."""

from __future__ import annotations

from collections.abc import KeysView
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

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
    def arbitration(self) -> Decision | None:
        """The latest arbitration, which settles the film; None where there is none."""
        return next((one for one in reversed(self.decisions) if one.kind == "arbitration"), None)

    @property
    def readings(self) -> tuple[Decision, ...]:
        """The decisions that are no arbitration."""
        return tuple(one for one in self.decisions if one.kind != "arbitration")

    @property
    def final(self) -> tuple[Decision, ...]:
        """What counts: the arbitration alone, else every reader's decision."""
        return (self.arbitration,) if self.arbitration else self.readings

    @property
    def is_disputed(self) -> bool:
        """Whether two readers differ and nobody has arbitrated."""
        return self.arbitration is None and any(differ(*pair) for pair in combinations(self.readings, 2))

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

    ``taken`` is the number of the last; ``decided`` who ever decided on which film, undone or not;
    ``news`` the films of the entries taken since somebody last emptied it.
    """

    taken: int = 0
    decided: set[tuple[str, FilmKey]] = field(default_factory=set)
    news: set[FilmKey] = field(default_factory=set)
    _films: dict[FilmKey, dict[int, Decision]] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Count one more entry."""
        self.taken = entry.number
        self.news.add(entry.film)
        if isinstance(entry, Undo):
            self._films.get(entry.film, {}).pop(entry.undoes, None)
        else:
            self._films.setdefault(entry.film, {})[entry.number] = entry
            self.decided.add((entry.reader, entry.film))

    def of(self, film: FilmKey) -> FilmStanding:
        """What stands for a film."""
        latest = {(one.reader, one.kind == "arbitration"): one for one in self._films.get(film, {}).values()}
        return FilmStanding(tuple(sorted(latest.values(), key=lambda one: one.number)))

    def entered(self) -> KeysView[FilmKey]:
        """The films with any entry, undone or not."""
        return self._films.keys()

    def films(self) -> list[FilmKey]:
        """The films with a decision that stands, in the order of their first one ever."""
        return [film for film, decisions in self._films.items() if decisions]
