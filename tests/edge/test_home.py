"""A kit's program finds its bundles and keys beside itself, wherever the kit is mounted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lightbox_edge.home import PROGRAM, home


def test_what_pip_installed_lies_under_the_environment() -> None:
    assert home() == Path(sys.prefix) / "share" / "lightbox"


def test_a_frozen_program_lies_one_folder_deep_in_its_kit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / PROGRAM / "lightbox"))
    assert home() == tmp_path.resolve()
