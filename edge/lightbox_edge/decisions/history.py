"""Which entry of a log follows which, and the one order in which a log is read.

An entry counts as made when its clock said, but never before one that it follows: laptops' clocks are
wrong, a chain is not. Entries are read by that time; of the same time by how many they follow, then by
their hashes. The order is the same wherever the entries come together, and what is appended comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from lightbox_edge.decisions.records import Entry

Moment = tuple[str, int, str]  # time, number, hash: moments are in the order of reading


def moment(entry: Entry, digest: str, before: Iterable[Moment]) -> Moment:
    """When an entry is read; ``before`` are the moments of those that it was written behind."""
    return max([entry.at, *(time for time, *_ in before)]), entry.number, digest


@dataclass(slots=True)
class History:
    """Of the entries taken so far, in the order of reading; places count from 1.

    ``last`` are the hashes of the entries that nothing follows yet.
    """

    last: set[str] = field(default_factory=set)
    _places: dict[str, int] = field(default_factory=dict)
    _moments: list[Moment] = field(default_factory=list)
    _before: list[tuple[int, ...]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._moments)

    def __contains__(self, digest: str) -> bool:
        return digest in self._places

    def take(self, digest: str, before: Collection[str], entry: Entry) -> bool:
        """Count one more entry; false where it should have been read earlier."""
        known = [self._places[one] for one in before if one in self._places]
        made = moment(entry, digest, (self._moments[place - 1] for place in known))
        in_order = not self._moments or self._moments[-1] < made
        self._moments.append(made)
        self._before.append(tuple(known))
        self._places[digest] = len(self._moments)
        self.last.difference_update(before)
        self.last.add(digest)
        return in_order

    def count(self, before: Iterable[str]) -> int:
        """How many entries an entry follows that is written behind these."""
        return self._reached([self._places[one] for one in before], 0)[0]

    def follows(self, later: str, earlier: str) -> bool:
        """Whether one entry was written with the other in sight."""
        place = self._places[earlier]
        return self._reached(list(self._before[self._places[later] - 1]), place)[1]

    def _reached(self, places: list[int], sought: int) -> tuple[int, bool]:
        """How many entries stand at these places and before them, and whether the one sought is among them.

        The count is whole only where nothing is sought. An entry whose number is its place follows all
        before it, so the way back ends there: few steps, though the log is long.
        """
        waiting = [-place for place in places]
        heapify(waiting)
        seen: set[int] = set()
        while waiting and (place := -heappop(waiting)) >= sought:
            if place in seen:
                continue
            seen.add(place)
            if place == self._moments[place - 1][1]:
                return len(seen) - 1 + place, True
            for one in self._before[place - 1]:
                heappush(waiting, -one)
        return len(seen), sought in seen
