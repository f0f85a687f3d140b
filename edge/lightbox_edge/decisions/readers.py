"""Who may decide: readers with a name and a PIN, kept in the worklist."""

from __future__ import annotations

import time
from collections.abc import Iterable
from sqlite3 import Connection

import msgspec

from lightbox_edge.decisions.namesakes import kept_name, name_key, registered, registrations
from lightbox_edge.decisions.pins import PinHash, hash_pin, is_pin
from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist import Worklist

LONGEST_NAME = 40
FREE_TRIES = 3  # wrong PINs before one must wait
FIRST_WAIT = 5  # seconds, doubled by every further wrong PIN
LONGEST_WAIT = 900


class Readers:
    """The readers of an open worklist."""

    def __init__(self, worklist: Worklist) -> None:
        self._worklist = worklist

    def names(self) -> tuple[str, ...]:
        """Everyone, in the order of their names."""
        with self._worklist.reading() as connection:
            return tuple(registrations(connection))

    def add(self, name: str, pin: str) -> str:
        """Add a reader and return the name as it is kept: without spaces around it.

        Raises:
            LightboxError: the name or the PIN cannot be used, or somebody has that name already.
        """
        shown = kept_name(name)
        if not shown or len(shown) > LONGEST_NAME:
            raise LightboxError(
                "{name} is no name for a reader: it needs 1 to {most} letters.",
                name=repr(name),
                most=LONGEST_NAME,
            )
        kept = hash_pin(pin)
        with self._worklist.writing() as connection:
            if connection.execute("SELECT 1 FROM reader WHERE key = ?", (name_key(shown),)).fetchone():
                raise LightboxError("There is a reader {reader} already: take another name.", reader=shown)
            connection.execute(
                "INSERT INTO reader (registration, person, key, name, pin) VALUES (?1, ?1, ?, ?, ?)",
                (kept.salt, name_key(shown), shown, msgspec.json.encode(kept).decode()),
            )
        return shown

    def registration(self, reader: str) -> str:
        """The registration that this reader's decisions are signed with; the first of several."""
        with self._worklist.reading() as connection:
            return registrations(connection)[reader][0]

    def sign_in(self, name: str, pin: str) -> str:
        """Check a PIN and return the reader's name as it is kept.

        A try is counted before it is checked, so that ending the program gives nobody another one.

        Raises:
            LightboxError: there is no such reader, the PIN is wrong, or it is too early for another try.
        """
        shown, kept, wrong = self._counted(name)
        if not any(is_pin(pin, one) for one in kept.values()):
            raise _wrong_pin(shown, _wait(wrong))
        with self._worklist.writing() as connection:
            _set_wrong(connection, kept, 0, 0)
        return shown

    def _counted(self, name: str) -> tuple[str, dict[str, PinHash], int]:
        """The reader, each registration with its PIN's hash, and how many tries in a row this one makes."""
        now = int(time.time())
        with self._worklist.writing() as connection:
            shown, own = registered(connection, name)
            marks = ", ".join("?" * len(own))
            found = connection.execute(
                f"SELECT registration, pin, wrong, waits_until FROM reader WHERE registration IN ({marks})",  # noqa: S608  # ours
                own,
            ).fetchall()
            kept = {registration: self._kept(shown, pin) for registration, pin, *_ in found}
            wrong, waits_until = max(one[2] for one in found), max(one[3] for one in found)
            # With more left than a wait is long the clock was set back, and the wait begins anew.
            left = min(waits_until - now, _wait(wrong))
            tries = wrong if left > 0 else wrong + 1
            _set_wrong(connection, kept, tries, now + (left if left > 0 else _wait(tries)))
        if left > 0:
            raise LightboxError(
                "{reader} must wait {seconds} seconds, for {wrong} PINs were wrong.",
                reader=shown,
                seconds=left,
                wrong=wrong,
            )
        return shown, kept, tries

    def _kept(self, shown: str, pin: str) -> PinHash:
        try:
            return msgspec.json.decode(pin, type=PinHash)
        except (msgspec.MsgspecError, UnicodeDecodeError, TypeError) as error:  # TypeError: NULL
            raise LightboxError(
                f"What the worklist {self._worklist.path} keeps of the PIN of {shown} is damaged: go back to "
                "a copy from before, or add a reader with another name."
            ) from error


def _set_wrong(connection: Connection, whose: Iterable[str], wrong: int, waits_until: int) -> None:
    connection.executemany(
        "UPDATE reader SET wrong = ?, waits_until = ? WHERE registration = ?",
        [(wrong, waits_until, one) for one in whose],
    )


def _wrong_pin(reader: str, seconds: int) -> LightboxError:
    if not seconds:
        return LightboxError("This is not the PIN of {reader}.", reader=reader)
    return LightboxError(
        "This is not the PIN of {reader}: wait {seconds} seconds before the next try.",
        reader=reader,
        seconds=seconds,
    )


def _wait(wrong: int) -> int:
    """Seconds to wait after so many wrong PINs in a row."""
    if wrong < FREE_TRIES:
        return 0
    return min(FIRST_WAIT << min(wrong - FREE_TRIES, 16), LONGEST_WAIT)
