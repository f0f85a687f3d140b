"""The gate: what INT8 may cost at most; a bundle that costs more is not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Result
from lightbox_edge.scoring import Features

MIN_COSINE = 0.98  # mean over the test films, image_features of INT8 against fp32
MIN_TEXT_COSINE = 0.98  # least over the descriptors, text_features of INT8 against fp32
MAX_AUC_LOSS = 0.02  # of a finding on a test set with at least MIN_CASES on both sides
MIN_CASES = 20


@dataclass(frozen=True, slots=True)
class Loss:
    """What INT8 cost: mean cosine of image_features, least of text_features, AUC lost by finding and set."""

    cosine: float
    auc_lost: dict[tuple[str, str], float]
    text_cosine: float | None = None

    def with_text(self, fp32: Features, int8: Features) -> Loss:
        """Add the text encoder's cosine, both (sentences, dimensions)."""
        cosine = float((fp32 * int8).sum(axis=1).min())
        if not cosine >= MIN_TEXT_COSINE:  # so that NaN fails too
            raise LightboxError(
                f"INT8 turns the text_features (cosine {cosine:.4f}, at least {MIN_TEXT_COSINE} is needed): "
                "nothing was written."
            )
        return replace(self, text_cosine=cosine)


def check(
    fp32_features: Features, int8_features: Features, fp32: Sequence[Result], int8: Sequence[Result]
) -> Loss:
    """Measure the loss, and raise if it is over a limit.

    Args:
        fp32_features: (N, dimensions) of the test films.
        int8_features: of the same films.
        fp32: the results of the fp32 rung.
        int8: the results of the INT8 rung.
    """
    cosine = float((fp32_features * int8_features).sum(axis=1).mean())
    before = {(one.finding, one.dataset): one.auc for one in fp32}
    enough = [one for one in int8 if min(one.positives, one.negatives) >= MIN_CASES]
    lost = {key: before[key] - one.auc for one in enough if (key := (one.finding, one.dataset)) in before}
    if not cosine >= MIN_COSINE:  # so that NaN fails too
        raise LightboxError(
            f"INT8 turns the image_features (cosine {cosine:.4f}, at least {MIN_COSINE} is needed): "
            "nothing was written."
        )
    worst = max(lost, key=lambda key: lost[key], default=None)
    if worst is not None and lost[worst] > MAX_AUC_LOSS:
        raise LightboxError(
            f"INT8 costs {worst[0]!r} {lost[worst]:.3f} of its AUC on {worst[1]}, "
            f"and {MAX_AUC_LOSS} is allowed: nothing was written."
        )
    return Loss(cosine, lost)
