"""What a reader may see of a film: blind-first hides the machine and the others, second the others."""

from __future__ import annotations

from dataclasses import dataclass

from lightbox_edge.decisions.modes import Mode, offers, waits
from lightbox_edge.decisions.standing import FilmStanding, Standings, State
from lightbox_edge.results import FilmKey


@dataclass(frozen=True, slots=True)
class Visible:
    """What a list may tell a reader of a film, and whether the film is on his list at all.

    ``state`` and ``readers`` come from the decisions that he may see: a film that only others have decided on
    is open where these are hidden. ``state`` is None where there is no film to decide on. ``machine`` says
    whether he may see what the machine says, ``waits`` whether the film waits for a decision in his mode.
    """

    state: State | None
    machine: bool
    offered: bool
    waits: bool
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """One reader's, or nobody's, in one mode; a film that is None is a file that could not be read."""

    mode: Mode
    reader: str | None
    standings: Standings

    def standing(self, film: FilmKey | None) -> FilmStanding:
        """The decisions that may be seen."""
        return FilmStanding() if self._hides(film) else self._standing(film)

    def machine(self, film: FilmKey | None) -> bool:
        """Whether what the machine says may be seen."""
        return self.mode != "blind-first" or self._has_decided(film)

    def visible(self, film: FilmKey | None) -> Visible:
        """What a list may tell."""
        all_of_it = self._standing(film)
        seen = FilmStanding() if self._hides(film) else all_of_it
        return Visible(
            seen.state if film else None,
            self.machine(film),
            offers(self.mode, all_of_it, self.reader),
            film is not None and waits(self.mode, all_of_it, self.reader),
            frozenset(one.reader for one in seen.decisions),
        )

    def _hides(self, film: FilmKey | None) -> bool:
        return self.mode in ("blind-first", "second") and not self._has_decided(film)

    def _standing(self, film: FilmKey | None) -> FilmStanding:
        return self.standings.of(film) if film else FilmStanding()

    def _has_decided(self, film: FilmKey | None) -> bool:
        """Whether this reader ever has: who took his decision back has still seen the machine's view."""
        return (self.reader, film) in self.standings.decided
