"""Embeddings that are kept: made once, bounded, and made again where a file is not what was written."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.segmenting import Embedding


class Maker:
    """Makes another embedding for each key, and counts."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def of(self, key: str) -> Callable[[], Embedding]:
        def make() -> Embedding:
            self.made.append(key)
            return embedding(key)

        return make


def embedding(key: str) -> Embedding:
    return (
        np.random.default_rng(len(key) + ord(key[-1]))
        .normal(size=(4, 8, 8))
        .astype(np.float16)
        .astype(np.float32)
    )


BYTES = embedding("a").nbytes // 2  # it is kept in float16


def test_in_memory_the_least_recently_used_go_first() -> None:
    maker, store = Maker(), EmbeddingStore(None, memory_bytes=2 * BYTES)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert (store.get(key, maker.of(key)) == embedding(key)).all()
    assert maker.made == ["a", "b", "c", "b"]


def test_a_fresh_embedding_is_the_one_that_a_file_gives(tmp_path: Path) -> None:
    """So that a run gives the same masks whether the film was seen before or not."""
    exact = np.array([[1.0001, -3.33333, 1e9]], np.float32)
    fresh = EmbeddingStore(tmp_path).get("a", lambda: exact)
    kept = EmbeddingStore(tmp_path).get("a", lambda: exact / 0)
    assert (fresh == kept).all()
    assert fresh[0, :2] == pytest.approx(exact[0, :2], rel=1e-3)
    assert np.isfinite(fresh).all()


def test_a_file_serves_the_next_run_bit_for_bit(tmp_path: Path) -> None:
    maker, place = Maker(), tmp_path / "kept"
    EmbeddingStore(place).get("a", maker.of("a"))
    again = EmbeddingStore(place).get("a", maker.of("a"))
    assert maker.made == ["a"]
    assert again.dtype == np.float32
    assert (again == embedding("a")).all()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    EmbeddingStore(tmp_path / "kept").get("a", Maker().of("a"))
    (file,) = (tmp_path / "kept").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content[:10] + b"x" + content[11:],
        lambda content: os.urandom(len(content)),
    ],
)
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    maker = Maker()
    EmbeddingStore(tmp_path).get("a", maker.of("a"))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert (EmbeddingStore(tmp_path).get("a", maker.of("a")) == embedding("a")).all()
    assert maker.made == ["a", "a"]
    assert file.read_bytes() == whole


def test_another_films_file_under_this_name_is_not_believed(tmp_path: Path) -> None:
    maker = Maker()
    EmbeddingStore(tmp_path / "one").get("a", maker.of("a"))
    EmbeddingStore(tmp_path / "two").get("b", maker.of("b"))
    (ours,), (theirs,) = (tmp_path / "one").iterdir(), (tmp_path / "two").iterdir()
    ours.write_bytes(theirs.read_bytes())
    assert (EmbeddingStore(tmp_path / "one").get("a", maker.of("a")) == embedding("a")).all()


def test_the_folder_stays_in_its_bound_with_what_a_power_cut_left(tmp_path: Path) -> None:
    left = tmp_path / ".a.embedding.x1"
    left.write_bytes(b"x" * BYTES)
    os.utime(left, (1, 1))
    store = EmbeddingStore(tmp_path, disk_bytes=3 * BYTES + 900)
    for number, key in enumerate("abcde"):
        store.get(key, Maker().of(key))
        for file in tmp_path.iterdir():
            os.utime(file, (file.stat().st_mtime - 10, file.stat().st_mtime - 10 + number))
    assert not left.exists()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 3 * BYTES + 900
    maker, fresh = Maker(), EmbeddingStore(tmp_path)
    for key in "edc":
        fresh.get(key, maker.of(key))
    assert maker.made == []


def test_a_place_that_cannot_be_written_costs_time_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    maker, store = Maker(), EmbeddingStore(tmp_path / "file" / "kept")
    assert (store.get("a", maker.of("a")) == embedding("a")).all()
