"""What a user installs: four rooms, a door, the default bundle, the key that signed it, and no more."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"lightbox_door", "lightbox_edge", "lightbox_export", "lightbox_quantize", "lightbox_tui"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a wheel built from this tree."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(out), str(ROOT)], check=True
    )
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return wheel.namelist()


def test_only_our_packages_the_bundle_and_the_key(names: list[str]) -> None:
    """No test, no sample and no generic name goes into site-packages."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.startswith("lightbox_triage-")} == PACKAGES
    data = {name.split(".data/data/")[1] for name in names if ".data/" in name}
    tree = {
        f"share/lightbox/{path.relative_to(ROOT).as_posix()}"
        for folder in ("bundles", "keys")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert data == tree
    assert "share/lightbox/keys/lightbox.pub" in data


def test_types_recipes_and_the_pages_style_travel(names: list[str]) -> None:
    """Each package says that it is typed, and data files lie where the code looks for them."""
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    styles = {f"lightbox_edge/{place}page.css" for place in ("", "evaluating/", "reporting/")}
    assert {"lightbox_export/recipes/chest-open.toml", *styles} <= set(names)
