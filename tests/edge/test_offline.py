"""Nothing leaves the machine: screening with every socket call forbidden, decoders included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

GUARD = """
import sys

def guard(event, _arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"the network was touched: {event}")

sys.addaudithook(guard)
"""


def test_screening_touches_no_socket(tmp_path: Path) -> None:
    """An audit hook in every Python process of the run fails on any socket event."""
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    proof = [sys.executable, "-c", "import socket; socket.socket()"]
    assert subprocess.run(proof, env=environment, capture_output=True, check=False).returncode != 0
    done = subprocess.run(
        [
            *(sys.executable, "-m", "lightbox_door", "screen", str(ROOT / "samples"), "--json"),
            *("--bundle", str(ROOT / "bundles" / "chest-open"), "--worklist", str(tmp_path / "w.worklist")),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the network was touched" not in done.stdout + done.stderr
    assert '"status":"judged"' in done.stdout
