"""Where a merged worklist goes: a new file or one of those that went in, and the folder it is made in."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.merging.copies import state
from lightbox_edge.worklist import Worklist
from lightbox_edge.worklist_files import Key, key_for
from lightbox_edge.worklist_files.beside import last_good, workplace_of
from lightbox_edge.worklist_files.keeping import keep_copy
from lightbox_edge.worklist_files.recognizing import is_encrypted
from lightbox_edge.worklist_files.wiping import wipe

_PATIENCE = 2.0  # seconds for another program that is just closing the output
_log = logging.getLogger(__name__)


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
    if number is None and (any(state(out)) or last_good(out).exists()):
        raise LightboxError(
            f"{out}, or what is left of it, is there already: name another --out, or merge that worklist too."
        )
    return number


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """A folder beside the output that its owner alone can read; what a cut left of one goes first."""
    folder = workplace_of(out)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise LightboxError(f"{out} cannot be written: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def let_go(out: Path, passphrase: str | None) -> None:
    """Bring a worklist into its one file and see that nobody has it open, or he would go on with the old."""
    key = None if passphrase is None else key_for(out, passphrase)
    with Worklist(out, patience=_PATIENCE, key=key) as worklist:
        worklist.fold()


def keep_good_copy(out: Path, key: Key | None) -> None:
    """Make the merged worklist's last good copy, so that none of before can come back in its place.

    The worklist is in place already: what goes wrong is said and ends nothing.
    """
    try:
        if key is not None and not is_encrypted(last_good(out)):
            wipe(last_good(out))
        keep_copy(out, key)
    except LightboxError as error:
        _log.warning("%s", error)
