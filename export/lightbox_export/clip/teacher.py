"""What every image-text teacher looks like once it is loaded, and what is said if it cannot be."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from lightbox_edge.errors import LightboxError
from lightbox_export.teachers import Teacher


class GrayImages(nn.Module):
    """A tower for colour pictures, fed with gray ones: repeated three times and normalised by channel."""

    mean: Tensor
    std: Tensor

    def __init__(self, tower: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.tower = tower
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))

    def normalised(self, pixels: Tensor) -> Tensor:
        """(N, 1, S, S) to what the tower takes, (N, 3, S, S)."""
        return (pixels - self.mean) / self.std

    def forward(self, pixels: Tensor) -> Tensor:
        return functional.normalize(self.tower(self.normalised(pixels)), dim=-1)


@dataclass(frozen=True, slots=True)
class ClipTeacher:
    """Two towers that end in L2-normalised features of one space.

    Attributes:
        image: pixels (N, 1, S, S) float32, gray, 0 to 1, to image_features (N, D).
        text: input_ids (N, tokens) int64, and an attention_mask where ``masked``, to text_features (N, D).
        masked: whether the text tower takes an attention_mask.
        tokenizer: pads and truncates as the text tower wants it; its JSON carries both.
        max_tokens: of a sentence.
        as_published: sentences to the input_ids that the teacher's own library makes, fully padded.
        logit_scale: what cosines are multiplied with.
        input_size: S.
    """

    image: GrayImages
    text: nn.Module
    masked: bool
    tokenizer: Tokenizer
    max_tokens: int
    as_published: Callable[[Sequence[str]], Tensor]
    logit_scale: float
    input_size: int


@contextmanager
def loading(folder: Path, teacher: Teacher) -> Iterator[None]:
    """Turn whatever the libraries raise or say about a damaged or foreign folder into one sentence."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    except (LightboxError, ModuleNotFoundError):
        raise
    except Exception as error:  # torch, safetensors, timm and transformers each have their own
        raise LightboxError(f"{folder} cannot be loaded as {teacher.title}: {_why(error)}.") from error
    finally:
        logging.disable(before)


def _why(error: Exception) -> str:
    """The reason in words; the libraries wrap one error into another, so all of the chain is looked at."""
    chain = _chain(error)
    said = " ".join(str(one) for one in chain)
    if "Weights only load failed" in said or any(isinstance(one, pickle.UnpicklingError) for one in chain):
        return "its weights are damaged, or hold more than tensors, which is never run; get it again"
    if "zip archive" in said or any(isinstance(one, EOFError | SafetensorError) for one in chain):
        return "its weights are cut off or damaged; get it again"
    if "Error(s) in loading state_dict" in said or "size mismatch" in said:
        return "its weights are not those of the model that its configuration describes"
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__


def _chain(error: BaseException | None) -> list[BaseException]:
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
