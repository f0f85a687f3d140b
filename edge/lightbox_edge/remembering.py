"""The choice that was made on this machine, in the cache: losing it costs another measurement, no more."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import msgspec

from lightbox_edge import strict_json
from lightbox_edge.backends import RealBackendName
from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.caches import cache_folder
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Precision

MOST_BYTES = 1 << 16


class Remembered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A choice, and in ``key`` all that it depends on."""

    key: str
    precision: Precision
    backend: RealBackendName
    reason: str


def recall(key: str) -> Remembered | None:
    """What was chosen under this key, or None where nothing was, or nothing that can be read."""
    try:
        kept = strict_json.decode(read_at_most(_path(key), MOST_BYTES), Remembered)
    except (OSError, ValueError):
        return None
    return kept if kept.key == key else None


def remember(choice: Remembered) -> None:
    """Keep a choice, if the cache can be written."""
    with suppress(OSError, LightboxError):
        path = _path(choice.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, msgspec.json.format(msgspec.json.encode(choice), indent=2) + b"\n")


def _path(key: str) -> Path:
    return cache_folder("choices") / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
