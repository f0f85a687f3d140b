"""Films' features in the worklist: in the transaction of the result, in files of earlier versions too."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge import worklist_tables
from lightbox_edge.errors import LightboxError
from lightbox_edge.features import pack_features, unpack_features
from lightbox_edge.reading import Source
from lightbox_edge.results import Outcome, Result
from lightbox_edge.worklist import FileResults, Judge, Worklist
from lightbox_edge.worklist_tables import MIGRATIONS
from tests.processes import environment

JUDGE = Judge("j1", "chest-open", "int8", ())


def file(number: int, packed: bytes = b"12345678") -> FileResults:
    where = Source(f"{number}.png", f"/films/{number}.png", (), 1, 1)
    result = Result(where.path, None, f"{number:064x}", Outcome("judged", "not flagged"))
    return FileResults(where, result.sha256, (result,), (), (packed,))


def kept(path: object) -> list[tuple[str, bytes]]:
    with closing(sqlite3.connect(str(path))) as connection:
        return connection.execute("SELECT sha256, features FROM film_features ORDER BY rowid").fetchall()


@given(st.integers(1, 40), st.integers(2, 64), st.integers(0, 2**32 - 1))
def test_packed_features_keep_every_cosine(films: int, dimensions: int, seed: int) -> None:
    drawn = np.random.default_rng(seed).normal(size=(films, dimensions)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    packed = [pack_features(one) for one in drawn]
    again = unpack_features(packed)
    assert {len(one) for one in packed} == {2 * dimensions}
    assert again.dtype == np.float32
    assert again @ again.T == pytest.approx(drawn @ drawn.T, abs=1e-3)
    assert np.linalg.norm(again, axis=1) == pytest.approx(np.ones(films), abs=1e-6)


def test_features_are_kept_once_and_only_where_there_are_any(tmp_path: Path) -> None:
    with Worklist(tmp_path / "w") as worklist:
        worklist.add_judge(JUDGE)
        copy = FileResults(Source("c.png", "/c.png", (), 1, 1), file(1).sha256, file(1).results)
        worklist.commit(JUDGE, [file(1), file(2, b""), copy, file(1, b"later")])
    assert kept(tmp_path / "w") == [(f"{1:064x}", b"12345678")]


def test_a_batch_that_fails_leaves_neither_results_nor_features(tmp_path: Path) -> None:
    with Worklist(tmp_path / "w") as worklist:
        worklist.add_judge(JUDGE)
        half = FileResults(file(2).source, file(2).sha256, file(2).results * 2, (), (b"12", b"34"))
        with pytest.raises(LightboxError, match="UNIQUE"):
            worklist.commit(JUDGE, [file(1), half])
        assert list(worklist.results()) == []
    assert kept(tmp_path / "w") == []


def older(path: Path, version: int, monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """A file of an earlier version with one row, which it returns."""
    with monkeypatch.context() as patch:
        patch.setattr(worklist_tables, "MIGRATIONS", MIGRATIONS[:version])
        with Worklist(path) as old, old.writing() as connection:
            connection.execute(
                "INSERT INTO judge (id, bundle, precision, findings) VALUES ('j1', 'b', 'int8', '[]')"
            )
            connection.execute(
                "INSERT INTO picture (judge, location, member, frame, path, bytes, modified_ns, sha256,"
                " status, triage, outcome) VALUES ('j1', '/a.png', '', 0, 'a.png', 1, 1, 'aa', 'judged',"
                ' \'flagged\', \'{"status":"judged","triage":"flagged"}\')'
            )
    return [Result("a.png", None, "aa", Outcome("judged", "flagged"))]


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_file_of_every_earlier_version_opens_and_takes_features(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = older(tmp_path / "w", version, monkeypatch)
    with Worklist(tmp_path / "w") as worklist:
        assert list(worklist.results()) == rows
        assert kept(tmp_path / "w") == []
        worklist.commit(JUDGE, [file(1)])
        assert len(kept(tmp_path / "w")) == 1
        assert len(list(worklist.results())) == 2


def test_a_file_that_is_held_is_not_half_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(MIGRATIONS) - 1
    older(tmp_path / "w", before, monkeypatch)
    with closing(sqlite3.connect(tmp_path / "w", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(LightboxError, match="is held by another program: nothing was written"):
            Worklist(tmp_path / "w", patience=0.05)
        holder.execute("ROLLBACK")
        assert holder.execute("PRAGMA user_version").fetchone() == (before,)
    with Worklist(tmp_path / "w") as worklist:
        worklist.commit(JUDGE, [file(1)])
    assert len(kept(tmp_path / "w")) == 1


WRITER = """
import sys
from tests.edge.test_features import JUDGE, Worklist, file
with Worklist(sys.argv[1]) as worklist:
    worklist.add_judge(JUDGE)
    for number in range(10**6):
        worklist.commit(JUDGE, [file(number)])
        print(number, flush=True)
"""


def test_killed_at_any_moment_no_result_is_without_its_features(tmp_path: Path) -> None:
    for turn, seconds in enumerate((0.0, 0.004, 0.02)):
        path = tmp_path / f"{turn}"
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        told = [int(process.stdout.readline()) for _ in range(3)]
        time.sleep(seconds)
        process.kill()
        rest, _ = process.communicate()
        told += [int(line) for line in rest.split("\n")[:-1]]
        with Worklist(path) as worklist:
            films = sorted(str(one.sha256) for one in worklist.results())
        assert films == sorted(sha256 for sha256, _ in kept(path))
        assert len(told) <= len(films) <= len(told) + 1
        assert set(films) >= {f"{number:064x}" for number in told}
