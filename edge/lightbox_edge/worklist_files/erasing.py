"""A worklist erased with all that belongs to it: the files are overwritten, then removed."""

from __future__ import annotations

import shutil
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist_files.beside import belongings, folders
from lightbox_edge.worklist_files.holding import refuse_if_held
from lightbox_edge.worklist_files.wiping import wipe


def erase(path: Path) -> list[Path]:
    """Erase a worklist, SQLite's side files, its copies, referrals and what was set aside.

    The worklist itself goes last: cut off before, the same call ends what it began. No passphrase is needed.
    Returns what went.

    Raises:
        LightboxError: there is none, another program has it open, or a file cannot be removed.
    """
    ours = belongings(path) if path.parent.is_dir() else []
    if not ours:
        raise LightboxError(f"There is no worklist {path}, and nothing that belonged to it.")
    refuse_if_held(path)
    for one in sorted(ours, key=lambda one: one == path):
        wipe(one)
    for folder in folders(path):
        shutil.rmtree(folder, ignore_errors=True)  # nothing of a patient is in it any more
    return ours
