"""The loop in which a student learns a teacher's features; accelerate does the devices and the precision.

Weights are rounded to the INT8 grid in every forward pass (`rounding`), averaged (EMA), and every epoch
ends in a checkpoint.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from tqdm import tqdm

from lightbox_export import checkpoint
from lightbox_export.lessons import Lessons
from lightbox_export.rounding import round_weights, rounded

_Tensors = tuple[Tensor, ...] | list[Tensor]  # as AveragedModel hands them over
Batch = tuple[Tensor, Tensor, Tensor]  # pixels, teacher's features, captions' features


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. ``purpose`` names student, teacher and films, so that a checkpoint fits or is refused."""

    purpose: str = ""
    epochs: int = 20
    batch_size: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    average_decay: float = 0.99
    seed: int = 0
    bf16: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """What differs between students: the loss of (features, batch), and how pixels are varied."""

    loss: Callable[[Tensor, Batch], Tensor]
    vary: Callable[[Tensor, torch.Generator], Tensor]


def distil(student: nn.Module, role: Role, lessons: Lessons, plan: Plan, file: Path) -> nn.Module:
    """Train, or take up a run at its checkpoint ``file``, and return the averaged student, on the CPU.

    With accelerate's launcher the same call trains on several GPUs; the first process alone writes.

    Raises:
        LightboxError: the checkpoint is damaged or of another training.
    """
    accelerator = Accelerator(mixed_precision="bf16" if plan.bf16 else "no")
    torch.manual_seed(plan.seed)
    loader = DataLoader(lessons, plan.batch_size, shuffle=True, drop_last=len(lessons) > plan.batch_size)
    student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    averaged = AveragedModel(student, multi_avg_fn=_average(plan.average_decay), use_buffers=True)
    optimiser = torch.optim.AdamW(student.parameters(), plan.learning_rate, weight_decay=plan.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.learning_rate, total_steps=plan.epochs * len(loader), pct_start=0.1
    )
    parts: dict[str, checkpoint.Part] = {
        "student": student,
        "averaged": averaged,
        "optimiser": optimiser,
        "schedule": schedule,
    }
    first = checkpoint.resume(file, parts, plan.purpose)
    learner, optimiser, loader = accelerator.prepare(student, optimiser, loader)
    averaged.to(accelerator.device)

    for epoch in range(first, plan.epochs):
        torch.manual_seed(plan.seed + epoch)  # the order of the films
        chance = torch.Generator().manual_seed(plan.seed + epoch)
        learner.train()
        steps = tqdm(
            loader,
            desc=f"epoch {epoch + 1}/{plan.epochs}",
            mininterval=10,
            disable=not accelerator.is_main_process,
        )
        total = 0.0
        for pixels, *told in steps:
            varied = role.vary(pixels.cpu(), chance).to(accelerator.device)
            optimiser.zero_grad()
            with rounded(student):
                with accelerator.autocast():
                    features = learner(varied).float()
                loss = role.loss(features, (varied, *told))
                accelerator.backward(loss)
            optimiser.step()
            schedule.step()
            averaged.update_parameters(student)
            total += float(loss.detach())
        if accelerator.is_main_process:
            tqdm.write(f"epoch {epoch + 1}: loss {total / len(loader):.4f}", file=sys.stderr)
            checkpoint.save(file, parts, epoch + 1, plan.purpose)
        accelerator.wait_for_everyone()
    result: nn.Module = averaged.module.cpu()
    round_weights(result)
    return result.eval()


def _average(decay: float) -> Callable[[_Tensors, _Tensors, Tensor | int], None]:
    """A moving average that forgets its first steps fast, or a short training would end where it began."""

    def update(averaged: _Tensors, current: _Tensors, count: Tensor | int) -> None:
        now = min(decay, (1 + int(count)) / (10 + int(count)))
        get_ema_multi_avg_fn(now)(averaged, current, count)  # type: ignore[no-untyped-call]  # torch has no types here

    return update
