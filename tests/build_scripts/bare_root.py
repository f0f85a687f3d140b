"""The kit on a computer that has nothing: a bare Debian without Python, no network, the kit write-protected.

    python -m tests.build_scripts.bare_root build/kit

Needs root, debootstrap with a Debian mirror, and tmux; so it is run by hand, and test_kit.py, which needs no
root, in CI. The system is made in a temporary folder and removed; ``--root`` names one to keep and use again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.compressed_films import compressed_films
from tests.terminal import Terminal

STICK, HOME = "media/stick", "home/nurse"
MOUNTED = (
    'mount --bind "$0" "$1/media/stick" && mount -o remount,bind,ro "$1/media/stick" '
    '&& mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && cd / && root=$1 && shift '
    '&& exec chroot "$root" /usr/bin/env -i HOME=/home/nurse PATH=/usr/bin:/bin LANG=C.UTF-8 '
    'TERM=xterm-256color LIGHTBOX_LANGUAGE=en "$@"'
)


def made(root: Path) -> Path:
    """A bare Debian, with a nurse's home and a place for the stick."""
    if not (root / "bin").exists():
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root], check=True, stdout=sys.stderr)
    (root / STICK).mkdir(parents=True, exist_ok=True)
    (root / HOME).mkdir(parents=True, exist_ok=True)
    return root


def inside(kit: Path, root: Path, *call: str) -> list[str]:
    """The command line that runs a call in that system, with the kit mounted and no network."""
    return ["unshare", "-n", "-m", "sh", "-c", MOUNTED, str(kit), str(root), *call]


def lightbox(kit: Path, root: Path, *arguments: str) -> list[str]:
    return inside(kit, root, "sh", "/media/stick/start-linux.sh", *arguments)


def steps(kit: Path, root: Path) -> list[tuple[str, Callable[[], str]]]:
    """What is tried, in order; each says what it saw, or fails."""

    def ran(*call: str) -> str:
        return subprocess.run(call, capture_output=True, text=True, check=True).stdout

    def empty() -> str:
        missing = subprocess.run(inside(kit, root, "sh", "-c", "command -v python3"), check=False)
        assert missing.returncode == 127 or missing.returncode == 1
        assert subprocess.run(inside(kit, root, "touch", "/media/stick/x"), check=False).returncode
        routes = ran(*inside(kit, root, "cat", "/proc/net/route")).splitlines()
        return f"no python3, {len(routes[1:])} routes, the stick cannot be written to"

    def screened(*paths: str) -> str:
        started = time.perf_counter()
        told = ran(*lightbox(kit, root, "screen", *paths, "--json"))
        films = [json.loads(line) for line in told.splitlines()]
        judged = sum(film["status"] == "judged" for film in films)
        unreadable = sum(film["status"] == "unreadable" for film in films)
        assert unreadable == 0
        return f"{judged} judged of {len(films)} in {time.perf_counter() - started:.1f} s"

    def syntaxes() -> str:
        films = root / HOME / "films"
        films.mkdir(exist_ok=True)
        return f"{len(compressed_films(films))} syntaxes: {screened('/home/nurse/films')}"

    def reviewed() -> str:
        with tempfile.TemporaryDirectory() as place:
            terminal = Terminal(Path(place), "bare", (100, 30), lightbox(kit, root, "review"))
            try:
                terminal.sees("explains all keys")
                terminal.press("Enter")
                terminal.sees("Be its first reader")
                terminal.press("Escape")
                shown = terminal.sees("flagged", "any abnormality", without="Be its first reader")
                terminal.press("Enter")
                terminal.sees("▀▀▀", "flags at")
                terminal.press("q", "q")
                terminal.ended()
            finally:
                terminal.close()
        return f"{shown.count('flagged')} lines of the list say flagged; a film opened and left"

    def reported() -> str:
        ran(*lightbox(kit, root, "report", "--format", "pdf", "--out", "/home/nurse/films.pdf"))
        written = root / HOME / "films.pdf"
        assert written.read_bytes().startswith(b"%PDF")
        return f"a PDF of {written.stat().st_size / 1e6:.1f} MB"

    return [
        ("a bare system", empty),
        ("the kit verifies itself", lambda: ran(*lightbox(kit, root, "kit", "verify")).strip()),
        ("the samples", lambda: screened("/media/stick/samples")),
        ("every compressed transfer syntax", syntaxes),
        ("the review in a terminal", reviewed),
        ("a report", reported),
        ("what doctor says", lambda: _line(ran(*lightbox(kit, root, "doctor")), "network")),
    ]


def _line(told: str, name: str) -> str:
    return next(line for line in told.splitlines() if line.startswith(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kit", type=Path)
    parser.add_argument("--root", type=Path, help="the bare system, made if it is not there, and kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = made(arguments.root or Path(place, "root"))
        for name, step in steps(arguments.kit.absolute(), root):
            print(f"{name}: {step()}", flush=True)


if __name__ == "__main__":
    main()
