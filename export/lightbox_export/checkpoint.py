"""A training's state in one file, replaced whole, so that a run that was cut off goes on from there."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch

from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError


class Part(Protocol):
    """Whatever keeps its state in a dict: a module, an optimiser, a schedule."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any: ...


def save(checkpoint: Path, parts: Mapping[str, Part], epoch: int, purpose: str) -> None:
    """Write every part's state; ``purpose`` says what is trained, and with what."""
    state = {name: part.state_dict() for name, part in parts.items()}
    buffer = io.BytesIO()
    torch.save({"epoch": epoch, "purpose": purpose, **state}, buffer)
    write_durably(checkpoint, buffer.getvalue())


def resume(checkpoint: Path, parts: Mapping[str, Part], purpose: str) -> int:
    """Load every part's state and return how many epochs are done; 0 where there is no checkpoint.

    Raises:
        LightboxError: it is damaged, or of another training.
    """
    if not checkpoint.is_file():
        return 0
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if not isinstance(state, dict):
            raise ValueError("it holds no record")
        if state["purpose"] != purpose:
            raise LightboxError(
                f"The checkpoint {checkpoint} is of another training: name another --out, or delete it."
            )
        for name, part in parts.items():
            part.load_state_dict(state[name])
        return int(state["epoch"])
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, ValueError) as error:
        raise LightboxError(f"The checkpoint {checkpoint} is damaged: delete it to start again.") from error
