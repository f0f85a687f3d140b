"""Small kits with real sums, a real signature and a real bundle's manifest; their program is a script."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from lightbox_edge.bundle import BUNDLES, DEFAULT_BUNDLE, MANIFEST
from lightbox_edge.bundle_signing import sign_bundle
from lightbox_edge.kit import seal_kit
from lightbox_edge.trust import SecretKey, make_key_pair, open_secret_key

BUNDLE = f"{BUNDLES}/{DEFAULT_BUNDLE}"
REAL_MANIFEST = Path(__file__).parents[1] / BUNDLE / MANIFEST
OLD, NEW = "2026.11.22.9", "2026.11.22.10"


class Quiet:
    """A watcher who is told everything and says nothing."""

    def begin(self, step: str, size: int) -> None: ...

    def advance(self, size: int) -> None: ...


def make_key(folder: Path, name: str = "programme") -> SecretKey:
    """A secret key, and its public half as ``NAME.pub`` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    secret, public = make_key_pair(None, name)
    (folder / f"{name}.pub").write_bytes(public)
    (folder / f"{name}.key").write_bytes(secret)
    return open_secret_key(folder / f"{name}.key", str)


def lay_out(kit: Path, keys: Path, secret_key: SecretKey | None, words: str) -> None:
    """What the build script lays out; ``words`` is what the program says before its arguments."""
    files = {
        "program/lightbox": f'#!/bin/sh\necho "{words} $*"\n',
        "program/_internal/library.so": f"a library of {words}",
        "samples/film.png": "a film",
        "guide/en.html": "how to",
        "start-linux.sh": '#!/bin/sh\nexec sh "$(dirname -- "$0")/program/lightbox" "$@"\n',
        "start-windows.bat": "@echo off\r\n",
        "LICENSE": "a licence",
    }
    for path, content in files.items():
        (kit / path).parent.mkdir(parents=True, exist_ok=True)
        (kit / path).write_text(content, newline="")
    (kit / "keys").mkdir()
    for public in keys.glob("*.pub"):
        (kit / "keys" / public.name).write_bytes(public.read_bytes())
    _lay_out_bundle(kit / BUNDLE)
    if secret_key:
        sign_bundle(kit / BUNDLE, secret_key)


def make_kit(kit: Path, keys: Path, secret_key: SecretKey | None, version: str = OLD) -> Path:
    """A kit that one key sealed, with the public keys of a folder in its own."""
    lay_out(kit, keys, secret_key, version)
    seal_kit(kit, version, "1.2.3", secret_key, Quiet())
    return kit


def _lay_out_bundle(folder: Path) -> None:
    """A bundle with the manifest of the real one, whose files are a few bytes each."""

    def small(value: Any) -> Any:
        if isinstance(value, list):
            return [small(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.keys() != {"path", "sha256", "bytes"}:
            return {key: small(one) for key, one in value.items()}
        content = f"what stands for {value['path']}".encode()
        place = folder / value["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return {
            "path": value["path"],
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }

    manifest = small(json.loads(REAL_MANIFEST.read_text("utf-8")))
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
