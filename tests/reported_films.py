"""A small worklist to report: films of the repository with made outcomes, and what people decided on them."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

import msgspec

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.decisions import Answer, Decision, DecisionLog
from lightbox_edge.decisions.records import Kind, MachineView
from lightbox_edge.manifest import Result as Measured
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import AnomalyRank, FindingScore, Outcome, Result
from lightbox_edge.worklist import FileResults, Judge, Worklist

SAMPLES = Path(__file__).parents[1] / "samples"
FINDINGS = ("pleural effusion", "lung opacity")
JUDGE = Judge("j1", "small", "int8", FINDINGS, "1", "c1")
OLDER = Judge("j0", "other", "fp32", FINDINGS)
FILMS = ("film-01-normal.jpg", "film-03-effusion.jpg", "film-07-monochrome2.dcm", "film-05-8-bit.png")
LATERAL = "It looks like a lateral view; screen the frontal film of the patient (lateral)."


def scores(*probabilities: float) -> tuple[FindingScore, ...]:
    return tuple(
        FindingScore(name, probability, 0.4, probability >= 0.4, validated=name != "lung opacity")
        for name, probability in zip(FINDINGS, probabilities, strict=True)
    )


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def put(
    worklist: Worklist, file: Path, outcome: Outcome, judge: Judge = JUDGE, path: str = "", member: str = ""
) -> Result:
    """One row; its file lies where it lies, or is gone."""
    content = zipfile.ZipFile(file).read(member) if member else file.read_bytes() if file.exists() else b""
    digest = hashlib.sha256(content).hexdigest() if content else None
    members = (member,) if member else ()
    row = Result(path or f"films/{member or file.name}", None, digest, outcome)
    worklist.commit(
        judge, [FileResults(Source(row.file, os.fspath(file), members, len(content), 1), digest, (row,))]
    )
    return row


def make(folder: Path) -> Worklist:
    """Two flagged films of one patient, one uncertain, one not judged, one not flagged, one unreadable."""
    films = folder / "films"
    films.mkdir()
    for name in (*FILMS, "two-films.zip"):
        shutil.copy(SAMPLES / name, films / name)
    worklist = Worklist(folder / "clinic.worklist")
    for judge in (OLDER, JUDGE):
        worklist.add_judge(judge)
    patient = Header("P-1", "063Y", "F", "20240131", "DX", "PA")
    normal, effusion, dicom, gray = (films / name for name in FILMS)
    put(worklist, effusion, Outcome("judged", "flagged", (), scores(0.83, 0.1), "PA", patient))
    put(worklist, dicom, Outcome("judged", "flagged", (), scores(0.5, 0.61), "AP", patient))
    put(worklist, normal, Outcome("judged", "uncertain", (), scores(0.39, 0.2), header=Header("p-1")))
    put(worklist, gray, Outcome("not judged", "not judged", (LATERAL,)))
    member = "two-films/film-1.jpg"
    put(
        worklist,
        films / "two-films.zip",
        Outcome("judged", "not flagged", (), scores(0.1, 0.05)),
        member=member,
    )
    broken = Outcome(
        "unreadable", "not judged", ("The file is empty: copy it again from where it came from.",)
    )
    put(worklist, films / "broken.dcm", broken, OLDER)
    worklist.rank(JUDGE, {(sha256(effusion), 0): AnomalyRank(1, 60)})
    return worklist


def decide(
    worklist: Worklist, sha: str, reader: str, answer: Answer, kind: Kind = "decision", **more: object
) -> None:
    """One more entry in the log, at a time that says its number."""
    view = MachineView(JUDGE.id, JUDGE.bundle, JUDGE.version, JUDGE.precision, JUDGE.calibration, "flagged")
    DecisionLog(worklist).append(
        lambda _, number: msgspec.convert(
            {
                "number": number, "at": f"2026-11-22T10:{number:02}:00+00:00", "reader": reader,
                "sha256": sha, "frame": 0, "kind": kind, "answer": answer,
                "machine": msgspec.to_builtins(view), "entry": "decision",
            } | more,
            Decision,
        )
    )  # fmt: skip


def decided(worklist: Worklist) -> None:
    """A dispute that was arbitrated, a blind reading, and one on the view of an older machine."""
    effusion, dicom = (sha256(SAMPLES / name) for name in FILMS[1:3])
    decide(worklist, effusion, "Amina Yusuf", "agree", note="Compare with the film of 2024.")
    decide(worklist, effusion, "Björn", "disagree", "second reading", blind=True)
    decide(
        worklist, effusion, "Chen", "something seen", "arbitration", seen=["pleural effusion", "rib fracture"]
    )
    older = MachineView(OLDER.id, OLDER.bundle, "", OLDER.precision, "", "uncertain")
    decide(worklist, dicom, "Amina Yusuf", "refer", machine=msgspec.to_builtins(older))


def measured_bundle(folder: Path) -> Bundle:
    """The small bundle with limits and a measured figure; it holds no model."""
    bundle = open_bundle(folder)
    result = Measured("pleural effusion", "made test", "d", 24, 12, 0.8, (0.7, 0.9), 0.75, 0.5)
    rung = msgspec.structs.replace(bundle.rung("int8"), results=(result,))
    manifest = msgspec.structs.replace(
        bundle.manifest,
        intended_use="Sorts made films. It is no diagnosis.",
        limits=("It was never tested on <real> films.", "Adults only."),
        ladder={"int8": rung},
    )
    return Bundle(bundle.folder, manifest, bundle.identity)
