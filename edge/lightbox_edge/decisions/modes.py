"""The reading modes: which films each offers a reader, and which decisions it takes from him."""

from __future__ import annotations

from typing import Literal

from lightbox_edge.decisions.records import Decision, Kind
from lightbox_edge.decisions.standing import FilmStanding
from lightbox_edge.errors import LightboxError

Mode = Literal["ai-first", "blind-first", "second", "arbitrate"]

KINDS: dict[Mode, Kind] = {
    "ai-first": "decision", "blind-first": "decision", "second": "second reading", "arbitrate": "arbitration",
}  # fmt: skip


def own(mode: Mode, standing: FilmStanding, reader: str | None) -> Decision | None:
    """The reader's decision that this mode can change: his arbitration, or his reading."""
    decisions = standing.decisions if mode == "arbitrate" else standing.readings
    kinds = ("arbitration",) if mode == "arbitrate" else ("decision", "second reading")
    return next((one for one in decisions if one.reader == reader and one.kind in kinds), None)


def waits(mode: Mode, standing: FilmStanding, reader: str | None) -> bool:
    """Whether a film on this reader's list still waits for somebody: in ai-first for anyone, else for him."""
    match mode:
        case "ai-first":
            return not standing.decisions
        case "arbitrate":
            return standing.is_disputed
        case _:
            return own(mode, standing, reader) is None


def offers(mode: Mode, standing: FilmStanding, reader: str | None) -> bool:
    """Whether a film is on this reader's list."""
    return refusal(mode, standing, reader) is None


def allow(mode: Mode, standing: FilmStanding, reader: str) -> None:
    """Raise `LightboxError` where this mode takes no decision on a film from this reader."""
    if said := refusal(mode, standing, reader):
        raise LightboxError(said)


def refusal(mode: Mode, standing: FilmStanding, reader: str | None) -> str | None:
    """Why a reader cannot decide on a film in this mode; None where he can."""
    match mode:
        case "second":
            return _no_second(standing, reader)
        case "arbitrate":
            return _no_arbitration(standing, reader)
        case _:
            return None


def _no_second(standing: FilmStanding, reader: str | None) -> str | None:
    mine = own("second", standing, reader)
    if mine is not None and mine.kind == "decision":
        return "You were the first to read this film: another reader must be the second."
    if not any(one.reader != reader for one in standing.readings):
        return "No other reader's decision stands on this film: there is none to be second to."
    return None


def _no_arbitration(standing: FilmStanding, reader: str | None) -> str | None:
    if any(one.reader == reader for one in standing.readings):
        return "You are one of the readers of this film: a third one must arbitrate."
    if not standing.is_disputed and own("arbitrate", standing, reader) is None:
        return "No two readers differ on this film: there is nothing to arbitrate."
    return None
