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


def test_the_runtime_keeps_no_telemetry(tmp_path: Path) -> None:
    """A session of ONNX Runtime leaves no identity of the machine and no events, which it would send.

    An audit hook does not see native sockets; these files are what its client makes before it opens one.
    """
    told = """
import sys
import lightbox_edge
from lightbox_edge.backends.onnxruntime_backend import open_session
open_session(open(sys.argv[1], "rb").read(), None, 1)
"""
    homes = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    model = next((ROOT / "bundles" / "chest-open").rglob("image_encoder.onnx"))
    subprocess.run([sys.executable, "-c", told, str(model)], env=environment | homes, check=True)
    assert not list(tmp_path.iterdir())


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
