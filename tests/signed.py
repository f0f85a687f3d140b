"""A key that the tests trust beside the project's own, so that made bundles run as signed ones do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.bundle_signing import sign_bundle
from lightbox_edge.trust import make_key_pair, open_secret_key

PROJECT = Path(__file__).parents[1] / "keys" / "lightbox.pub"


def lay_out_keys(place: Path) -> Path:
    """Make a folder of trusted keys, the project's and the tests', and keep the secret one beside it."""
    keys = place / "keys"
    keys.mkdir()
    shutil.copy(PROJECT, keys)
    secret, public = make_key_pair(None, "tests")
    (place / "tests.key").write_bytes(secret)
    (keys / "tests.pub").write_bytes(public)
    return keys


def signed(folder: Path) -> Bundle:
    """The bundle in a folder, signed with the tests' key and opened."""
    key = Path(os.environ["LIGHTBOX_KEYS"]).with_name("tests.key")
    sign_bundle(folder, open_secret_key(key, lambda: ""))
    return open_bundle(folder)
