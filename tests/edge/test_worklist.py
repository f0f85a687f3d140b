"""The worklist: what was committed is there, for whom it was judged, whatever happens to the disk."""

from __future__ import annotations

import dataclasses
import gc
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge import worklist as worklist_module
from lightbox_edge import worklist_tables
from lightbox_edge.errors import LightboxError
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import DescriptorScore, FindingScore, Outcome, Result, Triage
from lightbox_edge.worklist import FileResults, Judge, Worklist
from lightbox_edge.worklist_tables import MIGRATIONS
from tests.reviewed_films import write_as_before

JUDGE = Judge("j1", "chest-open", "int8", ("effusion", "opacity"))
OTHER = Judge("j2", "chest-open", "int8", ("opacity", "mass"))
SHA = "a" * 64


def source(name: str = "1.png", *members: str, size: int = 10, modified: int = 5) -> Source:
    shown = "/".join([f"films/{name}", *members])
    return Source(shown, f"/films/{name}", members, size, modified)


def outcome(triage: Triage = "flagged") -> Outcome:
    return Outcome("not judged" if triage == "not judged" else "judged", triage)


def one_row(
    name: str = "1.png", triage: Triage = "flagged", sha256: str | None = SHA, **changes: int
) -> FileResults:
    where = source(name, **changes)
    return FileResults(where, sha256, (Result(where.path, None, sha256, outcome(triage)),))


@pytest.fixture
def worklist(tmp_path: Path) -> Worklist:
    made = Worklist(tmp_path / "t.worklist")
    made.add_judge(JUDGE)
    made.add_judge(OTHER)
    return made


def test_rows_survive_reopening(worklist: Worklist) -> None:
    files = [one_row("1.png"), one_row("2.png", "not flagged", "b" * 64)]
    worklist.commit(JUDGE, files)
    worklist.close()
    with Worklist(worklist.path) as again:
        assert list(again.results()) == [file.results[0] for file in files]
        assert again.known(JUDGE, files[1].source) == files[1].results
        assert again.finding_names() == ("effusion", "opacity", "mass")


def test_rows_are_there_for_another_reader_at_once(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row()])
    with Worklist(worklist.path) as reader:
        assert [row.path for row in reader.results()] == ["films/1.png"]


@pytest.mark.parametrize(
    ("judge", "changed"),
    [
        (OTHER, source()),
        (JUDGE, source(size=11)),
        (JUDGE, source(modified=6)),
        (JUDGE, source("2.png")),
        (JUDGE, source("1.png", "inner.dcm")),
    ],
    ids=["judge", "bytes", "mtime", "place", "member"],
)
def test_known_is_only_the_same_file_for_the_same_judge(
    worklist: Worklist, judge: Judge, changed: Source
) -> None:
    worklist.commit(JUDGE, [one_row()])
    assert worklist.known(JUDGE, source()) == one_row().results
    assert worklist.known(judge, changed) == ()


def test_a_file_that_could_not_be_read_is_tried_again(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row(sha256=None)])
    assert worklist.known(JUDGE, source()) == ()
    assert [row.sha256 for row in worklist.results()] == [None]


def test_a_changed_file_replaces_its_rows(worklist: Worklist) -> None:
    where = source("film.dcm")
    frames = tuple(Result(where.path, number, SHA, outcome()) for number in (1, 2, 3))
    worklist.commit(JUDGE, [FileResults(where, SHA, frames)])
    changed = one_row("film.dcm", "uncertain", "c" * 64, modified=9)
    worklist.commit(JUDGE, [changed])
    assert list(worklist.results()) == list(changed.results)
    assert worklist.known(JUDGE, where) == ()
    assert worklist.known(JUDGE, changed.source) == changed.results


def test_another_judge_adds_rows_and_replaces_none(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row()])
    worklist.commit(OTHER, [one_row(triage="not flagged")])
    assert [row.outcome.triage for row in worklist.results()] == ["flagged", "not flagged"]


def test_the_members_of_a_zip_are_files_of_their_own(worklist: Worklist) -> None:
    for member in ("a.dcm", "b.dcm", "a.dcm"):
        where = source("cd.zip", member)
        worklist.commit(JUDGE, [FileResults(where, SHA, (Result(where.path, None, SHA, outcome()),))])
    assert [row.path for row in worklist.results()] == ["films/cd.zip/a.dcm", "films/cd.zip/b.dcm"]


