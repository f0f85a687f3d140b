"""Anomaly ranks in the worklist: a column of their own, durable, and no part of any probability or triage."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge import ranking
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.patches import pack
from lightbox_edge.ranking import rank_films
from lightbox_edge.reading import Source
from lightbox_edge.reporting.csv_table import write_csv
from lightbox_edge.results import AnomalyRank, Outcome, Result
from lightbox_edge.screener import Screener
from lightbox_edge.worklist import FileResults, Judge, Worklist
from lightbox_edge.worklist_tables import MIGRATIONS
from tests.tiny import write_bundle, write_films

Film = Callable[[int], NDArray[np.uint8]]
JUDGE = Judge("j1", "chest-open", "int8", ("effusion",))


def row(number: int, patches: bytes | None = None, content: int | None = None) -> FileResults:
    """Film ``number``, judged, with patches of noise about what all films share."""
    sha256 = f"{number if content is None else content:064x}"
    if patches is None:
        chance = np.random.default_rng(number)
        common = np.random.default_rng(0).normal(size=(9, 64))
        patches = pack((common + 0.3 * chance.normal(size=(9, 64))).astype(np.float32))
    where = Source(f"films/{number:03}.png", f"/films/{number:03}.png", (), 1, 1)
    outcome = Outcome("judged", "not flagged")
    return FileResults(where, sha256, (Result(where.path, None, sha256, outcome),), (patches,))


def strange(number: int) -> FileResults:
    return row(number, pack(np.random.default_rng(99).normal(size=(9, 64)).astype(np.float32)))


@pytest.fixture
def worklist(tmp_path: Path) -> Worklist:
    made = Worklist(tmp_path / "t.worklist")
    made.add_judge(JUDGE)
    return made


def fill(worklist: Worklist, files: Iterable[FileResults]) -> None:
    worklist.commit(JUDGE, files)
    rank_films(worklist, JUDGE)


def column(worklist: Worklist) -> dict[str, AnomalyRank | None]:
    return {result.path: result.anomaly for result in worklist.results()}


def test_fifty_films_are_ranked_and_forty_nine_are_not(worklist: Worklist) -> None:
    fill(worklist, [*map(row, range(48)), strange(48)])
    assert set(column(worklist).values()) == {None}
    assert not worklist.is_ranked()
    assert worklist.strangest(JUDGE, 5) == ()
    fill(worklist, [row(49)])
    ranked = column(worklist)
    assert ranked["films/048.png"] == AnomalyRank(1, 50)
    assert sorted(one.rank for one in ranked.values() if one) == list(range(1, 51))
    first, second = worklist.strangest(JUDGE, 2)
    assert (first.path, second.anomaly) == ("films/048.png", AnomalyRank(2, 50))


def test_copies_are_one_film_and_share_its_rank(worklist: Worklist) -> None:
    fill(worklist, [*map(row, range(49)), strange(49), row(70, b"", content=49)])
    ranked = column(worklist)
    assert ranked["films/070.png"] == ranked["films/049.png"] == AnomalyRank(1, 50)
    assert [one.path for one in worklist.strangest(JUDGE, 1)] == ["films/049.png"]


def test_what_a_changed_file_was_is_no_longer_ranked(worklist: Worklist) -> None:
    fill(worklist, [*map(row, range(50)), strange(50)])
    fill(worklist, [row(50, content=60)])
    assert len(worklist.films(JUDGE)) == 51
    ranked = column(worklist)
    assert sorted(one.rank for one in ranked.values() if one) == list(range(1, 52))
    worklist.commit(JUDGE, [row(50, content=49)])  # a copy of another, so that one film is gone
    assert len(worklist.films(JUDGE)) == 50
    assert (f"{60:064x}", 0) not in worklist.films(JUDGE)


def test_nothing_is_ranked_twice(worklist: Worklist, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(worklist, map(row, range(50)))
    before = column(worklist)
    monkeypatch.setattr(ranking, "anomaly_scores", lambda *_: pytest.fail("it ranks again"))
    rank_films(worklist, JUDGE)
    assert column(worklist) == before


def test_another_judge_has_films_of_its_own(worklist: Worklist) -> None:
    other = Judge("j2", "chest-open", "fp32", ("effusion",))
    worklist.add_judge(other)
    worklist.commit(other, map(row, range(20)))
    fill(worklist, map(row, range(50)))
    assert len(worklist.films(other)) == 20
    assert len([one for one in worklist.results() if one.anomaly is None]) == 20


def test_a_ranking_that_is_cut_off_leaves_the_ranks_of_before(
    worklist: Worklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(worklist, map(row, range(50)))
    before = column(worklist)
    worklist.commit(JUDGE, [strange(50)])

    def cut_off(ranks: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ranking, "ranks", cut_off)
        with pytest.raises(KeyboardInterrupt):
            rank_films(worklist, JUDGE)
    worklist.close()
    with Worklist(worklist.path) as again:  # the patches survived, so that the next run only ranks
        assert column(again) == {**before, "films/050.png": None}
        rank_films(again, JUDGE)
        assert column(again)["films/050.png"] == AnomalyRank(1, 51)


def test_ranks_are_written_whole_or_not_at_all(worklist: Worklist) -> None:
    fill(worklist, map(row, range(50)))
    before = column(worklist)
    broken = {key: AnomalyRank(1, 50) for key in worklist.films(JUDGE)} | {("a", 0): "no rank"}
    with pytest.raises(AttributeError):
        worklist.rank(JUDGE, broken)  # type: ignore[arg-type]  # what must fail half way
    assert column(worklist) == before


def test_a_worklist_of_before_is_taken_along(tmp_path: Path) -> None:
    path = tmp_path / "old.worklist"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(MIGRATIONS[0])
        old.execute("INSERT INTO judge (id, bundle, precision, findings) VALUES ('j1', 'b', 'int8', '[]')")
        old.execute(
            "INSERT INTO picture (judge, location, member, frame, path, bytes, modified_ns, sha256, status,"
            " triage, outcome) VALUES ('j1', '/a', '', 0, 'a.png', 1, 1, 'aa', 'judged', 'flagged',"
            ' \'{"status":"judged","triage":"flagged"}\')'
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with Worklist(path) as new:
        assert list(new.results()) == [Result("a.png", None, "aa", Outcome("judged", "flagged"))]
        fill(new, map(row, range(50)))
        assert column(new)["a.png"] is None
        assert len(new.films(JUDGE)) == 50


def test_a_report_has_the_columns_once_there_are_ranks(worklist: Worklist) -> None:
    def lines() -> list[list[str]]:
        table = io.StringIO()
        write_csv(worklist, table)
        return [line.split(",") for line in table.getvalue().splitlines()]

    fill(worklist, map(row, range(49)))
    assert lines()[0][-2:] == ["decided_at", "effusion"]
    fill(worklist, [strange(49)])
    header, *rows = lines()
    assert header[-4:] == ["decided_at", "anomaly_rank", "anomaly_percentile", "effusion"]
    assert [one[-3:-1] for one in rows if one[0] == "films/049.png"] == [["1", "98.0"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Path:
    """Fifty-one chest films that are all a little different, one of them with a coin on it."""
    folder = tmp_path_factory.mktemp("batch")
    for number in range(51):
        pixels = film(number)
        if number == 20:
            down, across = np.ogrid[:256, :256]
            pixels = np.where((down - 120) ** 2 + (across - 80) ** 2 < 300, 255, pixels).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory, film: Film) -> dict[bool, Bundle]:
    """The same tiny bundle with patch_features and without."""
    place = tmp_path_factory.mktemp("bundles")
    films = write_films(place / "films", film, 16)
    return {
        patches: write_bundle(place / str(patches), films, segmenter=False, patches=patches)
        for patches in (True, False)
    }


def screened(bundle: Bundle, worklist: Path, folder: Path) -> tuple[list[Result], list[Result]]:
    """What a run says, and what the worklist says after it."""
    with Worklist(worklist) as kept, Screener(bundle, kept, threads=1, backend="onnxruntime") as screener:
        told = list(screener.screen([folder]))
        return told, list(kept.results())


def test_screening_ranks_a_batch_and_changes_no_outcome(
    bundles: dict[bool, Bundle], folder: Path, tmp_path: Path
) -> None:
    told, kept = screened(bundles[True], tmp_path / "with", folder)
    _, plain = screened(bundles[False], tmp_path / "without", folder)
    judged = [one for one in kept if one.outcome.status == "judged"]
    assert len(judged) >= 50
    assert sorted(one.anomaly.rank for one in judged if one.anomaly) == list(range(1, len(judged) + 1))
    assert {one.anomaly for one in plain} == {None} == {one.anomaly for one in told}
    for ours, theirs in zip(kept, plain, strict=True):
        assert (ours.path, ours.outcome.triage) == (theirs.path, theirs.outcome.triage)
        assert ours.outcome.findings == theirs.outcome.findings
        assert b"anomaly" not in ours.json()


def test_a_run_that_was_cut_off_ends_with_the_same_ranks(
    bundles: dict[bool, Bundle], folder: Path, tmp_path: Path
) -> None:
    _, whole = screened(bundles[True], tmp_path / "whole", folder)
    with (
        Worklist(tmp_path / "cut") as kept,
        Screener(bundles[True], kept, threads=1, backend="onnxruntime") as screener,
    ):
        results = screener.screen([folder])
        for _ in range(20):
            next(results)
        results.close()  # type: ignore[attr-defined]  # it is a generator
        assert not kept.is_ranked()
    _, again = screened(bundles[True], tmp_path / "cut", folder)
    assert [(one.path, one.anomaly) for one in again] == [(one.path, one.anomaly) for one in whole]


def test_a_worklist_that_cannot_be_read_is_one_sentence(worklist: Worklist) -> None:
    worklist._connection.execute("DROP TABLE film")
    with pytest.raises(LightboxError, match=r"^The worklist .* cannot be used \(no such table: film\): name"):
        rank_films(worklist, JUDGE)
