"""Where a merged worklist goes: a new file or one of those that went in, and the folder it is made in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.merging.copies import state
from lightbox_edge.worklist import Worklist

_PATIENCE = 2.0  # seconds for another program that is just closing the output


def output_among(paths: Sequence[Path], out: Path) -> int | None:
    """Which of the worklists the output replaces; None where it is a new file."""
    if len(paths) < 2:
        raise LightboxError("A merge needs two worklists: lightbox worklist merge A B --out C.")
    for path in paths:
        if not path.is_file():
            raise LightboxError(f"There is no worklist {path}: check the name.")
    if not out.parent.is_dir():
        raise LightboxError(f"There is no folder {out.parent} to merge into: name another --out.")
    same = (number for number, path in enumerate(paths) if out.exists() and path.samefile(out))
    number = next(same, None)
    if number is None and any(state(out)):
        raise LightboxError(
            f"{out}, or what is left of it, is there already: name another --out, or merge that worklist too."
        )
    return number


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """A folder beside the output that its owner alone can read; what a cut left of one goes first."""
    folder = out.with_name(f".{out.name}.merging")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise LightboxError(f"{out} cannot be written: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def let_go(out: Path) -> None:
    """Bring a worklist into its one file and see that nobody has it open, or he would go on with the old."""
    with Worklist(out, patience=_PATIENCE) as worklist:
        worklist.fold()
