"""OpenVINO reports its import to Google Analytics from a child process, and swallows errors: not here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

GUARD = """
import os, sys

def guard(event, _arguments):
    if event.startswith("socket.") or event == "urllib.Request":
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(event + chr(10))
        raise RuntimeError("the network was touched")

sys.addaudithook(guard)
"""


def touched(code: str, folder: Path) -> str:
    """The network calls that a fresh Python and its children try to make, none of which succeeds."""
    (folder / "sitecustomize.py").write_text(GUARD)
    log = folder / "network.log"
    log.write_text("")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"NETWORK_LOG": str(log), "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    time.sleep(0.5)
    return log.read_text()


@pytest.mark.skipif(find_spec("openvino") is None, reason="the extra openvino is not installed")
def test_the_backend_touches_no_socket(tmp_path: Path) -> None:
    assert touched("import socket; socket.socket()", tmp_path)
    assert (
        touched(
            "import lightbox_edge.backends.openvino_backend as b, time; b.gpus(); time.sleep(1)", tmp_path
        )
        == ""
    )
