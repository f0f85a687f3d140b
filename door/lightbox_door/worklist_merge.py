"""``lightbox worklist merge``: worklists of several laptops joined into one, and what that came to."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.worklists import passphrase_for, still_plain

if TYPE_CHECKING:
    from lightbox_edge.merging import Disputed, Merged


HELP = "Join worklists of several laptops into one: every film once, every decision kept."
EXAMPLE = "lightbox worklist merge clinic.worklist /media/stick/b.worklist --out both.worklist"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("worklists", nargs="+", type=Path, metavar="WORKLIST", help="two or more")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        required=True,
        help="the merged worklist: a new file, or one of those named, which is then replaced and kept",
    )
    parser.add_argument(
        "--one-person",
        metavar="NAME",
        action="append",
        default=[],
        help="this name is one person's everywhere, though the PINs differ: each of these PINs will do",
    )
    parser.add_argument("--json", action="store_true", help="the same as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    import msgspec

    from lightbox_edge.merging import merge

    passphrases = [passphrase_for(path) for path in arguments.worklists]
    merged = merge(arguments.worklists, arguments.out, arguments.one_person, passphrases)
    print(msgspec.json.encode(merged).decode() if arguments.json else "\n".join(told(merged)))
    return 0


def told(merged: Merged) -> Iterator[str]:
    """Each worklist that went in, what came out, and what a person has to do."""
    for one in merged.origins:
        yield f"{one.path}: {one.films} films, {one.entries} entries of the log"
    yield (
        f"{merged.path}: {merged.films} films, {merged.shared} of them in several; {merged.entries} entries, "
        "each as it was written."
    )
    yield f"head {merged.head}"
    if merged.passphrase_of is not None:
        yield f"{merged.path} is encrypted, under the passphrase of {merged.passphrase_of}."
        yield from (still_plain(Path(one)) for one in merged.plain)
    if merged.crowded:
        yield f"At {merged.crowded} places the worklists had different films: all of them are kept."
    if merged.namesakes:
        yield (
            f"Readers of one name with different PINs were kept apart: {', '.join(merged.namesakes)}. Merge "
            "again with --one-person NAME if they are one person."
        )
    yield f"Films that need an arbiter (lightbox review --mode arbitrate): {len(merged.disputed)}"
    yield from (f"  {_disputed(one)}" for one in merged.disputed)


def _disputed(film: Disputed) -> str:
    said = "; ".join(f"{one.reader}: {one.words}" for one in film.decisions)
    frame = f"#{film.frame}" if film.frame else ""
    return f"{film.path or film.sha256[:12]}{frame}  {said}"
