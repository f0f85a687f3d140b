"""No network: once it is forbidden, every attempt of this process to reach another machine ends in an error.

An audit hook (PEP 578) hears of every socket before Python opens it, and can never be taken away again.
Textual's event loop wakes itself through a pair of sockets that stay inside the machine: those are local, or
on Windows, which has no pairs, on the loopback address.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

_LOCAL = getattr(socket, "AF_UNIX", None)
_LOOPBACK = ("127.0.0.1", "::1")
_PAIRS_ARE_LOOPBACK = sys.platform == "win32"


class NetworkRefused(RuntimeError):
    """A library in this process tried to use the network, which Lightbox never does."""


def forbid_network() -> None:
    """Refuse every socket but local ones in this process until it ends."""
    sys.addaudithook(_heard)


def network_is_refused() -> bool:
    """Try to reach out, and say whether that was refused; nothing is sent even where it was not.

    The address is nobody's (RFC 5737), and connecting a datagram socket only notes it.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.connect(("192.0.2.1", 9))
    except NetworkRefused:
        return True
    except OSError:  # no network here: nobody refused
        return False
    return False


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket.") or _stays_here(event, arguments):
        return
    raise NetworkRefused(f"{event} was refused: Lightbox uses no network.")


def _stays_here(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "socket.__new__":
        return arguments[1] == _LOCAL or _PAIRS_ARE_LOOPBACK
    if event in ("socket.bind", "socket.connect"):
        family, address = arguments[0].family, arguments[1]
        return family == _LOCAL or (_PAIRS_ARE_LOOPBACK and address[0] in _LOOPBACK)
    return False
