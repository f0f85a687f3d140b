"""From cases to points, and what stays as it was; the log-odds are those that screening sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.calibrating import (
    FEWEST_CASES,
    JudgedCases,
    calibrate,
    judge_cases,
    to_calibrate_on,
    uncalibrated,
)
from lightbox_edge.case_outcomes import as_screened
from lightbox_edge.cases import Case, Cases
from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import bundle_criteria
from lightbox_edge.judging import Model
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import OperatingPoint, Target
from lightbox_edge.measuring import fit_platt, operating_point
from lightbox_edge.proving import encode_films, finding_log_odds
from tests.tiny import FINDING, write_bundle, write_films

Film = Callable[[int], NDArray[np.uint8]]
BEFORE = {"effusion": OperatingPoint(1.0, 0.0, 0.5, 0.4, Target("sensitivity", 0.9), 0.9, 0.5, 0.05)}


def cases(ill: int, well: int, apart: float = 2.0, unknown: int = 0) -> JudgedCases:
    chance = np.random.default_rng(7)
    truth = np.r_[np.ones(ill, bool), np.zeros(well + unknown, bool)]
    known = np.r_[np.ones(ill + well, bool), np.zeros(unknown, bool)]
    log_odds = chance.normal(size=len(truth)) + apart * truth
    return JudgedCases(
        "int8", len(truth), {"effusion": log_odds}, {"effusion": truth}, {"effusion": known}, {}
    )


def test_points_are_those_of_measuring_for_the_findings_own_target() -> None:
    some = cases(30, 60, unknown=9)
    points, left = calibrate(some, BEFORE, None)
    truth, log_odds = some.truth["effusion"][:90], some.log_odds["effusion"][:90]
    expected = operating_point(truth, log_odds, Target("sensitivity", 0.9))
    assert (points, left) == ({"effusion": expected}, {})


def test_a_sensitivity_that_is_asked_for_replaces_every_target() -> None:
    by_specificity = {"effusion": OperatingPoint(1.0, 0.0, 0.5, 0.5, Target("specificity", 0.95), 0.2, 0.95)}
    points, _ = calibrate(cases(60, 60), by_specificity, 0.8)
    assert points["effusion"].set_for == Target("sensitivity", 0.8)
    assert points["effusion"].sensitivity == pytest.approx(49 / 60)  # the 12th of 60: 12 of 61 places at most
    assert points["effusion"].miss_rate == pytest.approx(0.1)
    points, _ = calibrate(cases(60, 60), by_specificity, None)
    assert points["effusion"].set_for == Target("specificity", 0.95)


@pytest.mark.parametrize(("ill", "well"), [(FEWEST_CASES - 1, 50), (50, FEWEST_CASES - 1), (0, 50), (50, 0)])
def test_too_few_cases_leave_a_finding_as_it_was(ill: int, well: int) -> None:
    points, left = calibrate(cases(ill, well), BEFORE, None)
    assert points == {}
    assert left == {"effusion": f"films with it: {ill}, without it: {well}; 10 of each are needed"}


def test_the_fewest_cases_are_enough() -> None:
    points, _ = calibrate(cases(FEWEST_CASES, FEWEST_CASES), BEFORE, None)
    assert points["effusion"].miss_rate == pytest.approx(1 / 11)
    assert points["effusion"].sensitivity == 1


def test_a_score_that_orders_films_the_wrong_way_is_refused_in_words() -> None:
    points, left = calibrate(cases(40, 40, apart=-1.5), BEFORE, None)
    assert points == {}
    assert left["effusion"].startswith("its score does not work on these films (AUC 0.05, 0.01 to 0.10)")
    assert left["effusion"].endswith("so do not rely on it here")


def test_a_threshold_set_by_hand_has_no_target() -> None:
    by_hand = {"effusion": OperatingPoint(1.0, 0.0, 0.5, 0.5)}
    points, left = calibrate(cases(40, 40), by_hand, None)
    assert (points, list(left)) == ({}, ["effusion"])
    assert "--sensitivity" in left["effusion"]
    assert list(calibrate(cases(40, 40), by_hand, 0.9)[0]) == ["effusion"]


def test_a_calibration_undoes_a_shift_of_the_score() -> None:
    """Films that a site exposes otherwise: all log-odds moved and squeezed; the new point finds them."""
    some = cases(150, 150)
    moved = JudgedCases(
        "int8", 300, {"effusion": 0.5 * some.log_odds["effusion"] - 3}, some.truth, some.known, {}
    )
    first, second = (calibrate(one, BEFORE, None)[0]["effusion"] for one in (some, moved))
    assert second.threshold == pytest.approx(first.threshold, abs=1e-6)
    slope, intercept = fit_platt(some.truth["effusion"], some.log_odds["effusion"])
    assert (second.slope, second.intercept) == pytest.approx((2 * slope, intercept + 6 * slope), rel=1e-4)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> list[LabelledFilm]:
    return write_films(tmp_path_factory.mktemp("films"), film, 16)


def case(file: Path, truth: bool | None = True, **more: str) -> Case:
    return Case(file, file.name, {"": {FINDING.name: truth}}, **more)


def judged(bundle: Bundle, cases: list[Case]) -> JudgedCases:
    plain = uncalibrated(bundle)
    with as_screened(plain, 1) as load:
        return judge_cases(Model(plain, backend="onnxruntime", threads=1), cases, load)


def test_log_odds_are_those_of_the_encoder_whatever_the_bundles_calibration(
    films: list[LabelledFilm], tmp_path: Path
) -> None:
    bundle = write_bundle(tmp_path / "tiny", films, segmenter=False)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "words.txt").write_text("no film")
    readers = {"ada": {FINDING.name: True}, "ben": {FINDING.name: False}}
    read = judged(
        bundle,
        [
            Case(films[0].file, "first", readers),
            *(case(one.file, one.truths[FINDING.name]) for one in films[1:]),
            case(tmp_path / "broken.png"),
            case(tmp_path / "words.txt"),
        ],
    )
    session = open_session(bundle.read(bundle.rung("fp32").image_encoder), "onnxruntime", "cpu", 1)
    features = encode_films(session, load_films([one.file for one in films], bundle.manifest.preprocessing))
    (criterion,) = bundle_criteria(bundle, "fp32")
    expected = finding_log_odds(features, criterion.text_features, [FINDING], bundle.manifest.logit_scale)
    assert (read.precision, read.films) == ("fp32", 16)
    assert read.log_odds[FINDING.name] == pytest.approx(expected[FINDING.name], abs=1e-4)
    assert read.truth[FINDING.name].tolist()[1:] == [one.truths[FINDING.name] for one in films[1:]]
    assert read.known[FINDING.name].tolist() == [False] + [True] * 15  # the first is disputed
    assert list(read.not_judged) == ["broken.png", "words.txt"]
    assert read.not_judged["words.txt"] == "It is no picture."
    with pytest.raises(LightboxError, match="None of the labelled films could be judged"):
        judged(bundle, [case(tmp_path / "words.txt")])


@pytest.mark.parametrize(
    ("parts", "chosen"),
    [
        (("train", "calibration", "test", ""), [1]),
        (("train", "test", "", "Train"), [1, 2]),
        (("", ""), [0, 1]),
    ],
)
def test_part_calibration_comes_first_and_part_train_never(parts: tuple[str, ...], chosen: list[int]) -> None:
    films = tuple(case(Path(str(place)), part=part) for place, part in enumerate(parts))
    read = Cases("t.csv", "0" * 64, None, films, ("effusion",), ())
    assert to_calibrate_on(read) == tuple(films[place] for place in chosen)


def test_films_of_part_train_alone_are_a_sentence() -> None:
    read = Cases("t.csv", "0" * 64, None, (case(Path("a"), part="train"),), ("effusion",), ())
    with pytest.raises(LightboxError, match=r"t\.csv names no film to calibrate on"):
        to_calibrate_on(read)
