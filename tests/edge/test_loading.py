"""Labelled films load as screening loads them, or the one that does not is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import LoadedFrame, load, load_films
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.reading import Limits, Source

SAMPLES = Path(__file__).parents[2] / "samples"
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


def loaded(path: Path, kept_side: int | None = None) -> LoadedFrame:
    source = Source("x", str(path), (), path.stat().st_size, path.stat().st_mtime_ns)
    (frame,) = load(source, HOW, Limits(), kept_side=kept_side).frames
    return frame


@pytest.mark.parametrize("name", ["film-05-8-bit.png", "film-09-jpeg-2000.dcm", "film-01-normal.jpg"])
def test_a_kept_picture_is_large_enough_and_changes_nothing_else(name: str) -> None:
    plain, kept = loaded(SAMPLES / name), loaded(SAMPLES / name, 300)
    assert plain.radiograph is None
    assert kept.radiograph is not None
    assert max(kept.radiograph.pixels.shape) >= min(300, max(kept.radiograph.stored_size))
    assert np.array_equal(plain.pixels, kept.pixels)  # bit for bit, so what is flagged stays flagged
    assert (plain.status, plain.reason, plain.notes) == (kept.status, kept.reason, kept.notes)


def test_a_kept_picture_has_the_tones_in_which_it_was_scored(tmp_path: Path) -> None:
    with Image.open(SAMPLES / "film-05-8-bit.png") as sample:
        right = np.asarray(sample)
    Image.fromarray(255 - right).save(tmp_path / "inverted.png")
    turned = loaded(tmp_path / "inverted.png", 4096)
    assert turned.notes
    assert turned.radiograph is not None
    assert np.array_equal(turned.radiograph.pixels, right)


def test_what_is_not_judged_is_kept_too_and_what_cannot_be_read_is_not(tmp_path: Path) -> None:
    Image.fromarray(np.full((200, 200), 90, np.uint8)).save(tmp_path / "flat.png")
    flat = loaded(tmp_path / "flat.png", 64)
    assert (flat.status, flat.pixels) == ("not judged", None)
    assert flat.radiograph is not None
    (tmp_path / "cut.png").write_bytes((tmp_path / "flat.png").read_bytes()[:60])
    assert loaded(tmp_path / "cut.png", 64).radiograph is None


@pytest.mark.parametrize("where", ["a decoder", "what comes after it"])
def test_what_memory_was_too_small_for_is_tried_again(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row with a SHA-256 would be known for ever, and its copies with it."""
    path = film(tmp_path / "film.png", 1)
    source = Source("x", str(path), (), path.stat().st_size, path.stat().st_mtime_ns)

    def starved(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        what = "PIL.Image.Image.load" if where == "a decoder" else "lightbox_edge.loading.fit"
        patch.setattr(what, starved)
        found = load(source, HOW, Limits())
    assert found.sha256 is None
    assert [frame.status for frame in found.frames] == ["unreadable"]
    assert "memory" in found.frames[0].reason
    assert load(source, HOW, Limits()).sha256 is not None
