"""The packing half of ``lightbox refer``: which films, what may be written on them, the encrypted file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import existing_worklist

if TYPE_CHECKING:
    from lightbox_edge import Worklist
    from lightbox_edge.referring.choosing_films import ChosenFile, LeftOut
    from lightbox_edge.referring.packing import Packing

_UNSEEN = "Text on the pictures themselves is not taken out, and no program finds all of it"
_QUESTION = "Have you looked at each of these films, and is no name or date on it? [y/N] "


def pack(arguments: argparse.Namespace) -> int:
    """Write a pack, and keep at home what its numbers mean, before the pack can be anywhere."""
    from lightbox_edge import LightboxError
    from lightbox_edge.durable import write_durably
    from lightbox_edge.referring import referrals
    from lightbox_edge.referring.age_keys import encrypt, read_recipients
    from lightbox_edge.referring.packing import Packing

    needed(arguments.to, "--to, the receiver's public key")
    out, recipients = new_file(arguments.out), read_recipients(arguments.to)
    packing = Packing(referrals.new_id())
    with existing_worklist(arguments) as worklist:
        left_out = _gather(packing, _chosen(worklist, arguments))
        if not packing.files:
            raise LightboxError("There is no film to pack: nothing was written.")
        _warn(packing, arguments.yes)
        sealed = encrypt(packing.zipped(), recipients)
        referrals.keep(worklist.path, packing.referred(recipients))
        write_durably(out, sealed)
    for file in packing.files:
        print(f"{file.name}  {file.path}")
    print(
        f"{len(packing.rows)} films packed into {out} as referral {packing.referral}; only the holder of the "
        "key can open it.",
        file=sys.stderr,
    )
    return 1 if left_out else 0


def _chosen(worklist: Worklist, arguments: argparse.Namespace) -> Iterator[ChosenFile | LeftOut]:
    from lightbox_edge.referring.choosing_films import files_named, films_by_content, flagged_films

    yield from films_by_content(worklist, arguments.film)
    yield from files_named(worklist, arguments.files)
    if arguments.flagged:
        yield from flagged_films(worklist)


def _gather(packing: Packing, chosen: Iterator[ChosenFile | LeftOut]) -> int:
    """Add each film; how many could not be."""
    from lightbox_edge.referring.choosing_films import LeftOut

    count = 0
    for one in chosen:
        added = one if isinstance(one, LeftOut) else packing.add(one)
        if isinstance(added, LeftOut):
            print(f"lightbox: {added.path} is left out: {added.reason}", file=sys.stderr)
            count += 1
    return count


def _warn(packing: Packing, is_sure: bool) -> None:
    """Name each film on which something may be written, and have a person say that he has looked."""
    from lightbox_edge import LightboxError

    warned = [file for file in packing.files if file.look.warnings]
    for file in warned:
        print(f"lightbox: {file.path}: {'; '.join(file.look.warnings)}.", file=sys.stderr)
    if not warned or is_sure:
        return
    if not sys.stdin.isatty():
        raise LightboxError(f"{_UNSEEN}: look at each film, then say --yes; nothing was written.")
    print(f"{_UNSEEN}. {_QUESTION}", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise LightboxError("Nothing was written: leave out the films that show who the patient is.")


def needed(value: object, what: str) -> None:
    from lightbox_edge import LightboxError

    if value is None:
        raise LightboxError(f"One thing is missing: {what}.")


def new_file(out: Path | None) -> Path:
    """The file to write, which must not be there yet: a film must never be overwritten."""
    from lightbox_edge import LightboxError

    if out is None:
        raise LightboxError("One thing is missing: --out, the file to write.")
    if os.path.lexists(out):
        raise LightboxError(f"{out} is there already: name another file with --out.")
    return out