def test_same_content_gives_every_frame_of_the_first_file(worklist: Worklist) -> None:
    for name in ("second.dcm", "first.dcm"):
        where = source(name)
        frames = tuple(Result(where.path, number, SHA, outcome()) for number in (2, 1))
        worklist.commit(JUDGE, [FileResults(where, SHA, frames)])
    rows = worklist.same_content(JUDGE, SHA)
    assert [row.path for row in rows] == ["films/second.dcm#1", "films/second.dcm#2"]
    assert worklist.same_content(OTHER, SHA) == ()
    assert worklist.same_content(JUDGE, "d" * 64) == ()


def test_results_are_in_order_of_urgency_then_path_then_frame(worklist: Worklist) -> None:
    where = source("b.dcm")
    frames = tuple(Result(where.path, number, SHA, outcome("uncertain")) for number in (10, 9))
    worklist.commit(
        JUDGE,
        [
            one_row("a.png", "not flagged"),
            one_row("d.png", "not judged"),
            FileResults(where, SHA, frames),
            one_row("c.png", "flagged"),
            one_row("a1.png", "flagged"),
        ],
    )
    assert [(row.outcome.triage, row.path.removeprefix("films/")) for row in worklist.results()] == [
        ("flagged", "a1.png"),
        ("flagged", "c.png"),
        ("uncertain", "b.dcm#9"),
        ("uncertain", "b.dcm#10"),
        ("not judged", "d.png"),
        ("not flagged", "a.png"),
    ]


def test_judged_rows_are_the_results_each_with_its_judge(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row("a.png", "not flagged"), one_row("b.png")])
    worklist.commit(OTHER, [one_row("a.png", "uncertain")])
    judged = list(worklist.judged())
    assert [result for _, result in judged] == list(worklist.results())
    assert [judge for judge, _ in judged] == [JUDGE, OTHER, JUDGE]


def test_a_judge_that_an_older_lightbox_wrote_learns_its_version(worklist: Worklist) -> None:
    known = Judge(JUDGE.id, JUDGE.bundle, JUDGE.precision, JUDGE.findings, "1.0", "c1")
    worklist.commit(JUDGE, [one_row()])
    worklist.add_judge(known)
    worklist.add_judge(JUDGE)
    assert [judge for judge, _ in worklist.judged()] == [known]


def test_a_judge_is_added_once(worklist: Worklist) -> None:
    worklist.add_judge(JUDGE)
    with closing(sqlite3.connect(worklist.path)) as connection:
        rows = connection.execute("SELECT id, bundle, precision, findings FROM judge ORDER BY rowid")
        assert rows.fetchall() == [
            ("j1", "chest-open", "int8", '["effusion","opacity"]'),
            ("j2", "chest-open", "int8", '["opacity","mass"]'),
        ]


def test_rows_without_their_judge_or_half_a_batch_are_not_kept(worklist: Worklist) -> None:
    twice = one_row()
    broken = FileResults(source("2.png"), SHA, twice.results * 2)  # the same frame twice
    with pytest.raises(LightboxError, match="UNIQUE"):
        worklist.commit(JUDGE, [one_row("3.png"), broken])
    assert list(worklist.results()) == []
    worklist.commit(JUDGE, [twice])
    assert len(list(worklist.results())) == 1


