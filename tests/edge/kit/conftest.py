"""A programme that signs kits, and what a clinic gets of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lightbox_edge.trust import PublicKey, SecretKey, trusted_keys
from tests.made_kits import NEW, OLD, make_key, make_kit


@dataclass(frozen=True)
class Programme:
    """A key and the kits that it sealed, an old one and a new one; never written to by tests."""

    secret_key: SecretKey
    keys: Path
    old: Path
    new: Path

    @property
    def trusted(self) -> tuple[PublicKey, ...]:
        return trusted_keys(self.keys)


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    folder = tmp_path_factory.mktemp("programme")
    keys = folder / "keys"
    secret_key = make_key(keys)
    old, new = (make_kit(folder / version, keys, secret_key, version) for version in (OLD, NEW))
    return Programme(secret_key, keys, old, new)
