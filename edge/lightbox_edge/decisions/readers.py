"""Who may decide: readers with a name and a PIN, kept in the worklist."""

from __future__ import annotations

import time
import unicodedata

import msgspec

from lightbox_edge.decisions.pins import PinHash, hash_pin, is_pin
from lightbox_edge.decisions.records import one_line
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
            return tuple(name for (name,) in connection.execute("SELECT name FROM reader ORDER BY key"))

    def add(self, name: str, pin: str) -> str:
        """Add a reader and return the name as it is kept: without spaces around it.

        Raises:
            LightboxError: the name or the PIN cannot be used, or somebody has that name already.
        """
        shown = _shown(name)
        if not shown or len(shown) > LONGEST_NAME:
            raise LightboxError(
                "{name} is no name for a reader: it needs 1 to {most} letters.",
                name=repr(name),
                most=LONGEST_NAME,
            )
        kept = msgspec.json.encode(hash_pin(pin)).decode()
        with self._worklist.writing() as connection:
            added = connection.execute(
                "INSERT OR IGNORE INTO reader (key, name, pin) VALUES (?, ?, ?)", (_key(shown), shown, kept)
            )
            if not added.rowcount:
                raise LightboxError("There is a reader {reader} already: take another name.", reader=shown)
        return shown

    def sign_in(self, name: str, pin: str) -> str:
        """Check a PIN and return the reader's name as it is kept.

        A try is counted before it is checked, so that ending the program gives nobody another one.

        Raises:
            LightboxError: there is no such reader, the PIN is wrong, or it is too early for another try.
        """
        shown, kept, wrong = self._counted(name)
        if not is_pin(pin, kept):
            raise _wrong_pin(shown, _wait(wrong))
        with self._worklist.writing() as connection:
            connection.execute("UPDATE reader SET wrong = 0, waits_until = 0 WHERE key = ?", (_key(name),))
        return shown

    def _counted(self, name: str) -> tuple[str, PinHash, int]:
        """The reader, the PIN's hash, and how many tries in a row this one makes."""
        now = int(time.time())
        with self._worklist.writing() as connection:
            found = connection.execute(
                "SELECT name, pin, wrong, waits_until FROM reader WHERE key = ?", (_key(name),)
            ).fetchone()
            if found is None:
                raise LightboxError(
                    "There is no reader {name} in this worklist: check the name.", name=repr(name)
                )
            shown, pin, wrong, waits_until = found
            kept = self._kept(shown, pin)
            # With more left than a wait is long the clock was set back, and the wait begins anew.
            left = min(waits_until - now, _wait(wrong))
            tries = wrong if left > 0 else wrong + 1
            connection.execute(
                "UPDATE reader SET wrong = ?, waits_until = ? WHERE key = ?",
                (tries, now + (left if left > 0 else _wait(tries)), _key(name)),
            )
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
        except msgspec.MsgspecError as error:
            raise LightboxError(
                f"What the worklist {self._worklist.path} keeps of the PIN of {shown} is damaged: go back to "
                "a copy from before, or add a reader with another name."
            ) from error


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


def _key(name: str) -> str:
    """A name without regard to its case and its spaces."""
    return _shown(name).casefold()


def _shown(name: str) -> str:
    """A name as it is kept: composed, on one line."""
    return one_line(unicodedata.normalize("NFC", name))
