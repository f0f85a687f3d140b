"""What is broken: a program, a bundle, films, and what an undisturbed run makes of them."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from tests.faults.running import run
from tests.film_files import encoded, film
from tests.processes import environment, lightbox
from tests.tiny import write_bundle, write_films
from tests.worklist_rows import Row, from_line, in_worklist

FILMS = "films"


@dataclass(frozen=True, slots=True)
class Stage:
    """One program with one bundle on one folder of films; ``place`` is the folder of the whole run.

    ``worklist`` is its place inside a case's folder. ``rows`` are what it holds after an undisturbed run and
    ``told`` what the run said, both by path; ``code`` is how it ended.
    """

    program: tuple[str, ...]
    bundle: Path
    films: Path
    place: Path
    env: Mapping[str, str] = field(hash=False)
    rows: tuple[Row, ...] = ()
    told: tuple[Row, ...] = ()
    code: int = 0
    worklist: str = "w.worklist"

    def call(self, command: str, *arguments: object) -> list[str]:
        """A command line on the worklist of the case."""
        return [*self.program, command, "--worklist", self.worklist, *map(str, arguments)]

    def screening(self, *arguments: object) -> list[str]:
        """The command line that all faults of screening break; the films lie in the case's folder."""
        return self.call("screen", FILMS, "--json", "--threads", "1", "--bundle", self.bundle, *arguments)

    def put_films(self, folder: Path) -> Path:
        """A copy of the films, with their times, for a case to break."""
        return Path(shutil.copytree(self.films, folder / FILMS, dirs_exist_ok=True))


def tiny_stage(place: Path, program: tuple[str, ...]) -> Stage:
    """Tiny networks, and eleven files of every kind that screening tells apart."""
    labelled = write_films(place / "labelled", film, 8)
    bundle = write_bundle(place / "tiny", labelled, segmenter=False, patches=True)
    films = place / "tiny-films"
    films.mkdir()
    for number in range(7):
        kind = ("png", "jpg", "dcm")[number % 3]
        (films / f"{number}.{kind}").write_bytes(encoded(film(number), kind))
    shutil.copy(films / "2.dcm", films / "copy")
    pages = [Image.fromarray(film(100 + page)) for page in range(2)]
    pages[0].save(films / "pages.tif", save_all=True, append_images=pages[1:])
    with zipfile.ZipFile(films / "cd.zip", "w") as archive:
        for number in range(2):
            archive.writestr(f"IM{number}", encoded(film(200 + number), "png"))
    (films / "cut.png").write_bytes(encoded(film(300), "png")[:3000])
    return undisturbed(Stage(program, bundle.folder, films, place, _env(place)), place / "tiny-run")


def real_stage(place: Path, program: tuple[str, ...], root: Path) -> Stage:
    """The bundle of the repository on the samples."""
    stage = Stage(program, root / "bundles" / "chest-open", root / "samples", place, _env(place))
    return undisturbed(stage, place / "real-run")


def undisturbed(stage: Stage, folder: Path) -> Stage:
    """The stage with what a run says and keeps; two runs, for the first measures the machine."""
    folder.mkdir()
    stage.put_films(folder)
    run(stage.screening(), folder, stage.env)
    for file in folder.glob(f"{stage.worklist}*"):
        file.unlink()
    ended = run(stage.screening(), folder, stage.env)
    assert ended.code in (0, 1), ended.err
    told = tuple(sorted(map(from_line, ended.lines), key=repr))
    rows = tuple(in_worklist(folder / stage.worklist))
    assert rows
    assert len(told) == len(rows)
    return replace(stage, rows=rows, told=told, code=ended.code)


def source_program() -> tuple[str, ...]:
    """The program of this checkout."""
    return tuple(lightbox())


def _env(place: Path) -> dict[str, str]:
    return {**environment(), "LIGHTBOX_CACHE": str(place / "caches"), "LIGHTBOX_LANGUAGE": "en"}
