"""A worklist opened for a command: its passphrase asked for, mended where it is damaged."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightbox_edge import Worklist
    from lightbox_edge.worklist_files.restoring import Restored

VARIABLE = "LIGHTBOX_PASSPHRASE_FILE"
STDIN = "-"  # as its value: a line of stdin


def open_worklist(
    path: Path,
    passphrase: str | None = None,
    *,
    tell: Callable[[Restored], None] | None = None,
    thoroughly: bool = False,
    **options: float,
) -> Worklist:
    """A worklist, made if it is not there; a damaged one is restored from its last good copy, loudly.

    Args:
        path: the worklist.
        passphrase: what `passphrase_for` gave, None to ask for it where there is need.
        tell: is told what was restored; it stands on stderr in any case.
        thoroughly: look at every page of the file.
        options: those of `Worklist`.
    """
    from lightbox_edge import Worklist
    from lightbox_edge.worklist_files import key_for
    from lightbox_edge.worklist_files.restoring import mend

    passphrase = passphrase or passphrase_for(path)
    key = key_for(path, passphrase) if passphrase else None
    restored = mend(path, key, thoroughly=thoroughly)
    if restored is not None:
        for sentence in restored.sentences:
            print(f"lightbox: {sentence}", file=sys.stderr)
        if tell is not None:
            tell(restored)
    return Worklist(path, key=key, **options)


def passphrase_for(path: Path) -> str | None:
    """The passphrase of an encrypted worklist; None where it has none.

    It is what a script gives, or else asked for on the terminal.

    Raises:
        LightboxError: there is neither, or what a script gives cannot be read.
    """
    from lightbox_edge import LightboxError
    from lightbox_edge.worklist_files import needs_passphrase

    if not needs_passphrase(path):
        return None
    if (given := given_passphrase()) is not None:
        return given
    if not sys.stdin.isatty():
        raise LightboxError(
            f"The worklist {path} is encrypted and there is no terminal to ask for its passphrase: name a "
            f"file that holds it in {VARIABLE}."
        )
    return getpass.getpass(f"Passphrase of {path}: ")


def still_plain(path: Path) -> str:
    """What to say of something that belongs to an encrypted worklist and is not encrypted."""
    if path.is_dir():
        return f"Still not encrypted: {path}, without which no answers to referrals can be taken in."
    return f"Still not encrypted: {path}; remove it if you do not need it."


def given_passphrase() -> str | None:
    """The first line of what ``LIGHTBOX_PASSPHRASE_FILE`` names, of stdin for ``-``; None without."""
    from lightbox_edge import LightboxError

    named = os.environ.get(VARIABLE)
    if not named:
        return None
    if named == STDIN:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        with Path(named).open(encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except OSError as error:
        raise LightboxError(f"{VARIABLE} names {named}, which cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise LightboxError(f"{VARIABLE} names {named}, which is no text in UTF-8.") from error
