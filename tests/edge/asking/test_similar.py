"""Films that are alike: whose features, which are left out, and what a reader may see of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge import LightboxError, Outcome, Result, Review, Worklist
from lightbox_edge.asking import SimilarFilms
from lightbox_edge.decisions import Mode, ReviewRow, pins
from lightbox_edge.features import pack_features
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import FindingScore
from lightbox_edge.worklist import FileResults, Judge
from tests.asked_films import row

JUDGE = Judge("j1", "chest-open", "int8", ("effusion",), "1.0", "c1")
OTHER = Judge("j2", "another", "int8", ("effusion",), "1.0", "c1")
ANGLES = (0, 5, 10, 40, 90, 170)  # of the films' features, in degrees: 0 is film 0


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


def film(number: int, angle: float | None, patient: str = "", name: str = "") -> FileResults:
    """A judged film with features of two dimensions, or none."""
    path, sha256 = name or f"films/{number}.png", f"{number:064x}"
    outcome = Outcome(
        "judged", "flagged", (), (FindingScore("effusion", 0.9, 0.5, True),), header=Header(PatientID=patient)
    )
    turned = None if angle is None else np.deg2rad(angle)
    packed = b"" if turned is None else pack_features(np.array([np.cos(turned), np.sin(turned)], np.float32))
    result = Result(path, None, sha256, outcome)
    return FileResults(Source(path, f"/{path}", (), 1, 1), sha256, (result,), (), (packed,))


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    with Worklist(tmp_path / "w") as made:
        made.add_judge(JUDGE)
        made.add_judge(OTHER)
        patients = ("7", "", "7 ", "8", "", "")
        made.commit(JUDGE, [film(*one) for one in zip(range(6), ANGLES, patients, strict=True)])
        yield made


def finder(worklist: Worklist, mode: Mode = "ai-first") -> SimilarFilms:
    return SimilarFilms(Review(worklist, mode), worklist.again)


def reviewer(worklist: Worklist, name: str, mode: Mode) -> Review:
    review = Review(worklist, mode)
    if name not in review.readers.names():
        review.readers.add(name, "2468")
    review.sign_in(name, "2468")
    return review


def paths(found: Sequence[tuple[ReviewRow, float]]) -> list[str]:
    return [one.result.path for one, _ in found]


def test_the_nearest_come_first_with_their_cosines(worklist: Worklist) -> None:
    found = finder(worklist).similar(row(worklist.path, "0.png"), 4)
    assert [one.row.result.path for one in found] == [f"films/{number}.png" for number in (1, 2, 3, 4)]
    assert [one.cosine for one in found] == pytest.approx(np.cos(np.deg2rad([5, 10, 40, 90])), abs=1e-3)
    assert [one.is_same_patient for one in found] == [False, True, False, False]
    assert found[0].row == row(worklist.path, "1.png")


def test_copies_are_one_film_and_a_file_that_has_changed_is_none(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [film(0, None, name="films/0-copy.png"), film(1, None, name="films/1-copy.png")])
    changed = film(77, 60, name="films/2.png")
    worklist.commit(JUDGE, [changed])
    found = finder(worklist).nearest(row(worklist.path, "0.png"), 10).films
    assert paths(found) == ["films/1-copy.png", "films/3.png", "films/2.png", "films/4.png", "films/5.png"]
    of_copy = finder(worklist).nearest(row(worklist.path, "0-copy.png"), 10).films
    assert paths(of_copy) == paths(found)


def test_another_judges_films_are_not_compared(worklist: Worklist) -> None:
    worklist.commit(OTHER, [film(20, 1), film(21, 2)])
    similar = finder(worklist)
    assert similar.nearest(row(worklist.path, "0.png"), 10).compared == 5
    assert paths(similar.nearest(row(worklist.path, "20.png"), 10).films) == ["films/21.png"]
    assert similar.nearest(row(worklist.path, "0.png"), 10).compared == 5


def test_films_that_come_later_are_found(worklist: Worklist) -> None:
    similar, asked = finder(worklist), row(worklist.path, "0.png")
    assert paths(similar.nearest(asked, 1).films) == ["films/1.png"]
    with Worklist(worklist.path) as screening:
        screening.commit(JUDGE, [film(30, 1), film(31, 80)])
    later = similar.nearest(asked, 1)
    assert (paths(later.films), later.compared) == (["films/30.png"], 7)


def test_a_film_without_features_is_a_sentence_and_others_are_counted(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [film(40, None), film(41, None)])
    old = row(worklist.path, "40.png")
    with pytest.raises(
        LightboxError, match=r"films/40.png was screened by an older Lightbox, .* new worklist"
    ):
        finder(worklist).nearest(old, 5)
    assert finder(worklist).nearest(row(worklist.path, "0.png"), 5).without == 2
    unjudged = Result("films/50.png", None, "e" * 64, Outcome("not judged", "not judged", ("Why.",)))
    with pytest.raises(LightboxError, match=r"films/50.png is not judged, so it is compared with no other"):
        finder(worklist).nearest(ReviewRow(unjudged, JUDGE), 5)


def test_the_only_film_is_like_no_other(tmp_path: Path) -> None:
    with Worklist(tmp_path / "one") as worklist:
        worklist.add_judge(JUDGE)
        worklist.commit(JUDGE, [film(0, 0)])
        found = finder(worklist).nearest(row(worklist.path, "0.png"), 5)
    assert (found.films, found.compared, found.without) == ((), 0, 0)


def test_damaged_features_are_a_sentence(worklist: Worklist) -> None:
    with worklist.writing() as connection:
        connection.execute("UPDATE film_features SET features = x'00112233445566' WHERE rowid = 3")
    with pytest.raises(LightboxError, match=r"The features of films in .* are damaged"):
        finder(worklist).nearest(row(worklist.path, "0.png"), 5)


def test_a_blind_reader_sees_what_he_has_decided_on(worklist: Worklist) -> None:
    asked = row(worklist.path, "0.png")
    reviewer(worklist, "Bela", "ai-first").decide(row(worklist.path, "1.png"), "agree")
    reviewer(worklist, "Bela", "ai-first").decide(row(worklist.path, "2.png"), "refer")
    blind = reviewer(worklist, "Amina", "blind-first")
    blind.decide(row(worklist.path, "2.png"), "nothing seen")
    found = SimilarFilms(blind, worklist.again).similar(asked, 3)
    assert [one.shows_machine for one in found] == [False, True, False]
    assert [[(it.reader, it.answer) for it in one.standing.decisions] for one in found] == [
        [],
        [("Bela", "refer"), ("Amina", "nothing seen")],
        [],
    ]


def test_a_second_reader_sees_no_decision_before_his_own(worklist: Worklist) -> None:
    asked = row(worklist.path, "0.png")
    for number in (1, 2):
        reviewer(worklist, "Bela", "ai-first").decide(row(worklist.path, f"{number}.png"), "agree")
    second = reviewer(worklist, "Amina", "second")
    second.decide(row(worklist.path, "2.png"), "disagree")
    found = SimilarFilms(second, worklist.again).similar(asked, 2)
    assert [one.standing.answer for one in found] == ["", "disputed"]
    assert [one.shows_machine for one in found] == [True, True]
    everyone = SimilarFilms(reviewer(worklist, "Chi", "ai-first"), worklist.again).similar(asked, 2)
    assert [one.standing.answer for one in everyone] == ["agree", "disputed"]


@settings(deadline=None, max_examples=15)
@given(st.integers(2, 60), st.integers(0, 2**32 - 1), st.integers(1, 10))
def test_they_are_those_that_comparing_all_would_find(
    tmp_path_factory: pytest.TempPathFactory, films: int, seed: int, count: int
) -> None:
    angles = np.random.default_rng(seed).uniform(0, 180, films)
    with Worklist(tmp_path_factory.mktemp("drawn") / "w") as worklist:
        worklist.add_judge(JUDGE)
        worklist.commit(JUDGE, [film(number, angle) for number, angle in enumerate(angles)])
        found = finder(worklist).nearest(row(worklist.path, "/0.png"), count)
    cosines = np.sort(np.cos(np.deg2rad(angles[1:] - angles[0])))[::-1][:count]
    assert [cosine for _, cosine in found.films] == pytest.approx(cosines, abs=2e-3)


def test_the_same_film_in_other_files_is_the_nearest_of_real_films(place: Path) -> None:
    """A sample as JPEG and, smaller, as a frame of a TIFF; its byte-for-byte copy is left out."""
    with Worklist(place / "films.worklist") as worklist:
        found = finder(worklist).nearest(row(worklist.path, "film-02-lung-opacity.jpg"), 20)
    assert paths(found.films)[0].endswith("pages.tif#2")
    assert found.films[0][1] > 0.95
    assert not any(
        path.endswith(("copy.jpg", "cut.png", "not-a-chest-film.png")) for path in paths(found.films)
    )
    assert found.compared == len(found.films) == 5