def test_commits_are_synchronous_and_write_ahead_logged(worklist: Worklist) -> None:
    ask = worklist._connection.execute
    assert ask("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ask("PRAGMA synchronous").fetchone() == (2,)  # FULL: the log is flushed at every commit
    assert ask("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_what_lists_are_filtered_by_is_the_same_in_an_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The migration reads out of the outcomes what a commit writes beside them."""
    scores = (
        FindingScore("effusion", 0.9, 0.5, True),
        FindingScore("mass", 0.1, 0.5, False),
        FindingScore("opacité", 0.8, 0.5, True),
    )
    outcomes = [
        Outcome(
            "judged", "flagged", ("It was inverted (inverted_corrected).",), scores, header=Header("P 7")
        ),
        Outcome("not judged", "not judged", ("It is dark (3 of 9) (underexposed).", "It is old.")),
        Outcome("judged", "not flagged"),
    ]
    files = []
    for number, one in enumerate(outcomes):
        where = source(f"{number}.png")
        files.append(FileResults(where, f"{number}" * 64, (Result(where.path, None, f"{number}" * 64, one),)))
    with monkeypatch.context() as older:
        older.setattr(worklist_tables, "MIGRATIONS", MIGRATIONS[:3])
        with Worklist(tmp_path / "old") as old, old.writing() as connection:
            connection.execute(
                "INSERT INTO judge (id, bundle, precision, findings) VALUES ('j1', 'b', 'int8', '[]')"
            )
            for file in files:
                write_as_before(connection, JUDGE.id, file)
            damaged = dataclasses.replace(files[2], source=source("damaged.png"))
            write_as_before(connection, JUDGE.id, damaged)
            connection.execute("UPDATE picture SET outcome = '{' WHERE location LIKE '%damaged.png'")
    ask = "SELECT patient, flagged_for, reasons FROM picture ORDER BY location LIMIT 3"
    with Worklist(tmp_path / "old") as old, Worklist(tmp_path / "new") as new:
        new.add_judge(JUDGE)
        new.commit(JUDGE, files)
        told = new._connection.execute(ask).fetchall()
        assert old._connection.execute(ask).fetchall() == told
    assert told[0] == ("P 7", "\neffusion\nopacité\n", "It was inverted (inverted_corrected).")


def test_the_order_of_urgency_is_read_from_an_index(worklist: Worklist) -> None:
    order = worklist_module._URGENCY
    for asked in (
        f"rowid FROM picture {order}",
        f"judge, {worklist_module._RANKED} {order}",
        f"{worklist_module.URGENCY}, count(*) FROM picture GROUP BY 1",
    ):
        plan = [row[3] for row in worklist._connection.execute(f"EXPLAIN QUERY PLAN SELECT {asked}")]
        assert "INDEX picture_urgency" in plan[0], plan
        assert not any("TEMP B-TREE" in step for step in plan)


def test_a_file_of_a_newer_lightbox_is_left_alone(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row()])
    worklist._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    worklist.close()
    before = Path(worklist.path).read_bytes()
    with pytest.raises(LightboxError) as caught:
        Worklist(worklist.path)
    assert str(caught.value) == (
        f"The worklist {worklist.path} was written by a newer Lightbox: update this one, or name another."
    )
    assert Path(worklist.path).read_bytes() == before


def test_a_version_that_no_lightbox_writes_is_a_sentence(tmp_path: Path) -> None:
    """One bit of the file's header; it was an error of ours."""
    path = tmp_path / "t.worklist"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = -3")
        connection.execute("CREATE TABLE t (n)")
    with pytest.raises(LightboxError, match=r"is damaged \(its version is -3\)"):
        Worklist(path)


def test_a_text_file_is_no_worklist_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Patient 7: look again.\n" * 100)
    before = path.read_bytes()
    with pytest.raises(LightboxError, match=r"notes\.txt cannot be used \(file is not a database\): name"):
        Worklist(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", ["nowhere/t.worklist", "."])
def test_a_place_that_cannot_be_a_file_is_a_sentence(tmp_path: Path, place: str) -> None:
    with pytest.raises(LightboxError, match="unable to open database file"):
        Worklist(tmp_path / place)


@pytest.mark.skipif(os.name != "posix", reason="drops privileges")
def test_a_read_only_folder_is_a_sentence(tmp_path: Path) -> None:
    """By SQLite's own read-only mode: the tests may run as root, whom no permission stops."""
    told = """
import sqlite3, sys
real = sqlite3.connect
sqlite3.connect = lambda path, **more: real(path.replace("mode=rw", "mode=ro"), **more)
from lightbox_edge import LightboxError, Worklist
try:
    Worklist(sys.argv[1])
except LightboxError as error:
    print(error)
"""
    path = tmp_path / "empty.worklist"
    path.write_bytes(b"")
    assert "attempt to write a readonly database): name another with --worklist" in python(told, path)


def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    """The limit on the size of files ends the disk in the middle of a batch."""
    told = """
import resource, sys
from lightbox_edge import LightboxError, Outcome, Result, Worklist
from lightbox_edge.reading import Source
from lightbox_edge.worklist import FileResults, Judge
from lightbox_edge.worklist_tables import MIGRATIONS
judge = Judge("j", "b", "int8", ())
def batch(number):
    for index in range(20):
        name = f"{number}-{index}.png"
        row = Result(name, None, "a" * 64, Outcome("judged", "flagged", ("x" * 2000,)))
        yield FileResults(Source(name, name, (), 1, 1), row.sha256, (row,))
with Worklist(sys.argv[1]) as worklist:
    worklist.add_judge(judge)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    committed = 0
    try:
        for number in range(100):
            worklist.commit(judge, batch(number))
            committed += 1
    except LightboxError as error:
        print(committed, len(list(worklist.results())), error, sep="|")
"""
    path = tmp_path / "full.worklist"
    committed, readable, sentence = python(told, path).split("|")
    assert 0 < int(committed) < 100
    assert int(readable) == 20 * int(committed)
    assert sentence.startswith(f"The worklist {path} cannot be used (")
    assert sentence.endswith("on a disk that can be written and has room.\n")
    with Worklist(path) as again:
        assert len(list(again.results())) == 20 * int(committed)


def test_a_file_full_to_its_last_page_takes_up_again(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row()])
    (pages,) = worklist._connection.execute("PRAGMA page_count").fetchone()
    worklist._connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [one_row(f"{'x' * 500}{number}.png") for number in range(50)]
    with pytest.raises(LightboxError, match="database or disk is full"):
        worklist.commit(JUDGE, many)
    assert [row.path for row in worklist.results()] == ["films/1.png"]
    worklist._connection.execute("PRAGMA max_page_count = 100000")
    worklist.commit(JUDGE, many)
    assert len(list(worklist.results())) == 51


def test_a_damaged_row_is_a_sentence(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row()])
    worklist._connection.execute("UPDATE picture SET outcome = '{\"status\"'")
    with pytest.raises(LightboxError, match="cannot be used"):
        list(worklist.results())
    with pytest.raises(LightboxError, match="cannot be used"):
        worklist.known(JUDGE, source())


