"""A distant reader's answers into the log of decisions: all of them, or none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lightbox_edge.decisions import Decision, DecisionLog, FilmStanding, Readers
from lightbox_edge.decisions.records import Kind, TakenIn
from lightbox_edge.decisions.standing import Standings
from lightbox_edge.errors import LightboxError
from lightbox_edge.film_places import places
from lightbox_edge.referring import referrals
from lightbox_edge.referring.answer_form import GivenAnswer, GivenAnswers, read_answers
from lightbox_edge.referring.referrals import Referral, ReferredFilm
from lightbox_edge.worklist import Worklist


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose answers were taken in: how many are new in the log, and how many it had already."""

    reader: str
    referral: str
    new: int
    known: int


def take_in(worklist: Worklist, name: Path, content: bytes, by: str) -> Taken:
    """Check every answer, then append those that the log does not have yet, each as the distant reader's.

    Should the power fail in between, the same call takes in what is left.

    Args:
        worklist: the one whose films were referred.
        name: what errors call the answers.
        content: the form as it came, decrypted.
        by: the reader of this worklist who takes them in, signed in.

    Raises:
        LightboxError: something in the answers is wrong; nothing was taken in.
    """
    given = read_answers(name, content)
    referral = referrals.find(worklist.path, given.referral.lower())
    films = [_film(worklist, name, referral, one) for one in given.answers]
    _check_reader(worklist, name, given)
    taken_in = TakenIn(referral.id, hashlib.sha256(content).hexdigest(), by)
    log = DecisionLog(worklist)
    new = sum(
        _append(log, given.reader, one, film, taken_in, taken_in.answers in referral.answers)
        for one, film in zip(given.answers, films, strict=True)
    )
    if taken_in.answers not in referral.answers:
        kept = msgspec.structs.replace(referral, answers=(*referral.answers, taken_in.answers))
        referrals.keep(worklist.path, kept)
    return Taken(given.reader, referral.id, new, len(films) - new)


def _film(worklist: Worklist, name: Path, referral: Referral, given: GivenAnswer) -> ReferredFilm:
    film = referral.film(given.film)
    if film is None:
        raise LightboxError(
            f"{name}, line {given.line}: the referral has no film {given.film}: it has {len(referral.films)}."
        )
    if not any(places(worklist, judge.id, film.sha256) for judge in worklist.judges()):
        raise LightboxError(
            f"{name}, line {given.line}: film {given.film} is no longer in the worklist {worklist.path}: "
            "name the worklist that it was referred from, or delete that row."
        )
    return film


def _check_reader(worklist: Worklist, name: Path, given: GivenAnswers) -> None:
    """Nobody decides by a file in the name of a reader who signs in here."""
    if given.reader.casefold() in (one.casefold() for one in Readers(worklist).names()):
        raise LightboxError(
            f"{name} is in the name of {given.reader}, who signs in to this worklist with a PIN: the distant "
            "reader's own name must stand there."
        )


def _append(
    log: DecisionLog, reader: str, given: GivenAnswer, film: ReferredFilm, taken_in: TakenIn, was_taken: bool
) -> bool:
    """Append one answer; False where the log has it, or a later one than a file that was taken in before."""

    def make(standings: Standings, number: int) -> Decision | None:
        standing = standings.of(film.film)
        before = next((one for one in standing.readings if one.reader == reader), None)
        if before and (was_taken or _says_the_same(before, given)):
            return None
        return Decision(
            number=number, at=referrals.now(), reader=reader, sha256=film.sha256, frame=film.frame,
            kind=before.kind if before else _kind(standing), answer=given.answer, machine=film.machine,
            seen=given.seen, note=given.note, taken_in=taken_in,
        )  # fmt: skip

    return log.append(make) is not None


def _kind(standing: FilmStanding) -> Kind:
    return "second reading" if standing.readings else "decision"


def _says_the_same(before: Decision, given: GivenAnswer) -> bool:
    return (before.answer, before.seen, before.note) == (given.answer, given.seen, given.note)
