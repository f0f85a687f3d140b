"""Signatures and keys in minisign's format, of somebody who wants to be believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from lightbox_edge.errors import Untrusted
from lightbox_edge.trust import PublicKey, make_key_pair, open_secret_key, read_public_key, sign
from lightbox_edge.trust.signature_file import signature_path, verify_beside
from tests.fuzz.judging import steers
from tests.fuzz.places import put
from tests.fuzz.target import WrongValue

_CONTENT = b'{"schema_version": 1}'
_COMMENT = "chest-open 2026-11-22"


@cache
def _pair() -> tuple[bytes, bytes]:
    return make_key_pair(None, "tests")


@cache
def _public() -> PublicKey:
    return read_public_key(put("made.pub", _pair()[1]))


def signatures() -> Sequence[bytes]:
    key = open_secret_key(put("made.key", _pair()[0]), str)
    return tuple(sign(key, _CONTENT, comment).encode() for comment in (_COMMENT, ""))


def read_signature(data: bytes) -> Iterator[str]:
    """A changed signature is refused, or says what the key signed."""
    signed = put("manifest.json", _CONTENT)
    put(signature_path(signed).name, data)
    try:
        found = verify_beside(signed, _CONTENT, [_public()])
    except Untrusted as error:
        yield str(error)
        return
    if found.key_id != _public().key_id or found.trusted_comment not in (_COMMENT, ""):
        raise WrongValue("a signature that says what nobody signed")


def public_keys() -> Sequence[bytes]:
    return (_pair()[1],)


def read_public(data: bytes) -> Iterator[str]:
    key = read_public_key(put("foreign.pub", data))
    if steers(key.comment) or len(key.key_id) != 16:
        raise WrongValue("a key that no list can show")
    yield from ()


def secret_keys() -> Sequence[bytes]:
    return (_pair()[0],)


def read_secret(data: bytes) -> Iterator[str]:
    open_secret_key(put("foreign.key", data), lambda: "passphrase")
    yield from ()
