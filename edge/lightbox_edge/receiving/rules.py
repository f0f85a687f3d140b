"""Where to listen, under which title, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_OBJECT = 256 << 20  # bytes; a film of 5000 x 4000 pixels has 40 MB


@dataclass(frozen=True, slots=True)
class Rules:
    """Frozen when the listening begins.

    Attributes:
        address: of this machine, IPv4 or IPv6.
        port: 0 takes any that is free.
        ae_title: what callers must call.
        allowed: the titles of callers; nobody else is let in.
        largest: the most bytes of one object.
    """

    address: str
    port: int
    ae_title: str
    allowed: tuple[str, ...]
    largest: int = LARGEST_OBJECT
