"""The cardiothoracic ratio on drawn films, what it weighs, and what a model makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lightbox_edge.anatomy import AnatomyModel, open_anatomy
from lightbox_edge.bundle import Bundle
from lightbox_edge.evidence import added_log_odds, cardiothoracic_ratio, fit_evidence, with_evidence
from lightbox_edge.findings import WantedFinding
from lightbox_edge.judging import Model
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import LoadedFrame, load, load_films
from lightbox_edge.manifest import Evidence
from lightbox_edge.preprocess import preprocess
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, Source
from lightbox_edge.scoring import sigmoid
from tests.hearts import HEART, SIDE, THORAX, chest, write_hearts
from tests.tiny import HOW, with_anatomy, write_bundle

WEIGHS = Evidence("cardiothoracic_ratio", 12.0, 0.4)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledFilm]:
    return write_hearts(tmp_path_factory.mktemp("hearts"), 8)


@pytest.fixture(scope="module")
def plain(films: list[LabelledFilm], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle that finds the lungs and weighs nothing."""
    place = tmp_path_factory.mktemp("evidence")
    made = write_bundle(place / "plain", films, segmenter=False, finding=HEART)
    return with_anatomy(made, place / "lungs")


@pytest.fixture(scope="module")
def bundle(plain: Bundle) -> Bundle:
    return weighing(plain, WEIGHS)


@pytest.fixture(scope="module")
def anatomy(plain: Bundle) -> AnatomyModel:
    return open_anatomy(plain, "onnxruntime", "cpu", 1)


@pytest.fixture(scope="module")
def frames(films: list[LabelledFilm]) -> list[LoadedFrame]:
    sources = [Source(str(one.file), str(one.file), (), one.file.stat().st_size, 0) for one in films]
    return [frame for one in sources for frame in load(one, HOW, Limits(), checked=False).frames]


def weighing(bundle: Bundle, evidence: Evidence) -> Bundle:
    findings = tuple(msgspec.structs.replace(one, evidence=evidence) for one in bundle.manifest.findings)
    manifest = msgspec.structs.replace(bundle.manifest, findings=findings)
    return Bundle(bundle.folder, manifest, bundle.identity)


def model(bundle: Bundle, findings: list[WantedFinding] | None = None) -> Model:
    return Model(bundle, backend="onnxruntime", device="cpu", threads=1, findings=findings)


def pixels(width: float) -> np.ndarray:
    """A drawn film as the encoder is given it."""
    return preprocess(Radiograph(chest(width), (SIDE, SIDE)), HOW)


@pytest.mark.parametrize("width", [0.2, 0.3, 0.4])
def test_the_ratio_is_that_of_the_drawn_heart(anatomy: AnatomyModel, width: float) -> None:
    ratio = cardiothoracic_ratio(anatomy, pixels(width), HOW)
    assert ratio == pytest.approx(
        width / THORAX, abs=0.04
    )  # the network's masks have a place for four pixels


