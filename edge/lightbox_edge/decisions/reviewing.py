"""Going through a worklist as one reader: what this reader may see, and what is recorded for him."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence

import msgspec

from lightbox_edge.decisions.log import DecisionLog
from lightbox_edge.decisions.modes import KINDS, Mode, allow, own
from lightbox_edge.decisions.readers import Readers
from lightbox_edge.decisions.records import Answer, Decision, Entry, Undo, one_line
from lightbox_edge.decisions.rows import ReviewRow
from lightbox_edge.decisions.standing import FilmStanding, Standings
from lightbox_edge.decisions.visibility import Sight, Visible
from lightbox_edge.errors import LightboxError
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist import Worklist

_ALWAYS: tuple[Answer, ...] = ("refer", "repeat", "cannot tell")


class Review:
    """A worklist in one of the reading modes; nobody is signed in at first, who may look and not decide.

    Args:
        worklist: an open worklist.
        mode: ``ai-first`` shows what the machine says; ``blind-first`` hides it, and what others decided,
            until the reader has; ``second`` offers the films that another reader has decided on and hides
            his decision until then; ``arbitrate`` offers those on which two readers differ.
    """

    def __init__(self, worklist: Worklist, mode: Mode = "ai-first") -> None:
        self.mode = mode
        self.readers = Readers(worklist)
        self.reader: str | None = None
        self._registration: str | msgspec.UnsetType = msgspec.UNSET
        self.recorded: set[FilmKey] = set()  # films on which he has decided, or undone it, in this sitting
        self._worklist = worklist
        self._log = DecisionLog(worklist)

    def sign_in(self, name: str, pin: str) -> None:
        """From now on decide as this reader; see `Readers.sign_in`."""
        self.reader = self.readers.sign_in(name, pin)
        self._registration = self.readers.registration(self.reader)

    def news(self) -> set[FilmKey]:
        """The films whose decisions have changed since this was last asked, by whoever it was."""
        self._log.refresh()
        changed = set(self._log.standings.news)
        self._log.standings.news.clear()
        return changed

    def entered(self) -> Collection[FilmKey]:
        """The films of which the log says anything."""
        return self._log.standings.entered()

    def visible(self, film: FilmKey | None) -> Visible:
        """What a list may tell this reader of a film; None is a file that could not be read."""
        return self._sight.visible(film)

    def standing(self, row: ReviewRow) -> FilmStanding:
        """The decisions that this reader may see now."""
        return self._sight.standing(row.film)

    def shows_machine(self, row: ReviewRow) -> bool:
        """Whether this reader may see now what the machine says of a film."""
        return self._sight.machine(row.film)

    def answers(self, row: ReviewRow) -> tuple[Answer, ...]:
        """What can be answered now; with the machine's view hidden there is nothing to agree with."""
        if self.reader is None or row.film is None:
            return ()
        if self.shows_machine(row):
            return ("agree", "disagree", *_ALWAYS)
        return ("nothing seen", "something seen", *_ALWAYS)

    def decide(self, row: ReviewRow, answer: Answer, seen: Sequence[str] = (), note: str = "") -> None:
        """Record an answer; when it returns, it is on the disk. The same answer twice is recorded once.

        Raises:
            LightboxError: nobody is signed in, the answer is none for this film or this mode, or the
                worklist cannot be written; nothing is recorded then.
        """

        def make(standings: Standings, number: int, reader: str, film: FilmKey) -> Entry | None:
            standing = standings.of(film)
            allow(self.mode, standing, reader)
            if answer not in self.answers(row):
                raise LightboxError(f"'{answer}' is no answer here: say {', '.join(self.answers(row))}.")
            made = Decision(
                number=number, at=_now(), reader=reader, sha256=film[0], frame=film[1],
                kind=KINDS[self.mode], answer=answer, machine=row.machine,
                seen=tuple(part for one in seen if (part := one_line(one))),
                note=one_line(note), blind=not self.shows_machine(row),
            )  # fmt: skip
            before = own(self.mode, standing, reader)
            return None if before and _says_the_same(before, made) else made

        self._append(row, make)

    def annotate(self, row: ReviewRow, note: str) -> None:
        """Record the reader's own decision again, with a note; see `decide`."""

        def make(standings: Standings, number: int, reader: str, film: FilmKey) -> Entry | None:
            before = own(self.mode, standings.of(film), reader)
            if before is None:
                raise LightboxError("You have not decided on this film: decide, then add the note.")
            if before.note == one_line(note):
                return None
            return msgspec.structs.replace(before, number=number, at=_now(), note=one_line(note))

        self._append(row, make)

    def note(self, row: ReviewRow) -> str:
        """What the reader has noted on a film; empty where nothing is."""
        standing = self._log.standings.of(row.film) if row.film else FilmStanding()
        before = own(self.mode, standing, self.reader)
        return before.note if before else ""

    def undo(self, row: ReviewRow) -> None:
        """Take back the reader's latest decision on a film; what he had decided before stands again."""

        def make(standings: Standings, number: int, reader: str, film: FilmKey) -> Entry:
            before = own(self.mode, standings.of(film), reader)
            if before is None:
                raise LightboxError("You have not decided on this film: there is nothing to undo.")
            return Undo(
                number=number, at=_now(), reader=reader, sha256=film[0], frame=film[1],
                undoes=standings.hash_of(before),
            )  # fmt: skip

        self._append(row, make)

    def _append(self, row: ReviewRow, make: Callable[[Standings, int, str, FilmKey], Entry | None]) -> None:
        """Append what is made of what stands at the moment when the file is locked, as the reader's."""
        reader, film = self.reader, row.film
        if reader is None:
            raise LightboxError("Nobody is signed in: sign in to decide.")
        if film is None:
            raise LightboxError(
                "{film} could not be read, so there is no film to decide on.", film=row.result.path
            )

        def signed(standings: Standings, number: int) -> Entry | None:
            made = make(standings, number, reader, film)
            return made and msgspec.structs.replace(made, registration=self._registration)

        self._log.append(signed)
        self.recorded.add(film)

    @property
    def _sight(self) -> Sight:
        return Sight(self.mode, self.reader, self._log.standings)


def _says_the_same(before: Decision, made: Decision) -> bool:
    same = msgspec.structs.replace(
        before, number=made.number, at=made.at, blind=made.blind, registration=made.registration
    )
    return same == made


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
