"""A worklist with films of one patient."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightbox_edge import Worklist
from lightbox_edge.referring import referrals
from lightbox_edge.referring.choosing_films import ChosenFile, files_named
from lightbox_edge.referring.packing import Packing, PreparedFile
from tests.referred_films import make_films, screened


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    make_films(folder)
    return folder


@pytest.fixture
def worklist(films: Path, tmp_path: Path) -> Iterator[Worklist]:
    with Worklist(tmp_path / "t.worklist") as made:
        screened(films, made)
        yield made


@pytest.fixture
def packing(worklist: Worklist, films: Path) -> Packing:
    """All of them packed, and the key table written."""
    made = Packing(referrals.new_id())
    for chosen in files_named(worklist, [films]):
        assert isinstance(chosen, ChosenFile)
        assert isinstance(made.add(chosen), PreparedFile)
    referrals.keep(worklist.path, made.referred(["age1"]))
    return made
