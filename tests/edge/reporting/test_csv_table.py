"""Reports: the bytes of a small one, and what a spreadsheet must not take for a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge.decisions import Answer, Decision, DecisionLog
from lightbox_edge.decisions.records import Kind, MachineView
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.reporting.csv_table import write_csv
from lightbox_edge.results import FindingScore, Outcome, Result
from lightbox_edge.worklist import FileResults, Judge, Worklist

GOLDEN = Path(__file__).parents[1] / "golden" / "report.csv"
FINDINGS = ("effusion", "lung opacity")


def commit(worklist: Worklist, judge: Judge, *results: Result) -> None:
    worklist.add_judge(judge)
    for number, result in enumerate(results):
        where = Source(result.file, f"/{result.file}", (), 1, number)
        worklist.commit(judge, [FileResults(where, result.sha256, (result,))])


def scores(*probabilities: float) -> tuple[FindingScore, ...]:
    return tuple(
        FindingScore(name, probability, 0.5, probability >= 0.5)
        for name, probability in zip(FINDINGS, probabilities, strict=False)
    )


@pytest.fixture
def worklist(tmp_path: Path) -> Worklist:
    """A row of every status, two judges, a frame, and a patient whose name would be a formula."""
    made = Worklist(tmp_path / "t.worklist")
    patient = Header("=HYPERLINK(1)", "063Y", "F", "20240131", "DX", "PA")
    seen = scores(0.5, 0.98765)
    unlike = ("It does not look like a frontal chest X-ray.",)
    commit(
        made,
        Judge("one", "b", "int8", FINDINGS),
        Result("films/b.dcm", 2, "b" * 64, Outcome("judged", "flagged", (), seen, "PA", patient)),
        Result("films/a.png", None, "a" * 64, Outcome("judged", "not flagged", (), scores(0.1, 0.0))),
        Result('-films/ünïcode, "quoted".png', None, "c" * 64, Outcome("not judged", "not judged", unlike)),
        Result("films/broken.dcm", None, None, Outcome("unreadable", "not judged", ("It is cut.", "No."))),
    )
    mass = (FindingScore("mass", 0.75, 0.7, True, validated=False),)
    commit(
        made,
        Judge("two", "b", "int8", ("mass", "effusion")),
        Result("films/b.dcm", None, "b" * 64, Outcome("judged", "flagged", (), mass)),
    )
    return made


def report(worklist: Worklist) -> str:
    table = io.StringIO()
    rows = write_csv(worklist, table)
    assert rows == len(list(worklist.results()))
    return table.getvalue()


def test_the_bytes_of_a_report(worklist: Worklist) -> None:
    assert report(worklist).encode() == GOLDEN.read_bytes()


def test_a_report_is_the_same_twice(worklist: Worklist) -> None:
    first = report(worklist)
    worklist.close()
    with Worklist(worklist.path) as again:
        assert report(again) == first


def test_an_empty_worklist_is_a_header() -> None:
    with Worklist(":memory:") as worklist:
        assert report(worklist) == (
            "path,sha256,status,triage,reasons,view,PatientID,PatientAge,PatientSex,StudyDate,flagged_for,"
            "decision,reader,decided_at\n"
        )


def test_decisions_stand_beside_the_films_they_are_about(worklist: Worklist) -> None:
    """Two readers in one cell, an arbitration alone, a copy of a film as the film, a formula as a text."""
    sha256, frame = "b" * 64, 2
    machine = MachineView("one", "b", "1", "int8", "c", "flagged", ("effusion",))
    said: list[tuple[str, Kind, Answer, tuple[str, ...]]] = [
        ("Amina", "decision", "agree", ()),
        ("=Björn", "second reading", "disagree", ("mass", "effusion")),
    ]

    def decided() -> dict[str, tuple[str, ...]]:
        rows = csv.DictReader(io.StringIO(report(worklist), newline=""))
        return {row["path"]: (row["decision"], row["reader"], row["decided_at"]) for row in rows}

    def append(reader: str, kind: Kind, answer: Answer, seen: tuple[str, ...]) -> None:
        DecisionLog(worklist).append(
            lambda _, number: Decision(
                number=number, at=f"2026-11-2{number}T10:00:00+00:00", reader=reader, sha256=sha256,
                frame=frame, kind=kind, answer=answer, machine=machine, seen=seen,
            )
        )  # fmt: skip

    for one in said:
        append(*one)
    assert decided()["films/b.dcm#2"] == (
        "agree; disagree: mass, effusion",
        "Amina; =Björn",
        "2026-11-21T10:00:00+00:00; 2026-11-22T10:00:00+00:00",
    )
    append("=Björn", "arbitration", "refer", ())
    told = decided()
    assert told.pop("films/b.dcm#2") == ("refer", "'=Björn", "2026-11-23T10:00:00+00:00")
    assert set(told.values()) == {("", "", "")}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    finding = FindingScore(evil, 0.9, 0.5, True)
    outcome = Outcome("judged", "flagged", (evil,), (finding,), evil, Header(evil, evil, evil, evil))
    with Worklist(":memory:") as worklist:
        commit(worklist, Judge("j", "b", "int8", (evil,)), Result(evil, None, "a" * 64, outcome))
        header, row = csv.reader(io.StringIO(report(worklist), newline=""))
    assert header[-1] == f"'{evil}"
    assert [cell for cell in row if evil in cell] == [f"'{evil}"] * 8
    assert row[-1] == "0.9000"


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_comes_back_out_of_a_report(name: str, patient: str) -> None:
    outcome = Outcome("judged", "not flagged", header=Header(patient))
    with Worklist(":memory:") as worklist:
        commit(worklist, Judge("j", "b", "int8", ()), Result(name, None, None, outcome))
        header, row = csv.reader(io.StringIO(report(worklist), newline=""))
    told = dict(zip(header, row, strict=True))
    for text, cell in ((name, told["path"]), (patient, told["PatientID"])):
        assert cell.removeprefix("'") == text.replace("\r", "\\r").removeprefix("'")
