"""Tests of export import timm and transformers, and so torchvision; see tests/shim."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from lightbox_edge.bundle import Bundle
from lightbox_edge.labels import LabelledFilm
from tests.tiny import Film, write_bundle, write_films


def apply_shim() -> None:
    """Run tests/shim/sitecustomize.py by its path: a module of that name may be loaded already."""
    path = Path(__file__).parents[1] / "shim" / "sitecustomize.py"
    spec = spec_from_file_location("lightbox_tests_shim", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module_from_spec(spec))


if "torchvision" not in sys.modules:
    apply_shim()


@pytest.fixture(scope="session")
def labelled_films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> list[LabelledFilm]:
    """96 small films with and without fluid: 24 train, 24 calibrate, 48 test."""
    return write_films(tmp_path_factory.mktemp("learn") / "films", film, 96)


@pytest.fixture(scope="session")
def teacher_bundle(labelled_films: list[LabelledFilm], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A tiny teacher of 64 x 64 pixels, with a segmenter."""
    return write_bundle(tmp_path_factory.mktemp("learn") / "teacher", labelled_films, segmenter=True)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Threads that wait for each other take minutes on a busy machine, and would sum in another order."""
    import torch  # after the shim

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
