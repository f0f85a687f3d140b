"""Films of a folder without labels: evenly taken, and what is no film is passed over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge import unlabelled
from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Preprocessing

Film = Callable[[int], NDArray[np.uint8]]
HOW = Preprocessing(16, (0.5, 99.5), 0.0, 1.0)


@pytest.fixture
def films(tmp_path: Path, film: Film) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(21):
        Image.fromarray(film(number)).resize((64, 64)).save(folder / f"{number:03}.png")
    return folder


def test_they_are_taken_evenly(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlabelled, "MOST", 5)
    taken = list(unlabelled.read_unlabelled(films, HOW, 2))
    assert [len(one) for one in taken] == [2, 2, 1]
    chosen = [films / f"{number:03}.png" for number in (0, 5, 10, 15, 20)]
    assert np.array_equal(np.concatenate(taken), load_films(chosen, HOW))


def test_what_is_no_film_is_passed_over(films: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    (mixed / "notes.txt").write_text("none")
    (mixed / "broken.png").write_bytes((films / "000.png").read_bytes()[:40])
    shutil.copy(films / "000.png", mixed / "film.png")
    (only,) = unlabelled.read_unlabelled(mixed, HOW, 2)
    assert np.array_equal(only, load_films([films / "000.png"], HOW))
    (radiograph,) = unlabelled.read_radiographs(mixed, 16, 4)
    assert radiograph.stored_size == (64, 64)


def test_no_film_at_all_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(LightboxError, match="holds no film that can be read: name a folder of X-rays"):
        unlabelled.read_radiographs(tmp_path, 16, 4)
