"""Freeze the program with PyInstaller: one folder that needs no Python."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Frozen:
    """The frozen program's folder, and every file of this machine that went into it."""

    program: Path
    sources: tuple[Path, ...]


def freeze(out: Path, work: Path) -> Frozen:
    """Freeze with the Python that runs this, which must have Lightbox and its extra ``kit``.

    Raises:
        subprocess.CalledProcessError: PyInstaller failed; it said why.
    """
    options = ["--noconfirm", "--clean", "--log-level", "WARN"]
    places = ["--distpath", str(out), "--workpath", str(work)]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", *options, *places, str(HERE / "lightbox.spec")],
        check=True,
        stdout=sys.stderr,
    )
    (listed,) = work.rglob("sources.txt")
    return Frozen(out / PROGRAM, tuple(Path(line) for line in listed.read_text("utf-8").splitlines()))
