"""Nothing leaves the machine: the main job without a network, with no sockets, and watched from outside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import lightbox
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
FILM, ZIP = ROOT / "samples" / "film-09-jpeg-2000.dcm", ROOT / "samples" / "two-films.zip"
BUNDLE = ("--bundle", ROOT / "bundles" / "chest-open")

# An event loop wakes itself through a pair of local sockets.
GUARD = """
import socket
import sys

def guard(event, arguments):
    if event.startswith("socket.") and not (event == "socket.__new__" and arguments[1] == socket.AF_UNIX):
        open({log!r}, "a").write(event + "\\n")
        raise RuntimeError(f"the network was touched: {{event}}")

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


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which every Python process fails on any socket event, and notes it in ``touched``."""
    (tmp_path / "sitecustomize.py").write_text(GUARD.format(log=str(tmp_path / "touched")))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    proof = [sys.executable, "-c", "import socket; socket.socket()"]
    assert subprocess.run(proof, env=environment, capture_output=True, check=False).returncode != 0
    (tmp_path / "touched").unlink()
    return environment


def main_job(folder: Path) -> list[list[str]]:
    """All that a clinic does with films, but for looking at them on a screen."""
    worklist = ("--worklist", folder / "w.worklist")
    return [
        lightbox("screen", FILM, ZIP, *BUNDLE, *worklist),
        lightbox("ask", "rib fracture", ZIP, *BUNDLE),
        lightbox("regions", ZIP, *BUNDLE, "--out", folder / "regions"),
        *(
            lightbox("report", *worklist, "--format", kind, "--out", folder / f"r.{kind}")
            for kind in ("csv", "json", "html", "pdf")
        ),
        lightbox("worklist", "verify", *worklist),
    ]


def without_network() -> list[str]:
    """What runs a command where there is no network at all; empty where this system cannot."""
    call = ["unshare", "-rn"]
    possible = shutil.which("unshare") and subprocess.run([*call, "true"], check=False).returncode == 0
    return call if possible else []


def test_the_main_job_touches_no_socket_and_misses_no_network(
    guarded: dict[str, str], tmp_path: Path
) -> None:
    for call in main_job(tmp_path):
        whole = [*without_network(), *call]
        done = subprocess.run(whole, env=guarded, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "the network was touched" not in done.stdout + done.stderr
    assert not (tmp_path / "touched").exists()
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_review_touches_no_socket(guarded: dict[str, str], tmp_path: Path) -> None:
    worklist = ("--worklist", tmp_path / "w.worklist")
    subprocess.run(lightbox("screen", ZIP, *BUNDLE, *worklist), env=guarded, check=True, capture_output=True)
    call = [*without_network(), *lightbox("review", *BUNDLE, *worklist, "--language", "en")]
    terminal = Terminal(tmp_path, "offline", (140, 45), ["env", f"PYTHONPATH={guarded['PYTHONPATH']}", *call])
    try:
        terminal.sees("film-1.jpg", "Be its first reader")
        terminal.press("Escape")
        terminal.sees("film-1.jpg", without="Be its first reader")
        terminal.press("Enter")
        terminal.sees("▀▀▀", "< 0.")
        terminal.press("q")
        terminal.sees("film-2.jpg", without="▀▀▀")
        terminal.press("q")
        terminal.ended()
        assert not terminal.is_alive
    finally:
        terminal.close()
    assert not (tmp_path / "touched").exists()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_native_libraries_ask_the_kernel_for_none_either(tmp_path: Path) -> None:
    """An audit hook hears of Python's sockets alone; strace hears of all."""
    log = tmp_path / "calls"
    for call in main_job(tmp_path)[:3]:
        watch = ["strace", "-f", "-qq", "-A", "-o", str(log), "-e", "trace=%network", "-e", "signal=none"]
        subprocess.run([*watch, *call], cwd=tmp_path, check=True, capture_output=True)
    asked = re.findall(r"\b(?:socket|connect|bind|sendto)\(.*", log.read_text())
    assert [line for line in asked if "AF_UNIX" not in line] == []
