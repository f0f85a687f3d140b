"""What a person says of a film, as it is kept: plain frozen records that are written once."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from lightbox_edge.manifest import Sha256
from lightbox_edge.printable import plain_line
from lightbox_edge.results import FilmKey, Triage

Answer = Literal[
    "agree", "disagree", "refer", "repeat", "cannot tell",
    "nothing seen", "something seen",  # of a blind reader, who has nothing yet to agree with
]  # fmt: skip
Kind = Literal["decision", "second reading", "arbitration"]
Number = Annotated[int, msgspec.Meta(ge=1)]
Conclusion = Literal["abnormal", "normal", "refer", "repeat", "undecided"]


class MachineView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the machine said of the film when the reader decided, and which machine it was.

    ``judge`` is the judge's id; ``calibration`` the identity of its operating points. ``version`` and
    ``calibration`` are empty for a film that an older Lightbox judged.
    """

    judge: str
    bundle: str
    version: str
    precision: str
    calibration: str
    triage: Triage
    flagged: tuple[str, ...] = ()


class TakenIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a distant reader's answer came into the log: by which referral, in which file, through whom.

    ``answers`` is the SHA-256 of that file, ``by`` the reader here who took it in.
    """

    referral: str
    answers: Sha256
    by: str


class _Entry(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="entry"
):  # what every entry of the log says
    number: Number  # one more than the entries that it follows, see `chain`
    at: str  # ISO 8601 in UTC
    reader: str
    registration: str | msgspec.UnsetType = msgspec.UNSET  # which reader of that name; an older one has none
    sha256: Sha256
    frame: Annotated[int, msgspec.Meta(ge=0)]

    @property
    def film(self) -> FilmKey:
        """The film by its content, whatever path it has."""
        return self.sha256, self.frame


class Decision(_Entry, frozen=True, kw_only=True, tag="decision"):
    """One reader's answer for one film.

    ``seen`` is what the reader sees, where that is not what the machine flagged. ``blind`` says that the
    machine's view was hidden until then. ``taken_in`` is there where the reader did not sign in himself.
    """

    kind: Kind
    answer: Answer
    machine: MachineView
    seen: tuple[str, ...] = ()
    note: str = ""
    blind: bool = False
    taken_in: TakenIn | msgspec.UnsetType = msgspec.UNSET  # of others nothing is written, as ever

    @property
    def names(self) -> frozenset[str]:
        """The findings that the reader holds to be there, in lower case; empty where none is named."""
        told = self.machine.flagged if self.answer == "agree" else self.seen
        return frozenset(name.casefold() for name in told)

    @property
    def conclusion(self) -> Conclusion:
        """What the answer comes to.

        Agreeing is as much as the machine said: nothing of a film that was uncertain or not judged.
        """
        match self.answer:
            case "refer" | "repeat" as action:
                return action
            case "agree":
                return _SAID.get(self.machine.triage, "undecided")
            case "disagree" | "nothing seen" | "something seen":
                return "abnormal" if self.seen or self.answer == "something seen" else "normal"
            case _:
                return "undecided"

    @property
    def words(self) -> str:
        """The answer with what is seen, for people."""
        return f"{self.answer}: {', '.join(self.seen)}" if self.seen else self.answer


class Undo(_Entry, frozen=True, kw_only=True, tag="undo"):
    """Takes a decision of the same reader back; both stay in the log.

    ``undoes`` is its hash, or, as an older Lightbox wrote, its number among those that this entry follows.
    """

    undoes: Number | Sha256


Entry = Decision | Undo

LONGEST_TEXT = 500
_SAID: dict[Triage, Conclusion] = {"flagged": "abnormal", "not flagged": "normal"}


def one_line(text: str) -> str:
    """A text as it is kept: its printable letters, with single spaces between its words."""
    return plain_line(text, LONGEST_TEXT)