def test_two_connections_write_in_turn(worklist: Worklist) -> None:
    def write(name: str) -> None:
        with Worklist(worklist.path) as own:
            for number in range(20):
                own.commit(JUDGE, [one_row(f"{name}{number}.png")])

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = sorted(f"films/{name}{number}.png" for name in "ab" for number in range(20))
    assert sorted(row.path for row in worklist.results()) == expected


def test_two_that_open_a_new_file_at_once_both_can(tmp_path: Path) -> None:
    failures: list[Exception] = []
    for attempt in range(10):
        start = threading.Barrier(4)

        def opened(path: Path, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                Worklist(path).close()
            except LightboxError as error:
                failures.append(error)

        threads = [threading.Thread(target=opened, args=(tmp_path / f"{attempt}",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_reader_sees_the_state_from_before_a_commit(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [one_row(f"{number}.png") for number in range(3)])
    with Worklist(worklist.path) as reader:
        rows = reader.results()
        first = next(rows)
        worklist.commit(JUDGE, [one_row("9.png")])
        assert len([first, *rows]) == 3


_text = st.text(max_size=20)
_number = st.floats(allow_nan=False, allow_infinity=False)
_share = st.floats(0, 1)
_score = st.builds(
    FindingScore, _text, _share, _share, st.booleans(), st.booleans(),
    st.lists(st.builds(DescriptorScore, _text, _share), max_size=2).map(tuple),
)  # fmt: skip
_outcome = st.builds(
    Outcome,
    st.sampled_from(["judged", "not judged", "unreadable"]),
    st.sampled_from(["flagged", "uncertain", "not flagged", "not judged"]),
    st.lists(_text, max_size=2).map(tuple),
    st.lists(_score, max_size=2).map(tuple),
    st.none() | _text,
    st.builds(Header, _text, _text, _text, _text, _text, _text),
    _number,
)
_result = st.builds(
    Result,
    _text,
    st.none() | st.integers(1, 10**6),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    _outcome,
)


@settings(deadline=None)
@given(_result, _text, st.lists(_text, max_size=2).map(tuple), st.integers(0, 2**62), st.integers(0, 2**62))
def test_any_result_comes_back_as_it_was(
    result: Result, location: str, members: tuple[str, ...], size: int, modified: int
) -> None:
    where = Source(result.file, location, members, size, modified)
    with Worklist(":memory:") as worklist:
        worklist.add_judge(JUDGE)
        worklist.commit(JUDGE, [FileResults(where, result.sha256, (result,))])
        assert list(worklist.results()) == [result]
        assert worklist.known(JUDGE, where) == (result,)
        assert worklist.same_content(JUDGE, str(result.sha256)) == (result,)


def python(program: str, path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_reading_that_was_left_in_the_middle_says_nothing_when_it_goes(worklist: Worklist) -> None:
    """As of a report whose disk is full: its rows are dropped after the worklist was closed."""
    worklist.commit(JUDGE, [one_row()])
    rows = worklist.judged()
    next(rows)
    worklist.close()
    del rows
    gc.collect()
