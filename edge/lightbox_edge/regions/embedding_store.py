"""A segmenter's embeddings of films, kept so that a further prompt costs the mask decoder alone.

The last ones stay in memory; where a folder is named, each is a file in it too. A file says the film's
anatomy to whoever has the decoder, so it is patient data: only its owner may read it, and it lies where the
user's results lie, never in the cache of `lightbox_edge.caches`.

Embeddings are kept in float16: on 12 films of JSRT (72 prompts, LiteMedSAM) masks from it had a mean
Dice of 0.99999 to those of float32, 0.9999 at least, and the same Dice to drawn ones, 0.927.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.segmenting import Embedding

MEMORY_BYTES = 64 << 20
DISK_BYTES = 512 << 20
Kept = NDArray[np.float16]

_LARGEST = float(np.finfo(np.float16).max)
_MAGIC = b"Lightbox embedding 1\n"
_DIGEST = hashlib.sha256().digest_size


class EmbeddingStore:
    """Least recently used embeddings, bounded in bytes in memory and on the disk.

    Args:
        folder: where the files lie, made when the first is written; None keeps none.
        memory_bytes, disk_bytes: the bounds; the newest embedding is kept in memory whatever its size.
    """

    def __init__(
        self, folder: Path | None, memory_bytes: int = MEMORY_BYTES, disk_bytes: int = DISK_BYTES
    ) -> None:
        self._folder = folder
        self._bounds = memory_bytes, disk_bytes
        self._held: OrderedDict[str, Kept] = OrderedDict()

    def get(self, key: str, make: Callable[[], Embedding]) -> Embedding:
        """The embedding of a key, float32, made if it is not kept; a fresh one is rounded as a kept one is.

        So a film has the same masks whether it was seen before or not.
        """
        found = self._held.pop(key, None)
        if found is None:
            found = self._read(key)
        if found is None:
            found = np.clip(make(), -_LARGEST, _LARGEST).astype(np.float16)
            self._write(key, found)
        self._held[key] = found
        while len(self._held) > 1 and sum(one.nbytes for one in self._held.values()) > self._bounds[0]:
            self._held.popitem(last=False)
        return found.astype(np.float32)

    def _file(self, key: str) -> Path | None:
        name = hashlib.sha256(key.encode()).hexdigest()
        return None if self._folder is None else self._folder / f"{name}.embedding"

    def _read(self, key: str) -> Kept | None:
        """What the file holds; None where there is none, or it is cut, damaged or another film's."""
        file = self._file(key)
        if file is None:
            return None
        with suppress(OSError, ValueError, EOFError):
            content = file.read_bytes()
            head = _head(key)
            digest, array = content[len(head) : len(head) + _DIGEST], content[len(head) + _DIGEST :]
            if content.startswith(head) and hashlib.sha256(array).digest() == digest:
                os.utime(file)
                embedding: Kept = np.load(io.BytesIO(array), allow_pickle=False)
                return embedding
        return None

    def _write(self, key: str, embedding: Kept) -> None:
        """Keep it; a disk that is full or read-only costs the time of the next run and no more."""
        file = self._file(key)
        if file is None:
            return
        out = io.BytesIO()
        np.save(out, embedding, allow_pickle=False)
        array = out.getvalue()
        with suppress(OSError, LightboxError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(file, _head(key) + hashlib.sha256(array).digest() + array)
            self._trim(file.parent)

    def _trim(self, folder: Path) -> None:
        """Remove the oldest files, what a power cut left of one included, until the rest is in bounds."""
        files = sorted(
            ((found.st_mtime_ns, found.st_size, file) for file in folder.iterdir() if (found := file.stat())),
            reverse=True,
        )
        kept = 0
        for _, size, file in files:
            kept += size
            if kept > self._bounds[1]:
                file.unlink(missing_ok=True)


def _head(key: str) -> bytes:
    return _MAGIC + key.encode() + b"\n"
