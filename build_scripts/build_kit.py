"""Build a kit: the frozen program, a bundle, samples, keys, start files, guide and licences in one folder.

    python build_scripts/build_kit.py --bundle bundles/chest-open --out build/kit

It builds for the system that it runs on. `lightbox kit build` calls it, and then writes what a kit is known
by: its record, its sums and its signature.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from freeze import freeze
from third_party import UnknownOrigin, third_party

ROOT = Path(__file__).resolve().parent.parent
START = {
    "linux": ("start-linux.sh", "START-LINUX.txt"),
    "win32": ("start-windows.bat", "START-WINDOWS.txt"),
}


class KitError(Exception):
    """What the caller named cannot be made a kit."""


def build_kit(bundle: Path, out: Path) -> None:
    """Build a kit in a new folder; it appears whole, or not at all.

    Raises:
        KitError: the bundle is none, the folder is there already, or this system has no start files.
    """
    name = _bundle_name(bundle)
    if out.exists():
        raise KitError(f"{out} exists: name a new folder.")
    if sys.platform not in START:
        raise KitError(f"A kit for {sys.platform} has no start files yet: build on Linux or Windows.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".kit-", dir=out.parent) as place:
        kit = Path(place, "kit")
        frozen = freeze(kit, Path(place, "work"))
        (kit / "THIRD-PARTY.txt").write_text(third_party(frozen.sources, ROOT), "utf-8")
        shutil.copytree(bundle, kit / "bundles" / name)
        shutil.copytree(ROOT / "samples", kit / "samples")
        shutil.copytree(ROOT / "keys", kit / "keys")
        shutil.copy(ROOT / "LICENSE", kit)
        for file in START[sys.platform]:
            shutil.copy(ROOT / "build_scripts" / "start" / file, kit)
        _write_guides(kit, name)
        kit.rename(out)


def _write_guides(kit: Path, bundle: str) -> None:
    """The guide's pictures show the kit's own samples, judged by its own bundle."""
    (kit / "guide").mkdir()
    options = ("--bundle", f"bundles/{bundle}", "--samples", "samples", "--out", "guide")
    call = [sys.executable, str(ROOT / "build_scripts" / "guide.py"), *options]
    subprocess.run(call, cwd=kit, check=True, stdout=sys.stderr)


def _bundle_name(bundle: Path) -> str:
    try:
        return str(json.loads((bundle / "manifest.json").read_bytes())["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KitError(f"There is no bundle in {bundle}: name a folder with a manifest.json.") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bundle", type=Path, required=True, help="the bundle that the kit carries")
    parser.add_argument("--out", type=Path, required=True, help="the new folder")
    arguments = parser.parse_args()
    try:
        build_kit(arguments.bundle, arguments.out)
    except (KitError, UnknownOrigin) as error:
        sys.exit(f"build_kit: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"build_kit: {error.cmd[1]} ended with code {error.returncode}; it said why above.")


if __name__ == "__main__":
    main()
