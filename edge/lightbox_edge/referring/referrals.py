"""What stays at home of a referral: which film each number of a pack is, and whose answers were taken in.

One small JSON file a referral, in a folder beside the worklist that only its owner can look into. Without it
a pack's numbers mean nothing to anybody.
"""

from __future__ import annotations

import datetime
import re
import secrets
from pathlib import Path
from typing import Annotated, Final

import msgspec

from lightbox_edge import strict_json
from lightbox_edge.decisions.records import MachineView, Number
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Sha256
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist_files.beside import referrals_of

_ID: Final = re.compile("[0-9a-f]{32}")


class ReferredFilm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A film by its number in the pack, and what the machine said of it there."""

    number: Number
    sha256: Sha256
    frame: Annotated[int, msgspec.Meta(ge=0)]
    machine: MachineView

    @property
    def film(self) -> FilmKey:
        """The film as the worklist knows it."""
        return self.sha256, self.frame


class Referral(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack that was made: its id, to whom (public keys), its films, the SHA-256 of answers taken in."""

    id: str
    made_at: str  # ISO 8601 in UTC
    to: tuple[str, ...]
    films: tuple[ReferredFilm, ...]
    answers: tuple[Sha256, ...] = ()

    def film(self, number: int) -> ReferredFilm | None:
        """The film with that number; None if the pack had none."""
        return next((one for one in self.films if one.number == number), None)


def new_id() -> str:
    """An id that nobody can guess: 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def now() -> str:
    """The time in UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def keep(worklist: str, referral: Referral) -> None:
    """Write it durably, in the place of what was known of the same referral."""
    folder = referrals_of(Path(worklist))
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LightboxError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    write_durably(folder / f"{referral.id}.json", msgspec.json.format(msgspec.json.encode(referral)))


def find(worklist: str, referral: str) -> Referral:
    """The referral with that id.

    Raises:
        LightboxError: this worklist has none, or what is kept of it is damaged.
    """
    file = referrals_of(Path(worklist)) / f"{referral}.json"
    if not _ID.fullmatch(referral) or not file.is_file():
        raise LightboxError(
            f"The answers are to a referral that the worklist {worklist} does not know: name the worklist "
            "whose films were referred, on the machine where the pack was made."
        )
    try:
        return strict_json.decode(file.read_bytes(), Referral)
    except OSError as error:
        raise LightboxError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise LightboxError(f"{file} is damaged: go back to a copy from before.") from error
