"""The hash chain: each entry's hash covers the one before it, so nothing in it changes unseen.

It is no signature. Whoever can write the file and knows this page can write a whole other chain; only a
head that was noted elsewhere (on paper, in a report) tells that one from this. Source of the construction:
Haber and Stornetta, How to time-stamp a digital document, J. Cryptology 3 (1991).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from lightbox_edge.decisions.records import Entry

START = "0" * 64  # stands before the first entry


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the log as it is stored: the very bytes, for those were hashed."""

    number: int
    entry: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain in which every entry fits: how many, and the hash of the last."""

    entries: int
    head: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first entry that does not fit, and how."""

    number: int
    fact: str


def canonical(entry: Entry) -> bytes:
    """The one way to write an entry: JSON in UTF-8 with its keys in order and no spaces."""
    return msgspec.json.encode(entry, order="sorted")


def link(previous: str, entry: bytes) -> str:
    """The hash of an entry: SHA-256 over the previous hash and the entry's bytes, in hexadecimal."""
    return hashlib.sha256(previous.encode() + entry).hexdigest()


def walk(links: Iterable[Link], given: int) -> Chain | Misfit:
    """Follow a chain from its start; ``given`` is the highest number that was ever given to an entry."""
    head, last = START, 0
    for one in links:
        if one.number != last + 1:
            return Misfit(last + 1, "is missing")
        if fact := _misfit(one, head):
            return Misfit(one.number, fact)
        head, last = one.hash, one.number
    return Chain(last, head) if last >= given else Misfit(last + 1, f"is missing: {given} were written")


def _misfit(one: Link, head: str) -> str | None:
    try:
        entry = msgspec.json.decode(one.entry, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "was changed: it is no entry any more"
    if entry.number != one.number:
        return f"is out of order or was changed: it says that it is entry {entry.number}"
    if link(head, one.entry) != one.hash:
        return "was changed, or stands where another one was written"
    return None
