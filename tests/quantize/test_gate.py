"""The gate: what a precision cost, to the last digit, and that nothing unmeasured slips through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Cost, OperatingPoint, Result
from lightbox_quantize.gate import MIN_CASES, FindingLoss, Limits, cost, finding_losses, objections

FP32 = np.array([[1, 0], [0, 1]], np.float32)
POINTS = {"effusion": OperatingPoint(1.0, 0.0, 0.5, 0.25)}
NO_ODDS = {"effusion": np.zeros(2)}
FREE = Cost(100, 1.0, 1.0, 0.0, 0.0)


def turned(cosine: float) -> np.ndarray:
    """FP32's features, each turned so far that its cosine to what it was is ``cosine``."""
    sine = np.sqrt(1 - cosine**2)
    return np.array([[cosine, sine], [-sine, cosine]], np.float32)


def result(auc: float, dataset: str = "a test", cases: int = MIN_CASES, negatives: int = 100) -> Result:
    return Result("effusion", dataset, "d", cases, negatives, auc, (0.0, 1.0), 0.9, 0.9)


def films(ill: int, well: int, dataset: str = "a", unknown: int = 0) -> list[LabelledFilm]:
    truths: Sequence[bool | None] = [True] * ill + [False] * well + [None] * unknown
    return [LabelledFilm(Path("f"), dataset, "test", {"effusion": truth}) for truth in truths]


def test_nothing_changed_costs_nothing_and_passes() -> None:
    made = cost(FP32, FP32, (NO_ODDS, NO_ODDS), POINTS, [FindingLoss("effusion", "a test", 0.0, 0.0)])
    assert made == Cost(2, 1.0, 1.0, 0.0, 0.0)
    assert objections(made, Limits()) == []


def test_the_cosine_is_a_mean() -> None:
    mixed = np.stack([FP32[0], turned(0.97)[1]])
    assert cost(FP32, mixed, (NO_ODDS, NO_ODDS), POINTS, None).cosine == pytest.approx(0.985)


def test_agreement_is_of_triage_and_not_of_probabilities() -> None:
    """At threshold 0.5 and uncertain from 0.25: log-odds 0 and -1.0986 are the borders."""
    before = {"effusion": np.array([3.0, 0.0, -0.5, -1.0, -3.0])}
    moved = {"effusion": np.array([0.1, -0.1, -1.0, -1.2, -9.0])}
    five = np.ones((5, 1), np.float32)
    assert cost(five, five, (before, moved), POINTS, None) == Cost(5, 1.0, 0.6, None, None)


def test_any_finding_flags_a_film() -> None:
    """Another finding may carry the flag on: the film's triage is the same."""
    points = {**POINTS, "nodule": POINTS["effusion"]}
    before = {"effusion": np.array([1.0]), "nodule": np.array([-9.0])}
    after = {"effusion": np.array([-9.0]), "nodule": np.array([1.0])}
    one = np.ones((1, 1), np.float32)
    assert cost(one, one, (before, after), points, None).triage_agreement == 1.0


def test_losses_are_those_of_auc_and_of_sensitivity_at_fp32s_threshold() -> None:
    cases = films(20, 20)
    before = {"effusion": np.r_[np.full(20, 1.0), np.full(20, -1.0)]}
    after = {"effusion": np.r_[np.full(5, -0.01), np.full(15, 1.0), np.full(20, -1.0)]}
    told = finding_losses(cases, before, after, POINTS, ([result(0.95)], [result(0.93)]))
    (one,) = told
    assert (one.finding, one.dataset) == ("effusion", "a test")
    assert (one.auc_lost, one.sensitivity_lost) == pytest.approx((0.02, 0.25))


def test_a_pooled_result_rests_on_the_films_of_its_datasets_alone() -> None:
    cases = [*films(20, 20, "a"), *films(20, 20, "b"), *films(40, 0, "c", unknown=3)]
    before = {"effusion": np.ones(len(cases))}
    after = {"effusion": np.r_[np.full(20, -1.0), np.ones(20), np.ones(40), np.full(43, -1.0)]}
    names = ("a test", "b test", "a + b test")
    results = [result(0.9, name) for name in names]
    told = finding_losses(cases, before, after, POINTS, (results, results))
    assert [(one.dataset, one.sensitivity_lost) for one in told] == [
        *zip(names, (1.0, 0.0, 0.5), strict=True)
    ]


