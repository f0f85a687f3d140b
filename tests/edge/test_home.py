"""A kit's program finds its bundles and keys beside itself, wherever the kit is mounted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lightbox_edge.home import CURRENT, PROGRAM, VERSIONS, home, keys_folder, keys_of, place_of


def test_what_pip_installed_lies_under_the_environment() -> None:
    assert home() == Path(sys.prefix) / "share" / "lightbox"


def test_a_frozen_program_lies_one_folder_deep_in_its_kit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / PROGRAM / "lightbox"))
    assert home() == tmp_path.resolve()


def test_a_kit_by_itself_trusts_its_own_keys(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    assert place_of(kit) is None
    assert keys_of(kit) == kit / "keys"
    assert place_of(tmp_path / VERSIONS / "1.0") is None  # nothing says that it is installed


def test_an_installed_kit_trusts_the_keys_of_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = tmp_path / VERSIONS / "2026.11.22.1"
    (kit / PROGRAM).mkdir(parents=True)
    (tmp_path / CURRENT).write_text("2026.11.22.1\n")
    assert place_of(kit) == tmp_path.resolve()
    assert keys_of(kit) == tmp_path.resolve() / "keys"
    monkeypatch.delenv("LIGHTBOX_KEYS", raising=False)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(kit / PROGRAM / "lightbox"))
    assert keys_folder() == tmp_path.resolve() / "keys"
