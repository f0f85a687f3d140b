"""What a calibration changes: counted by hand on few films, by brute force on many."""

from __future__ import annotations

import numpy as np
import pytest

from lightbox_edge.calibrating import JudgedCases, calibrate
from lightbox_edge.calibration_effect import effects
from lightbox_edge.intervals import share, weighted
from lightbox_edge.manifest import OperatingPoint, Target
from lightbox_edge.measuring import operating_point
from lightbox_edge.scoring import sigmoid

BEFORE = {
    "effusion": OperatingPoint(1.0, 0.0, 0.5, 0.25, Target("sensitivity", 0.9), 0.9, 0.5, 0.05),
    "nodule": OperatingPoint(1.0, 0.0, 0.5, 0.5, Target("specificity", 0.95), 0.2, 0.95),
}


def cases(
    effusion: tuple[list[float], list[float]], nodule: tuple[list[float], list[float]] | None = None
) -> JudgedCases:
    """Log-odds of films with and without each finding; of the nodule nothing is known without them."""
    log_odds = np.array([*effusion[0], *effusion[1]])
    truth = np.repeat([True, False], [len(effusion[0]), len(effusion[1])])
    other = np.array([*nodule[0], *nodule[1]]) if nodule else np.full(len(truth), -9.0)
    other_truth = np.repeat([True, False], [len(nodule[0]), len(nodule[1])]) if nodule else truth & False
    known = {"effusion": np.ones(len(truth), bool), "nodule": np.full(len(truth), nodule is not None)}
    return JudgedCases(
        "int8",
        len(truth),
        {"effusion": log_odds, "nodule": other},
        {"effusion": truth, "nodule": other_truth},
        known,
        {},
    )


def test_before_is_counted_as_screening_sorts() -> None:
    """At threshold 0.5 and uncertain from 0.25 the borders are log-odds 0 and -1.0986."""
    some = cases(([1.0, 0.0, -0.5, -2.0], [0.5, -1.0, -1.2, -3.0, -3.0, -3.0]))
    point = operating_point(some.truth["effusion"], some.log_odds["effusion"], Target("sensitivity", 0.5))
    after = {"effusion": point}
    (one,), in_all, share_ill = effects(some, BEFORE, after, 30, None)
    assert (one.finding, one.positives, one.negatives, share_ill) == ("effusion", 4, 6, 0.4)
    assert one.before.sensitivity == share(2, 4)
    assert one.before.specificity == share(5, 6)
    assert one.before.missed == weighted([(100, share(1, 4))])
    assert one.before.flagged == weighted([(12.0, share(2, 4)), (18.0, share(1, 6))])
    assert one.before.flagged.value == pytest.approx(9)  # 3 of 10 films, 30 a day
    assert one.before.uncertain.value == pytest.approx(6)
    assert (one.before.threshold, one.after.threshold) == (0.5, after["effusion"].threshold)
    assert (in_all.positives, in_all.negatives, in_all.before.flagged) == (4, 6, one.before.flagged)


def test_a_share_of_ill_films_that_is_named_weighs_the_day() -> None:
    some = cases(([1.0, 0.0, -0.5, -2.0], [0.5, -1.0, -1.2, -3.0, -3.0, -3.0]))
    _, in_all, share_ill = effects(some, BEFORE, {}, 100, 0.1)
    assert share_ill == 0.1
    assert in_all.before.flagged.value == pytest.approx(10 * 2 / 4 + 90 * 1 / 6)
    assert in_all.before == in_all.after


def test_after_leaves_each_film_out_by_brute_force() -> None:
    chance = np.random.default_rng(4)
    some = cases((list(chance.normal(1.5, 1, 25)), list(chance.normal(0, 1, 35))))
    truth, log_odds = some.truth["effusion"], some.log_odds["effusion"]
    for target in (Target("sensitivity", 0.9), Target("specificity", 0.9)):
        after = {"effusion": operating_point(truth, log_odds, target)}
        (one,), in_all, _ = effects(some, BEFORE, after, 30, None)
        flagged, possible = np.zeros(60, bool), np.zeros(60, bool)
        for place in range(60):
            others = np.arange(60) != place
            point = operating_point(truth[others], log_odds[others], target)  # Platt and all
            probability = sigmoid(point.slope * log_odds[place] + point.intercept)
            flagged[place] = probability >= point.threshold
            possible[place] = probability >= point.uncertain_from
        assert one.after.sensitivity == share(int(flagged[truth].sum()), 25)
        assert one.after.specificity == share(int((~flagged)[~truth].sum()), 35)
        assert one.after.missed == weighted([(100, share(int((~possible)[truth].sum()), 25))])
        assert in_all.after.sensitivity == one.after.sensitivity


def test_all_together_any_finding_flags_and_a_finding_left_as_it_was_still_does() -> None:
    """The third film is flagged by its nodule alone, before and after."""
    some = cases(
        ([1.0, 1.0, -5.0], [-5.0] * 5),
        ([2.0, 2.0, 2.0], [-2.0, -2.0, -2.0, -2.0, 2.0]),
    )
    _, in_all, _ = effects(some, BEFORE, {}, 30, None)
    assert in_all.after.sensitivity == share(3, 3)
    assert in_all.after.specificity == share(4, 5)
    assert in_all.after.missed == weighted([(100, share(0, 3))])


def test_without_healthy_films_there_is_no_specificity_to_tell() -> None:
    some = cases(([1.0, 0.0, -2.0], []))
    _, in_all, share_ill = effects(some, BEFORE, {}, 30, None)
    assert (in_all.before.specificity, share_ill) == (None, 1.0)
    assert in_all.before.flagged == weighted([(30.0, share(2, 3))])


def test_the_intervals_hold_what_new_films_show() -> None:
    """Clinics of 100 films of a known kind: the true sensitivity and specificity lie in the intervals."""
    held = []
    for seed in range(60):
        chance = np.random.default_rng(seed)
        some = cases((list(chance.normal(1.5, 1, 40)), list(chance.normal(0, 1, 60))))
        points, _ = calibrate(some, {"effusion": BEFORE["effusion"]}, 0.9)
        (one,), _, _ = effects(some, {"effusion": BEFORE["effusion"]}, points, 30, None)
        point = points["effusion"]
        border = (np.log(point.threshold / (1 - point.threshold)) - point.intercept) / point.slope
        new = chance.normal(size=4000)
        true = (new + 1.5 >= border).mean(), (new < border).mean()
        figures = one.after.sensitivity, one.after.specificity
        held.append([a is not None and a.low <= b <= a.high for a, b in zip(figures, true, strict=True)])
    outside = 60 - np.sum(held, axis=0)
    assert max(outside) <= 8  # 3 are expected of 60; more than 8 come by chance once in 300 times
