"""Films on their way to the receiver: in every encoding that DCMTK writes or a sample has, and a sender."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.film_files import PYDICOM_DATA
from tests.reported_films import SAMPLES

FILM = SAMPLES / "film-07-monochrome2.dcm"
CALLER, TITLE = "XRAY1", "LIGHTBOX"

# DCMTK's option of storescu that proposes an encoding, and the call that writes a film in it.
ENCODERS: dict[str, tuple[str, ...]] = {
    "-xs": ("dcmcjpeg", "+e1"),
    "-xy": ("dcmcjpeg", "+eb"),
    "-xx": ("dcmcjpeg", "+ee"),
    "-xt": ("dcmcjpls", "+el"),
    "-xu": ("dcmcjpls", "+en", "+md", "2"),
    "-xr": ("dcmcrle",),
}
READY: dict[str, Path] = {
    "-xe": FILM,
    "-xi": FILM,
    "-xb": FILM,
    "-xd": FILM,
    "-xv": SAMPLES / "film-09-jpeg-2000.dcm",
    "-xw": PYDICOM_DATA / "RG1_J2KI.dcm",
}


def dcmtk(name: str) -> str | None:
    """DCMTK's own program; pynetdicom brings others of the same names beside Python."""
    return shutil.which(name, path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")


def encoded(option: str, folder: Path) -> Path:
    """A film in the encoding that an option of storescu proposes."""
    if option in READY:
        return READY[option]
    program, *how = ENCODERS[option]
    made = folder / f"film{option}.dcm"
    subprocess.run([dcmtk(program) or program, *how, str(FILM), str(made)], check=True)
    return made


def send(port: int, *files: Path, option: str = "-xe", caller: str = CALLER, title: str = TITLE) -> int:
    """Send films by DCMTK's storescu, in one association; its exit code."""
    call = [
        dcmtk("storescu") or "storescu",
        "-R",
        option,
        "-aet",
        caller,
        "-aec",
        title,
        "127.0.0.1",
        str(port),
    ]
    return subprocess.run([*call, *map(str, files)], capture_output=True, check=False, timeout=60).returncode
