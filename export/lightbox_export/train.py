"""Training: images meet the sentences of their findings.

Each finding's logit is the scaled difference of an image's similarity to a sentence that affirms it
and to the sentence that denies it, as Xplainer (Pellegrini et al., 2023) scores at inference; the loss
is the sigmoid cross-entropy of that logit, so the encoders are trained for the very score that the
edge computes. Weights are averaged (EMA), and every epoch ends in a checkpoint that a run resumes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from lightbox_export import checkpoint
from lightbox_export.films import augment, draw_turns
from lightbox_export.labels import Box
from lightbox_export.networks import ImageEncoder
from lightbox_export.pointing import place_loss
from lightbox_export.recipe import Recipe
from lightbox_export.rounding import round_weights, rounded
from lightbox_export.wording import Wording


class Pair(nn.Module):
    """What learns: the image encoder, the text adapter and the scale of their similarity."""

    def __init__(self, image: ImageEncoder, adapter: nn.Module) -> None:
        super().__init__()
        self.image = image
        self.adapter = adapter
        self.log_scale = nn.Parameter(torch.tensor(2.3))

    def adapt(self, pooled: Tensor) -> Tensor:
        return functional.normalize(self.adapter(pooled), dim=-1)

    def logits(self, films: Tensor, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """Log-odds from films (N, 1, S, S) and pooled sentences (findings, 2, hidden).

        Returns:
            Those of the films, (N, findings), and of their patches, (N, patches, findings); a film's are the
            mean of its patches', but for dropout.
        """
        text_features = self.adapt(pairs)
        direction = self.log_scale.exp() * (text_features[:, 0] - text_features[:, 1]).T
        film, patches = self.image.look(films)
        length = film.norm(dim=-1, keepdim=True).clamp(min=1e-6)
        return film / length @ direction, patches / length[:, None] @ direction


@dataclass(frozen=True, slots=True)
class Lesson:
    """Training films (N, 1, S, S) with targets and weights (N, findings), and the boxes on each."""

    films: Tensor
    targets: Tensor
    weights: Tensor
    boxes: Sequence[Sequence[Box]]


def train(recipe: Recipe, seed: int, pair: Pair, wording: Wording, lesson: Lesson, file: Path) -> Pair:
    """Train one network, or take up a run at its checkpoint ``file``, and return the averaged weights.

    Raises:
        LightboxError: the checkpoint is damaged or of another training.
    """
    settings = recipe.training
    torch.manual_seed(seed)
    # Pos_weight would multiply noise; the weights instead bring each finding's rare side to equal say.
    weights = _balance(lesson)
    pair.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    average = get_ema_multi_avg_fn(settings.average_decay)  # type: ignore[no-untyped-call]  # torch has no types here
    averaged = AveragedModel(pair, multi_avg_fn=average, use_buffers=True)
    heads = [*pair.image.projection.parameters(), *pair.adapter.parameters(), pair.log_scale]
    groups: list[dict[str, Any]] = [
        {"params": [*filter(_learns, pair.image.backbone.parameters())], "lr": settings.backbone_rate},
        {"params": heads, "lr": settings.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    steps = settings.epochs * (len(lesson.films) // settings.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [settings.backbone_rate, settings.head_rate], total_steps=steps, pct_start=0.15
    )
    targets = lesson.targets * (1 - settings.label_smoothing) + settings.label_smoothing / 2
    parts: dict[str, checkpoint.Part] = {
        "pair": pair,
        "averaged": averaged,
        "optimiser": optimiser,
        "schedule": schedule,
    }
    alone = msgspec.structs.replace(settings, seeds=(seed,))  # the other networks change nothing here
    purpose = f"{recipe.name} on {len(lesson.films)} films: {alone}"
    first = checkpoint.resume(file, parts, purpose)

    for epoch in range(first, settings.epochs):
        chance = torch.Generator().manual_seed(seed + epoch)
        pair.train()
        order = torch.randperm(len(lesson.films), generator=chance)
        batches = order[: steps // settings.epochs * settings.batch_size].view(-1, settings.batch_size)
        total = 0.0
        for batch in tqdm(batches, desc=f"epoch {epoch + 1}/{settings.epochs}", mininterval=10):
            turns = draw_turns(len(batch), chance)
            films = augment(lesson.films[batch], turns, chance, recipe.images.input_size)
            optimiser.zero_grad()
            with rounded(pair.image):
                logits, patch_logits = pair.logits(films, _draw_pairs(wording, chance, settings.text_noise))
                loss = functional.binary_cross_entropy_with_logits(
                    logits, targets[batch], weights[batch], reduction="sum"
                ) / weights[batch].sum().clamp(min=1)
                boxes = [lesson.boxes[film] for film in batch.tolist()]
                loss = loss + settings.place_weight * place_loss(patch_logits, boxes, turns)
                loss.backward()  # type: ignore[no-untyped-call]  # torch has no types here
            optimiser.step()
            schedule.step()
            averaged.update_parameters(pair)
            total += float(loss.detach())
        tqdm.write(f"epoch {epoch + 1}: loss {total / len(batches):.4f}")
        checkpoint.save(file, parts, epoch + 1, purpose)
    result = averaged.module
    assert isinstance(result, Pair)  # noqa: S101  # what was wrapped comes out
    round_weights(result.image)
    return result.eval()


def _balance(lesson: Lesson) -> Tensor:
    """Weights with the rarer side of each finding raised by the root of its rarity, by share where soft."""
    positive = (lesson.weights * lesson.targets).sum(0).clamp(min=1)
    negative = (lesson.weights * (1 - lesson.targets)).sum(0).clamp(min=1)
    raise_positive, raise_negative = (
        (other / side).clamp(min=1).sqrt() for side, other in ((positive, negative), (negative, positive))
    )
    return lesson.weights * (lesson.targets * raise_positive + (1 - lesson.targets) * raise_negative)


def _learns(weight: nn.Parameter) -> bool:
    return weight.requires_grad


def _draw_pairs(wording: Wording, chance: torch.Generator, noise: float) -> Tensor:
    """One random sentence pair a finding, (findings, 2, hidden); half the time one of its descriptors.

    Noise of that standard deviation makes a sentence stand for those near it, which nobody wrote (Nukrai et
    al., EMNLP Findings 2022).
    """
    drawn = []
    for pooled, descriptors in zip(wording.pooled, wording.descriptors, strict=True):
        plain = torch.rand((), generator=chance) < 0.5
        drawn.append(pooled[int(torch.randint(descriptors if plain else len(pooled), (), generator=chance))])
    told = torch.stack(drawn)
    return told + noise * torch.randn(told.shape, generator=chance)
