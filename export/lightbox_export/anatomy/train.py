"""Training of the anatomy network: few films, turned, re-exposed and mirrored with their sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from lightbox_edge.anatomy import LUNGS, WHOLE_LUNGS
from lightbox_export import checkpoint
from lightbox_export.anatomy.network import AnatomyNetwork, loss
from lightbox_export.films import draw_turns, places, retone
from lightbox_export.rounding import round_weights, rounded

TARGETS = (*LUNGS, *WHOLE_LUNGS)
OTHER_SIDE = [1, 0, 3, 2]  # where each target's is among `TARGETS`


@dataclass(frozen=True, slots=True)
class Plan:
    """The optimiser's settings; in the last ``rounded_epochs`` the network learns to live with INT8."""

    epochs: int
    rounded_epochs: int = 0
    batch_size: int = 8
    rate: float = 3e-3
    seed: int = 0


def train(network: AnatomyNetwork, films: Tensor, masks: Tensor, size: int, plan: Plan, file: Path) -> None:
    """Train in place, or take up a run at its checkpoint ``file``.

    Args:
        network: its first stages keep their ImageNet weights.
        films: (N, 1, H, H), 0 to 1, larger than ``size`` so that zooming in stays sharp.
        masks: (N, targets, H, H), 0 to 1, in the order of `TARGETS`.
        size: the side of a film as the network sees it.
        plan: how.
        file: the checkpoint.

    Raises:
        LightboxError: the checkpoint is damaged or of another training.
    """
    torch.manual_seed(plan.seed)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    optimiser = torch.optim.AdamW(network.learning(plan.rate), weight_decay=1e-2)
    steps = plan.epochs * (len(films) // plan.batch_size)
    rates = [group["lr"] for group in optimiser.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps, pct_start=0.15)
    parts: dict[str, checkpoint.Part] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    purpose = f"anatomy on {len(films)} films at {size}: {plan}"
    for epoch in range(checkpoint.resume(file, parts, purpose), plan.epochs):
        chance = torch.Generator().manual_seed(plan.seed + epoch)
        network.train()
        order = torch.randperm(len(films), generator=chance)
        batches = order[: steps // plan.epochs * plan.batch_size].view(-1, plan.batch_size)
        total = 0.0
        for batch in tqdm(batches, desc=f"epoch {epoch + 1}/{plan.epochs}", mininterval=10):
            pixels, drawn = altered(films[batch], masks[batch], size, chance)
            optimiser.zero_grad()
            if epoch >= plan.epochs - plan.rounded_epochs:
                with rounded(network):
                    total += _learn(network, pixels, drawn)
            else:
                total += _learn(network, pixels, drawn)
            optimiser.step()
            schedule.step()
        tqdm.write(f"epoch {epoch + 1}: loss {total / len(batches):.4f}")
        checkpoint.save(file, parts, epoch + 1, purpose)
    if plan.rounded_epochs:
        round_weights(network)
    network.eval()


def altered(films: Tensor, masks: Tensor, size: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Films and their masks, altered alike; half are mirrored and the lungs change their names.

    So sides are learned by place: on a film that hangs as it should they are the patient's.
    """
    mirrored = (torch.rand(len(films), generator=chance) < 0.5).view(-1, 1, 1, 1)
    films = torch.where(mirrored, films.flip(-1), films)
    masks = torch.where(mirrored, masks.flip(-1)[:, OTHER_SIDE], masks)
    grid = places(draw_turns(len(films), chance), size)
    turned = functional.grid_sample(films, grid, align_corners=False)
    return retone(turned, chance), functional.grid_sample(masks, grid, align_corners=False)


def _learn(network: AnatomyNetwork, pixels: Tensor, drawn: Tensor) -> float:
    value = loss(network(pixels.contiguous(memory_format=torch.channels_last)), drawn)
    value.backward()  # type: ignore[no-untyped-call]  # torch has no types here
    return float(value.detach())
