"""The gate: what INT8 may cost, to the last digit, and that nothing unmeasured slips through."""

from __future__ import annotations

import numpy as np
import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Result
from lightbox_quantize.gate import MAX_AUC_LOSS, MIN_CASES, MIN_COSINE, MIN_TEXT_COSINE, Loss, check

FP32 = np.array([[1, 0], [0, 1]], np.float32)


def turned(cosine: float) -> np.ndarray:
    """FP32's features, each turned so far that its cosine to what it was is ``cosine``."""
    sine = np.sqrt(1 - cosine**2)
    return np.array([[cosine, sine], [-sine, cosine]], np.float32)


def result(auc: float, dataset: str = "a test", cases: int = MIN_CASES, negatives: int = 100) -> Result:
    return Result("effusion", dataset, "d", cases, negatives, auc, (0.0, 1.0), 0.9, 0.9)


def test_no_loss_passes() -> None:
    assert check(FP32, FP32, [result(0.8)], [result(0.8)]) == Loss(1.0, {("effusion", "a test"): 0.0})


def test_the_loss_is_measured() -> None:
    loss = check(
        FP32, turned(0.99), [result(0.8), result(0.7, "b test")], [result(0.79), result(0.75, "b test")]
    )
    assert loss.cosine == pytest.approx(0.99)
    assert loss.auc_lost == pytest.approx({("effusion", "a test"): 0.01, ("effusion", "b test"): -0.05})


def test_the_cosine_is_a_mean() -> None:
    mixed = np.stack([FP32[0], turned(0.97)[1]])
    assert check(FP32, mixed, [], []).cosine == pytest.approx(0.985)


def test_turned_features_are_refused() -> None:
    check(FP32, turned(MIN_COSINE + 0.001), [], [])
    with pytest.raises(LightboxError, match=r"turns the image_features \(cosine 0\.9790, .*: nothing was"):
        check(FP32, turned(MIN_COSINE - 0.001), [], [])


def test_a_lost_auc_is_refused_by_its_name() -> None:
    check(FP32, FP32, [result(0.8)], [result(0.8 - MAX_AUC_LOSS + 0.001)])
    with pytest.raises(LightboxError, match=r"costs 'effusion' 0\.021 of its AUC on b test, and 0\.02 is"):
        check(FP32, FP32, [result(0.8), result(0.8, "b test")], [result(0.79), result(0.779, "b test")])


@pytest.mark.parametrize(("positives", "negatives"), [(MIN_CASES - 1, 100), (100, MIN_CASES - 1)])
def test_a_figure_of_few_cases_decides_nothing(positives: int, negatives: int) -> None:
    loss = check(FP32, FP32, [result(0.9)], [result(0.5, cases=positives, negatives=negatives)])
    assert loss.auc_lost == {}


def test_features_that_are_no_numbers_are_refused() -> None:
    broken = FP32 * np.float32("nan")
    with pytest.raises(LightboxError, match="turns the image_features"):
        check(FP32, broken, [], [])
    with pytest.raises(LightboxError, match="turns the text_features"):
        Loss(1.0, {}).with_text(FP32, broken)


def test_the_text_encoders_cosine_is_the_least() -> None:
    loss = Loss(0.99, {("a", "b"): 0.01})
    mixed = np.stack([FP32[0], turned(0.985)[1]])
    with_text = loss.with_text(FP32, mixed)
    assert with_text.text_cosine == pytest.approx(0.985)
    assert (with_text.cosine, with_text.auc_lost) == (loss.cosine, loss.auc_lost)
    with pytest.raises(LightboxError, match="turns the text_features"):
        loss.with_text(FP32, np.stack([FP32[0], turned(MIN_TEXT_COSINE - 0.001)[1]]))
