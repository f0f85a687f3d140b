"""Labelled films load as screening loads them, or the one that does not is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import load, load_films
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.reading import Limits, Source

HOW = Preprocessing(16, (0.5, 99.5), 0.5, 0.25)


def film(path: Path, seed: int) -> Path:
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (40, 30), dtype=np.uint8)).save(path)
    return path


def test_films_are_what_screening_sees(tmp_path: Path) -> None:
    files = [film(tmp_path / f"{seed}.png", seed) for seed in range(3)]
    films = load_films(files, HOW)
    assert films.shape == (3, 1, 16, 16)
    for file, pixels in zip(files, films, strict=True):
        source = Source("x", str(file), (), file.stat().st_size, file.stat().st_mtime_ns)
        (frame,) = load(source, HOW, Limits(), checked=False).frames
        assert np.array_equal(frame.pixels, pixels)


@pytest.mark.parametrize("content", [None, b"no image", b"\x89PNG\r\n\x1a\n cut"])
def test_a_film_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LightboxError, match=r"^The film .*bad\.png cannot be used: \w"):
        load_films([film(tmp_path / "good.png", 0), path], HOW)
