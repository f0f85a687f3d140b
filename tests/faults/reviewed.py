"""Worklists that were screened and decided on, as cases begin with them, and their logs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from lightbox_edge import Review, Worklist
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import Readers, verify
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist_files.beside import last_good
from lightbox_edge.worklist_files.keeping import keep_copy
from tests.faults.running import run
from tests.faults.stage import Stage
from tests.faults.verdict import Case
from tests.terminal import PIN

READERS = ("Amina", "Bela")
DECIDED = 3  # films, in the worklist that has decisions

Entry = tuple[FilmKey, str]  # a film, an answer


@cache
def screened(stage: Stage) -> Path:
    """A worklist of the stage's films with two readers and no decision."""
    folder = Path(tempfile.mkdtemp(prefix="screened-", dir=stage.place))
    stage.put_films(folder)
    run(stage.screening(), folder, stage.env)
    with Worklist(folder / stage.worklist) as worklist:
        for name in READERS:
            Readers(worklist).add(name, PIN)
    return folder / stage.worklist


def put_decided(case: Case, *, hot: bool, copied: bool = False) -> None:
    """Put that worklist into a case, of its films, with decisions; hot ones stand in the log beside it.

    With ``copied`` it has a last good copy; that of a hot one was made before the decisions.
    """
    away, before = Path(f"{case.worklist}.away"), screened(case.stage)
    shutil.copy(before, away)
    with Worklist(away) as worklist:
        moved = (str(before.parent), str(case.folder))
        with worklist.writing() as connection:
            connection.execute("UPDATE picture SET location = replace(location, ?, ?)", moved)
        if copied and hot:
            keep_copy(away, None)
        review = Review(worklist)
        review.sign_in(READERS[0], PIN)
        films = [film for film in Pages(worklist, review) if film.film is not None]
        for film in films[:DECIDED]:
            review.decide(film, "refer")
        for end in ("", "-wal") if hot else ():
            shutil.copy(f"{away}{end}", f"{case.worklist}{end}")
    if hot:
        away.unlink()
    else:
        away.rename(case.worklist)
    if last_good(away).exists():
        last_good(away).rename(last_good(case.worklist))
    if copied and not hot:
        keep_copy(case.worklist, None)


def log(worklist: Path) -> list[Entry]:
    """The entries of a log in their order, read from a copy."""
    with _copy(worklist) as opened, opened.reading() as connection:
        found = connection.execute(
            "SELECT json_extract(entry, '$.sha256'), json_extract(entry, '$.frame'),"
            " json_extract(entry, '$.answer') FROM decision ORDER BY number"
        ).fetchall()
    return [((sha256, frame), answer) for sha256, frame, answer in found]


def noted_head(worklist: Path) -> str:
    """The head of the chain, as a report on paper has it."""
    with _copy(worklist) as opened:
        return verify(opened).head


@contextmanager
def _copy(worklist: Path) -> Iterator[Worklist]:
    with tempfile.TemporaryDirectory() as place:
        for end in ("", "-wal"):
            if (part := Path(f"{worklist}{end}")).exists():
                shutil.copy(part, place)
        with Worklist(Path(place) / worklist.name) as opened:
            yield opened