def test_without_two_lungs_there_is_no_ratio(anatomy: AnatomyModel) -> None:
    film = pixels(0.3)
    assert cardiothoracic_ratio(anatomy, np.full_like(film, 2), HOW) is None
    film[:, :, : HOW.input_size // 2] = 2
    assert cardiothoracic_ratio(anatomy, film, HOW) is None


def test_the_weight_is_that_of_a_logistic_regression_with_as_many_films_of_either_kind() -> None:
    chance = np.random.default_rng(0)
    truth = np.arange(4000) % 10 == 0
    ratios = chance.normal(np.where(truth, 0.58, 0.46), 0.08)
    evidence = fit_evidence(truth, ratios)
    assert evidence is not None
    assert evidence.weight == pytest.approx(0.12 / 0.08**2, rel=0.1)  # of two normal distributions
    assert evidence.centre == pytest.approx(0.52, abs=0.01)
    holes = np.where(chance.random(4000) < 0.3, np.nan, ratios)
    known = np.isfinite(holes)
    assert fit_evidence(truth, holes) == fit_evidence(truth[known], ratios[known])


def test_nothing_is_weighed_where_films_are_few_or_the_ratio_speaks_against() -> None:
    truth = np.arange(100) % 4 == 0
    ratios = np.where(truth, 0.6, 0.5) + np.random.default_rng(0).normal(0, 0.1, 100)
    assert fit_evidence(truth, ratios) is not None
    assert fit_evidence(~truth, ratios) is None
    assert fit_evidence(truth, np.where(truth & (np.arange(100) > 35), np.nan, ratios)) is None


def test_it_adds_nothing_where_it_was_not_measured() -> None:
    assert added_log_odds(WEIGHS, np.array([0.5, np.nan, 0.3])) == pytest.approx([1.2, 0, -1.2])


def test_only_films_of_part_train_teach_and_only_their_own_findings() -> None:
    chance = np.random.default_rng(5)
    films = [
        LabelledFilm(
            Path(str(number)),
            "a",
            ("train", "test")[number % 2],
            {"cardiomegaly": number % 3 == 0, "x": True},
        )
        for number in range(300)
    ]
    films[0].truths["cardiomegaly"] = None
    ratios = np.array([chance.normal(0.6 if film.truths["cardiomegaly"] else 0.5, 0.07) for film in films])
    other = msgspec.structs.replace(HEART, name="x", evidence=WEIGHS)
    heart, bare = with_evidence((HEART, other), films, ratios)
    assert bare.evidence is None
    tests = np.array([film.part == "test" for film in films])
    assert with_evidence((HEART,), films, np.where(tests, 0.9, ratios)) == (heart,)
    ratios[0] = 30.0  # nobody knows of this one
    assert with_evidence((HEART,), films, ratios) == (heart,)
    ratios[2] = 0.9
    assert with_evidence((HEART,), films, ratios) != (heart,)


def test_screening_adds_what_the_ratio_says(plain: Bundle, bundle: Bundle, frames: list[LoadedFrame]) -> None:
    before, after = model(plain), model(bundle)
    slope = before.criteria[0].point.slope
    moved = []
    for frame, old, new in zip(frames, before.outcomes(frames), after.outcomes(frames), strict=True):
        assert frame.pixels is not None
        ratio = after.ratio(frame.pixels)
        assert ratio is not None
        (one,), (other,) = old.findings, new.findings
        added = slope * WEIGHS.weight * (ratio - WEIGHS.centre)
        odds = np.log(one.probability / (1 - one.probability))
        assert other.probability == pytest.approx(float(sigmoid(odds + added)), abs=1e-6)
        assert other.descriptors[-1].present == f"The heart is {ratio:.2f} as wide as the thorax."
        moved.append(other.probability - one.probability)
    assert min(moved) < 0 < max(moved)
    assert before.ratio(pixels(0.3)) is None  # nothing is measured that nobody weighs


def test_a_film_without_lungs_has_the_words_alone(
    plain: Bundle, bundle: Bundle, frames: list[LoadedFrame]
) -> None:
    blank = [replace(frames[0], pixels=np.full_like(pixels(0.3), 2))]
    assert model(bundle).outcomes(blank)[0].findings == model(plain).outcomes(blank)[0].findings


def test_the_judge_is_another_where_the_weight_is(plain: Bundle, bundle: Bundle) -> None:
    heavier = weighing(plain, Evidence("cardiothoracic_ratio", 13.0, 0.4))
    judges = [model(one).judge.id for one in (plain, bundle, heavier, weighing(plain, WEIGHS))]
    assert len({*judges}) == 3
    assert judges[3] == judges[1]


def test_own_words_have_no_evidence_and_the_bundles_finding_keeps_it_by_name(bundle: Bundle) -> None:
    named = WantedFinding(HEART.name)
    stricter = WantedFinding(HEART.name, (), 0.9)
    spoken = WantedFinding(HEART.name, (("The heart is large.", "The heart is clear."),))
    for wanted, evidence in ((named, WEIGHS), (stricter, WEIGHS), (spoken, None)):
        (criterion,) = model(bundle, [wanted]).criteria
        assert criterion.evidence == evidence
    assert model(bundle, [spoken]).ratio(pixels(0.3)) is None


def test_films_are_told_apart_by_their_words_alone_where_something_is_blanked(
    plain: Bundle, bundle: Bundle, films: list[LabelledFilm]
) -> None:
    stack = load_films([film.file for film in films], HOW)
    assert model(bundle).probabilities(stack) == pytest.approx(model(plain).probabilities(stack))
