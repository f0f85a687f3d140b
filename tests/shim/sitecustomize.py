"""Lets torchvision be imported where its compiled operators cannot be loaded.

With a torch without CUDA, torchvision's wheel (built for one with it) cannot load its shared library,
and its Python part then fails at import, for two operators that it decorates do not exist. Nothing of
ours calls them; timm and transformers only import torchvision. So they are declared, without a body,
right before torchvision is imported.

Put this folder on PYTHONPATH for a process of its own; in-process tests load it by path, see
tests/export/conftest.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


class DeclareOperators(MetaPathFinder):
    """Finds nothing itself; declares the operators when torchvision is first looked for."""

    library: object = None  # kept, for torch forgets the operators with it

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name != "torchvision" or DeclareOperators.library is not None:
            return
        import torch

        library = DeclareOperators.library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in OPERATORS:
            if not hasattr(torch.ops.torchvision, operator):
                library.define(f"{operator}{SIGNATURE}")


sys.meta_path.insert(0, DeclareOperators())
