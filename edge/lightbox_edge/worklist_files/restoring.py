"""A damaged worklist is set aside, never removed, and its last good copy takes its place, loudly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lightbox_edge.durable import write_parts_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.private_files import narrow
from lightbox_edge.worklist_files.beside import SIDES, last_good, set_aside
from lightbox_edge.worklist_files.checking import Contents, Damage, last_readable_decision
from lightbox_edge.worklist_files.finding_damage import examine_if_given, find_damage
from lightbox_edge.worklist_files.holding import refuse_if_held
from lightbox_edge.worklist_files.keeping import is_current
from lightbox_edge.worklist_files.key import Key
from lightbox_edge.worklist_files.recognizing import is_encrypted, is_plain

_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the file, what was wrong with it, and what its copy holds.

    ``aside`` is where the damaged file lies now, None where there was none; ``readable`` the highest number
    of a decision that can still be read in it.
    """

    path: Path
    fact: str
    aside: Path | None
    made_at: str
    rows: int
    decisions: int
    readable: int

    @property
    def sentences(self) -> list[str]:
        """For the terminal; what a copy lacks is never hidden."""
        held = f"{self.rows} rows, {self.decisions} decisions"
        told = [
            f"The worklist {self.path} was damaged ({self.fact}).",
            f"It is restored from its last good copy of {self.made_at}: {held}.",
            "What was screened or decided after that is missing: screen the same folders again.",
        ]
        if self.aside:
            told.append(f"The damaged file is kept as {self.aside}.")
        else:
            told.append(f"To begin anew instead, run lightbox worklist erase {self.path}.")
        if self.readable > self.decisions:
            told.append(
                f"Decisions up to number {self.readable} can still be read in {self.aside}: do not throw it "
                "away."
            )
        return told


def mend(path: Path, key: Key | None = None, *, thoroughly: bool = False) -> Restored | None:
    """Restore a damaged worklist; None where it is sound, or not there and never was.

    Every page is looked at where something smells: a log that was left, or a file that is newer than its
    last good copy, so that its last use did not end cleanly. ``thoroughly`` always does.

    Raises:
        LightboxError: it is damaged and there is no good copy, the disk does not give it, or another program
            has it open; the file is left as it is.
    """
    copy = last_good(path)
    if not copy.is_file() and (not path.is_file() or not path.stat().st_size):
        return None  # a new one
    if is_plain(path) or is_encrypted(path):
        narrow(path)  # SQLite's side files will have its rights
    damage = find_damage(path, key, thoroughly=thoroughly or not is_current(path))
    if damage is None:
        return None
    held = examine_if_given(copy, key) if copy.is_file() else None
    if not isinstance(held, Contents):
        raise LightboxError(
            f"The worklist {path} is damaged ({damage.fact}) and has no good copy beside it: it is left as "
            "it is; name another with --worklist."
        )
    refuse_if_held(path)
    return _restore(path, copy, key, damage, held)


def _restore(path: Path, copy: Path, key: Key | None, damage: Damage, held: Contents) -> Restored:
    made_at = datetime.fromtimestamp(copy.stat().st_mtime)
    aside = set_aside(path) if path.exists() else None
    if aside is not None:
        for end in ("", *SIDES):
            side = path.with_name(path.name + end)
            if side.exists():
                side.replace(aside.with_name(aside.name + end))
    write_parts_durably(path, _chunks(copy))
    readable = last_readable_decision(aside, key) if aside else 0
    return Restored(
        path, damage.fact, aside, f"{made_at:%Y-%m-%d %H:%M}", held.rows, held.decisions, readable
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
