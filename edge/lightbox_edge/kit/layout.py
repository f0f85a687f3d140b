"""What a kit is made of, by name.

A kit is a folder. An installed place holds kits under ``versions/`` and names the one in use in ``current``,
a text file, since exFAT has no links (`lightbox_edge.home`).
"""

from __future__ import annotations

import platform

from lightbox_edge.home import PROGRAM

RECORD = "KIT.json"
SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.minisig"
UNSEALED = (SUMS, SIGNATURE)  # beside the keys, what the sums do not name
START_LINUX, START_WINDOWS = "start-linux.sh", "start-windows.bat"

# What a disk with modes needs to start; sticks have none, so they are given on installing.
EXECUTABLE = frozenset({f"{PROGRAM}/lightbox", START_LINUX})


def this_platform() -> str:
    """The system and processor that this program runs on, such as ``linux-x86_64``."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{'x86_64' if machine == 'amd64' else machine}"
