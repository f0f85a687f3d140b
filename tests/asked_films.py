"""Real films in a worklist to ask words of: in a folder, in zips, as frames, as a copy."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from lightbox_edge import Bundle, Result, Screener, Worklist
from lightbox_edge.asking import Asker
from lightbox_edge.decisions import ReviewRow

SAMPLES = Path(__file__).parents[1] / "samples"
NAMES = ("film-02-lung-opacity.jpg", "film-07-monochrome2.dcm", "not-a-chest-film.png")


def lay_out(folder: Path) -> None:
    """Films 2 and 7, a copy of 2, two frames, films in a zip and one inside it, no film, a broken one."""
    folder.mkdir()
    for name in NAMES:
        shutil.copy(SAMPLES / name, folder / name)
    shutil.copy(SAMPLES / NAMES[0], folder / "copy.jpg")
    (folder / "cut.png").write_bytes((SAMPLES / "film-05-8-bit.png").read_bytes()[:3000])
    with Image.open(SAMPLES / "film-05-8-bit.png") as one, Image.open(SAMPLES / NAMES[0]) as two:
        pages = [page.convert("L").resize((400, 400)) for page in (one, two)]
        pages[0].save(folder / "pages.tif", save_all=True, append_images=pages[1:])
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.write(SAMPLES / "film-01-normal.jpg", "DICOM/IM1")
    with zipfile.ZipFile(folder / "cd.zip", "w") as archive:
        archive.write(SAMPLES / "film-03-effusion.jpg", "DICOM/IM3")
        archive.writestr("more/inner.zip", inner.getvalue())


def screen(bundle: Bundle, folder: Path, worklist: Path) -> list[Result]:
    """Screen them, and close the worklist."""
    with (
        Worklist(worklist) as kept,
        Screener(bundle, kept, threads=1, backend="onnxruntime") as screener,
    ):
        return list(screener.screen([folder]))


def row(worklist: Path | str, name: str) -> ReviewRow:
    """The row whose path ends so."""
    with Worklist(worklist) as kept:
        return next(ReviewRow(one, judge) for judge, one in kept.judged() if one.path.endswith(name))


def asker_of(
    bundle: Bundle, worklist: Path | str, shows: Callable[[ReviewRow], bool] = lambda _: True
) -> Asker:
    return Asker(lambda: bundle, lambda: Worklist(worklist), shows, threads=1, backend="onnxruntime")
