"""PINs, kept as salted scrypt hashes (Percival, RFC 7914) with the parameters beside them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Annotated

import msgspec

from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Sha256

FEWEST_SIGNS = 4
MOST_SIGNS = 64
# 32 MB and, on a clinic's laptop, about half a second: one of OWASP's equivalent settings
# (Password Storage Cheat Sheet).
N, R, P = 2**15, 8, 3


class PinHash(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PIN's hash, its salt (both hexadecimal) and scrypt's cost, block size and parallelism."""

    salt: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2}){8,64}$")]
    hash: Sha256
    n: Annotated[int, msgspec.Meta(ge=2, le=2**18)]
    r: Annotated[int, msgspec.Meta(ge=1, le=16)]
    p: Annotated[int, msgspec.Meta(ge=1, le=16)]

    def __post_init__(self) -> None:
        if self.n & (self.n - 1):
            raise ValueError("scrypt's cost is a power of two")


def hash_pin(pin: str) -> PinHash:
    """Hash a new PIN with a salt of its own."""
    if not FEWEST_SIGNS <= len(pin) <= MOST_SIGNS or not pin.isprintable():
        raise LightboxError(
            "This PIN cannot be used: it needs {fewest} to {most} digits or letters.",
            fewest=FEWEST_SIGNS,
            most=MOST_SIGNS,
        )
    salt = secrets.token_bytes(16)
    return PinHash(salt.hex(), _scrypt(pin, salt, N, R, P).hex(), N, R, P)


def is_pin(pin: str, kept: PinHash) -> bool:
    """Whether it is the PIN that was hashed."""
    if not pin.isprintable() or len(pin) > MOST_SIGNS:
        return False
    found = _scrypt(pin, bytes.fromhex(kept.salt), kept.n, kept.r, kept.p)
    return hmac.compare_digest(found, bytes.fromhex(kept.hash))


def _scrypt(pin: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    memory = 128 * r * (n + p + 2)
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory + (1 << 20), dklen=32)