@pytest.mark.parametrize(("positives", "negatives"), [(MIN_CASES - 1, 100), (100, MIN_CASES - 1)])
def test_a_figure_of_few_cases_decides_nothing(positives: int, negatives: int) -> None:
    few = [result(0.5, cases=positives, negatives=negatives)]
    odds = {"effusion": np.zeros(40)}
    assert finding_losses(films(20, 20), odds, odds, POINTS, ([result(0.9)], few)) == []


def test_what_fp32_was_not_tested_on_is_not_compared() -> None:
    odds = {"effusion": np.zeros(40)}
    told = finding_losses(films(20, 20), odds, odds, POINTS, ([result(0.9, "b test")], [result(0.5)]))
    assert told == []


def test_the_cost_is_the_largest_loss_and_none_without_labels() -> None:
    losses = [FindingLoss("a", "x", 0.001, 0.04), FindingLoss("b", "x", -0.2, 0.01)]
    made = cost(FP32, FP32, (NO_ODDS, NO_ODDS), POINTS, losses)
    assert (made.auc_lost, made.sensitivity_lost) == (0.001, 0.04)
    nothing: list[FindingLoss] = []
    for told in (None, nothing):
        made = cost(FP32, FP32, (NO_ODDS, NO_ODDS), POINTS, told)
        assert (made.auc_lost, made.sensitivity_lost) == (None, None)


@pytest.mark.parametrize(
    ("within", "over", "said"),
    [
        (
            {"cosine": 0.99},
            {"cosine": 0.9899},
            "cosine of image_features 0.9899, at least 0.99 is needed",
        ),
        ({"auc_lost": 0.005}, {"auc_lost": 0.0051}, "AUC lost 0.0051, at most 0.005 is allowed"),
        (
            {"sensitivity_lost": 0.05},
            {"sensitivity_lost": 0.051},
            "sensitivity lost 0.051, at most 0.05 is allowed",
        ),
        (
            {"auc_lost": None, "triage_agreement": 0.95},
            {"auc_lost": None, "triage_agreement": 0.949},
            "the same triage on 94.9% of the films, at least 95.0% is needed",
        ),
    ],
)
def test_limits_hold_to_the_digit(
    within: dict[str, float | None], over: dict[str, float | None], said: str
) -> None:
    def changed(fields: dict[str, float | None]) -> Cost:
        return Cost(**{**{name: getattr(FREE, name) for name in FREE.__struct_fields__}, **fields})

    assert objections(changed(within), Limits()) == []
    assert objections(changed(over), Limits()) == [said]


def test_every_objection_is_named() -> None:
    assert len(objections(Cost(10, 0.5, 0.5, 0.5, 0.5), Limits())) == 3


def test_labels_say_more_than_agreement() -> None:
    assert objections(Cost(10, 1.0, 0.1, 0.0, 0.0), Limits()) == []


@pytest.mark.parametrize("labelled", [True, False])
def test_figures_that_are_no_numbers_are_refused(labelled: bool) -> None:
    nan = float("nan")
    made = Cost(10, nan, nan, nan if labelled else None, nan if labelled else None)
    assert len(objections(made, Limits())) == (3 if labelled else 2)


def test_features_that_are_no_numbers_are_refused() -> None:
    broken = FP32 * np.float32("nan")
    made = cost(FP32, broken, (NO_ODDS, {"effusion": np.full(2, np.nan)}), POINTS, None)
    assert objections(made, Limits())[0] == "cosine of image_features nan, at least 0.99 is needed"


def test_a_limit_in_the_call_is_the_limit() -> None:
    assert objections(FREE, replace(Limits(), cosine=1.1)) == [
        "cosine of image_features 1.0000, at least 1.1 is needed"
    ]
