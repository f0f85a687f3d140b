"""The guard refuses what leaves the machine, and nothing else; in other processes, for it stays."""

from __future__ import annotations

import subprocess
import sys

import pytest

GUARDED = "from lightbox_edge.no_network import *; forbid_network(); import socket, asyncio; "
OUT = [
    "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "socket.getaddrinfo('example.org', 80)",
    "socket.gethostbyname('localhost')",
    "socket.create_connection(('192.0.2.1', 80), 1)",
    "__import__('urllib.request').request.urlopen('http://192.0.2.1/', timeout=1)",
]


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("call", OUT)
def test_whatever_leaves_the_machine_is_refused(call: str) -> None:
    done = ran(GUARDED + call)
    assert done.returncode == 1
    assert "Lightbox uses no network" in done.stderr


def test_an_event_loop_still_wakes_itself() -> None:
    assert ran(GUARDED + "asyncio.run(asyncio.sleep(0)); socket.socketpair()").returncode == 0


def test_it_says_truly_whether_it_is_in_force() -> None:
    asked = "from lightbox_edge.no_network import *; print(network_is_refused())"
    assert ran(asked).stdout == "False\n"
    assert ran(GUARDED + "print(network_is_refused())").stdout == "True\n"


@pytest.mark.parametrize(("command", "refused"), [("screen", True), ("export", False), ("receive", False)])
def test_the_door_forbids_it_to_all_but_two_commands(command: str, refused: bool) -> None:
    code = (
        "import sys; from lightbox_edge.no_network import network_is_refused; "
        "from lightbox_door import main; "
        f"sys.argv = ['lightbox', {command!r}]; main.main = lambda: print(network_is_refused()) or 0; "
        "main.program()"
    )
    assert ran(code).stdout == f"{refused}\n"
