"""Films that vanish, shrink, grow, cannot be read, or lie on a stick that is pulled, while they are read."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tests.faults.disks import disk, failing
from tests.faults.invariants import judged, unsaid
from tests.faults.killing import at_a_random_moment
from tests.faults.stage import FILMS
from tests.faults.verdict import Case, Verdict


def film_changes(case: Case) -> Verdict:
    """One to three films vanish, are cut, are lengthened or are written anew bit by bit during a run."""
    ways = {"vanishes": _vanish, "is cut": _cut, "grows": _grow, "is being copied": _copy}
    with case.screening() as run:
        files = sorted(file for file in (case.folder / FILMS).rglob("*") if file.is_file())
        changed = case.chance.sample(files, case.chance.randint(1, 3))
        ways_taken = [case.chance.choice([*ways]) for _ in changed]
        at_a_random_moment(case, run)
        hit = run.is_at_work
        for file, way in zip(changed, ways_taken, strict=True):
            ways[way](case, file)
        ended = run.end()
    for file in changed:
        whole = case.stage.films / file.relative_to(case.folder / FILMS)
        shutil.copyfile(whole, file)  # with a time of its own, as whoever puts a film back would
    paths = [str(file.relative_to(case.folder)) for file in changed]
    what = ", ".join(f"{path} {way}" for path, way in zip(paths, ways_taken, strict=True))
    return judged(case, what, hit, [ended], unsaid(ended), changed=paths)


def film_error(case: Case) -> Verdict:
    """The disk reports an error when a film is opened or read, once or from then on."""
    names = sorted(file for file in case.stage.films.rglob("*") if file.is_file())
    file = case.folder / FILMS / case.chance.choice(names).relative_to(case.stage.films)
    call = case.chance.choice(("read", "openat", "lseek"))
    when = case.chance.choice(("1", "2", "1+", "2+"))
    with case.screening(*failing(call, "EIO", when, [file], ())) as run:
        ended = run.end()
    told = case.stage.told
    hit = any(line not in map(repr, told) for line in ended.lines) and "unreadable" in ended.out
    what = f"EIO from {call} number {when} of {file.name}"
    return judged(case, what, hit, [ended], unsaid(ended), changed=[str(file.relative_to(case.folder))])


def films_pulled(case: Case) -> Verdict:
    """The stick with the films is pulled during a run, and is put in again."""
    with disk(case.folder / FILMS) as stick:
        with case.screening() as run:
            lines = at_a_random_moment(case, run)
            hit = run.is_at_work
            stick.pull()
            ended = run.end()
        stick.put_back()
        return judged(case, f"the films' stick after {lines} lines", hit, [ended], unsaid(ended))


def _vanish(case: Case, file: Path) -> None:
    file.unlink()


def _cut(case: Case, file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(case.chance.randrange(file.stat().st_size))


def _grow(case: Case, file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(case.chance.randbytes(case.chance.randint(1, 1 << 16)))


def _copy(case: Case, file: Path) -> None:
    """Cut it to nothing and write it anew in parts, as a slow copy to the folder does."""
    content, part = file.read_bytes(), 1 << 13
    with file.open("wb", buffering=0) as opened:
        for place in range(0, len(content), part):
            opened.write(content[place : place + part])
            time.sleep(0.002)
