"""A worklist whose films carry their patient everywhere, ready to be referred."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from lightbox_edge import Outcome, Result, Worklist
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source, find_sources, read_bytes
from lightbox_edge.results import FindingScore
from lightbox_edge.worklist import FileResults, Judge
from tests.edge.referring.planted import GIVEN, NAME, NUMBER, PATIENT, film, written

JUDGE = Judge("j1", "chest-open", "int8", ("effusion", "mass"), "1.0", "c1")
CHILD = "Its header says that the patient is a child (063Y), and this bundle knows adults alone (child)."


def make_films(folder: Path) -> None:
    """Four files whose names are the patient's: DICOM, JPEG, a TIFF of two pages, and a PNG inside a zip."""
    patient = {"PatientName": f"{NAME}^{GIVEN}", "PatientID": str(NUMBER), "BurnedInAnnotation": "NO"}
    (folder / f"{NAME}.dcm").write_bytes(written(film(**patient)))
    gray = Image.fromarray(np.add.outer(np.arange(60), np.arange(50)).astype(np.uint8))
    gray.save(folder / f"{NAME} {GIVEN}.jpg", comment=PATIENT)
    pages = [Image.fromarray(np.full((30, 30), 99 * number, np.uint16)) for number in (1, 2)]
    pages[0].save(folder / f"{NUMBER}.tif", save_all=True, append_images=pages[1:])
    out = io.BytesIO()
    gray.rotate(90).save(out, "PNG")
    with zipfile.ZipFile(folder / f"{NAME}.zip", "w") as archive:
        archive.writestr(f"{GIVEN}/{NAME}.png", out.getvalue())


def screened(folder: Path, worklist: Worklist) -> None:
    """Rows for everything in a folder as screening would commit them; all but the TIFF are flagged."""
    worklist.add_judge(JUDGE)
    for source in find_sources([str(folder)]):
        assert isinstance(source, Source)
        sha256 = hashlib.sha256(read_bytes(source)).hexdigest()
        frames = (1, 2) if source.path.endswith(".tif") else (None,)
        outcome = _outcome(flagged=frames == (None,))
        rows = tuple(Result(source.path, frame, sha256, outcome) for frame in frames)
        worklist.commit(JUDGE, [FileResults(source, sha256, rows)])


def _outcome(*, flagged: bool) -> Outcome:
    scores = (FindingScore("effusion", 0.9 if flagged else 0.1, 0.5, flagged),)
    header = Header(PatientID=str(NUMBER), PatientAge="063Y")
    return Outcome("judged", "flagged" if flagged else "not flagged", (CHILD,), scores, "PA", header)
