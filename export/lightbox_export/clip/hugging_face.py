"""What CLIP and SigLIP folders of Hugging Face have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from lightbox_edge.errors import LightboxError
from lightbox_export.clip.source import find_weights
from lightbox_export.clip.teacher import GrayImages
from lightbox_export.teachers import Teacher


class Tower(nn.Module):
    """A tower of transformers with its projection, as a plain function of one tensor."""

    def __init__(self, tower: nn.Module, projection: nn.Module) -> None:
        super().__init__()
        self.tower, self.projection = tower, projection

    def forward(self, inputs: Tensor) -> Tensor:
        features: Tensor = self.projection(self.tower(inputs).pooler_output)
        return features


class Words(Tower):
    """A text tower whose features are L2-normalised."""

    def forward(self, input_ids: Tensor) -> Tensor:
        return functional.normalize(super().forward(input_ids), dim=-1)


def read_model(kind: type[PreTrainedModel], model_type: str, folder: Path, teacher: Teacher) -> Any:
    """The whole model, every tensor of it from the folder's weights."""
    if not (folder / "config.json").is_file():
        raise LightboxError(
            f"{folder} holds no config.json: name the folder of {teacher.title} as published."
        )
    found = json.loads((folder / "config.json").read_text("utf-8")).get("model_type")
    if found != model_type:
        raise LightboxError(
            f"{folder} holds a model of type {found!r}, and {teacher.name} is of type {model_type!r}: "
            "name another teacher or another folder."
        )
    find_weights(folder, teacher)
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers has no types here
    loaded: Any = kind.from_pretrained(  # a pair, which its type does not say
        folder, local_files_only=True, weights_only=True, output_loading_info=True, dtype="float32"
    )
    model, report = loaded
    if lacking := sorted({*report["missing_keys"], *(one[0] for one in report["mismatched_keys"])}):
        raise LightboxError(
            f"The weights in {folder} are not those that its config.json describes (for one, {lacking[0]}): "
            "get them again."
        )
    return model.eval()


def gray_images(tower: nn.Module, folder: Path) -> GrayImages:
    """The image tower with the normalisation that ``preprocessor_config.json`` asks for."""
    file = folder / "preprocessor_config.json"
    if not file.is_file():
        raise LightboxError(f"{folder} holds no {file.name}: get the whole folder.")
    seen = json.loads(file.read_text("utf-8"))
    return GrayImages(tower, seen["image_mean"], seen["image_std"])
