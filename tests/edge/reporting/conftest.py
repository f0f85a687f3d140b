"""Reports of the small worklist, and golden files of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lightbox_edge.bundle import Bundle
from lightbox_edge.worklist import Worklist
from tests.reported_films import decided, make, measured_bundle

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "LIGHTBOX_REWRITE_GOLDENS"  # set to 1, a test writes its goldens: look at them before a commit


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    with make(tmp_path) as made:
        decided(made)
        yield made


@pytest.fixture
def measured(small_bundle: Path) -> Bundle:
    return measured_bundle(small_bundle)


def golden(name: str, content: bytes) -> None:
    """Hold bytes against ``golden/NAME``."""
    file = GOLDEN / name
    if os.environ.get(REWRITE):
        file.write_bytes(content)
    assert file.is_file(), f"no golden {name} yet: run the test once with {REWRITE}=1"
    assert content == file.read_bytes(), f"{name}: look, and run with {REWRITE}=1 if it is right"
