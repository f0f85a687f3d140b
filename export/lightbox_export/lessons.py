"""What a student learns from: films and what the teacher makes of them, kept on disk.

A teacher takes seconds a film where a student takes milliseconds, so it looks at each film once. The
cache is by the film's content and the teacher's; a damaged entry is made again. Features are kept in
fp16, whose error (5e-4) is far under what a student misses.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from lightbox_edge.backends import open_session
from lightbox_edge.durable import write_durably

Prepare = Callable[[Path], NDArray[np.float32]]
DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Teacher:
    """An exported image encoder: its graph, the name of its output, and how a film becomes its input.

    ``prepare`` gives (1, S, S) float32; ``recipe`` is that way in words, for the cache's key.
    """

    model: bytes
    output: str
    prepare: Prepare
    recipe: str

    def key(self) -> str:
        return hashlib.sha256(self.model + self.recipe.encode()).hexdigest()[:16]


class Lessons(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """(pixels (1, S, S), teacher's features, caption's features) of each film, float32.

    A film without a caption has zeros; ``captions`` None means that no film has one.
    """

    def __init__(self, entries: Sequence[Path], captions: Tensor | None = None) -> None:
        self._entries = entries
        self._captions = torch.zeros(len(entries), 0) if captions is None else captions

    def key(self) -> str:
        """Which films these are, whatever their folder."""
        names = "\n".join(entry.stem for entry in self._entries)
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        with np.load(self._entries[index], allow_pickle=False) as entry:
            pixels, features = entry["pixels"].astype(np.float32), entry["features"].astype(np.float32)
        return torch.from_numpy(pixels), torch.from_numpy(features), self._captions[index]


def prepare_lessons(
    teacher: Teacher, films: Sequence[Path], cache: Path, captions: Tensor | None = None
) -> Lessons:
    """Ask the teacher about every film that the cache does not hold yet.

    Args:
        teacher: what to ask.
        films: one picture each.
        cache: a folder, made if it is not there.
        captions: features of the films' captions, (N, dimensions), zeros where there is none.

    Raises:
        LightboxError: a film cannot be read.
    """
    folder = cache / teacher.key()
    folder.mkdir(parents=True, exist_ok=True)
    session = None
    entries = []
    for film in tqdm(films, desc="teacher", unit="film", mininterval=10):
        entry = folder / f"{hashlib.sha256(film.read_bytes()).hexdigest()}.npz"
        if not _whole(entry):
            session = session or open_session(teacher.model, "auto", "auto")
            pixels = teacher.prepare(film)
            features = session.run({"pixels": pixels[np.newaxis]})[teacher.output][0]
            buffer = io.BytesIO()
            np.savez(buffer, pixels=pixels.astype(np.float16), features=features.astype(np.float16))
            write_durably(entry, buffer.getvalue())
        entries.append(entry)
    return Lessons(entries, captions)


def _whole(entry: Path) -> bool:
    """Whether an entry is there and every byte of it is as it was written (a zip has checksums)."""
    try:
        with zipfile.ZipFile(entry) as archive:
            return archive.testzip() is None
    except DAMAGED:
        return False
