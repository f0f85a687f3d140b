"""Tests of export import timm and transformers, and so torchvision; see tests/shim."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def apply_shim() -> None:
    """Run tests/shim/sitecustomize.py by its path: a module of that name may be loaded already."""
    path = Path(__file__).parents[1] / "shim" / "sitecustomize.py"
    spec = spec_from_file_location("lightbox_tests_shim", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module_from_spec(spec))


if "torchvision" not in sys.modules:
    apply_shim()
