"""The hash chain: each entry's hash covers the ones before it, so nothing in them changes unseen.

An entry follows the head of its log: the hash of the last entry. A worklist that is copied and used on two
laptops forks there; merged it has two last entries, its head is both hashes, and the next entry follows
both. So the log is a set of entries that name what they follow, and merging is the union of such sets.

It is no signature. Whoever can write the file and knows this page can write a whole other chain; only a
head that was noted elsewhere (on paper, in a report) tells that one from this. Source of the construction:
Haber and Stornetta, How to time-stamp a digital document, J. Cryptology 3 (1991); of the forks: Merkle's
tree as a graph, as in Sanjuan et al., Merkle-CRDTs (arXiv 2004.00107, 2020).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from lightbox_edge.decisions.history import History
from lightbox_edge.decisions.records import Entry

START = "0" * 64  # the head of an empty log
_AND = "+"


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the log as it is stored: the very bytes, for those were hashed.

    ``number`` is its place in this file; ``follows`` the head of the log that it was written to.
    """

    number: int
    follows: str
    entry: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A log in which every entry fits: how many, and its head."""

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


def link(follows: str, entry: bytes) -> str:
    """The hash of an entry: SHA-256 over the head before it and the entry's bytes, in hexadecimal."""
    return hashlib.sha256(follows.encode() + entry).hexdigest()


def head_of(last: Iterable[str]) -> str:
    """The head of a log by the hashes of the entries that nothing follows yet: in order, with + between."""
    return _AND.join(sorted(last)) or START


def parts(head: str) -> tuple[str, ...]:
    """The hashes that a head is made of; none for that of an empty log."""
    return () if head == START else tuple(head.split(_AND))


def walk(links: Iterable[Link], given: int) -> Chain | Misfit:
    """Follow a log from its start; ``given`` is the highest place that was ever given to an entry.

    Every entry stands behind those that it follows and, among those that it does not, in the order of
    `History`: so there is one right place for each, and one that was moved is found.
    """
    history = History()
    for one in links:
        if one.number != len(history) + 1:
            return Misfit(len(history) + 1, "is missing")
        if fact := _misfit(one, history):
            return Misfit(one.number, fact)
    last = len(history)
    if last < given:
        return Misfit(last + 1, f"is missing: {given} were written")
    return Chain(last, head_of(history.last))


def _misfit(one: Link, history: History) -> str | None:
    """How an entry does not fit; it is taken into the history if it does."""
    try:
        entry = msgspec.json.decode(one.entry, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "was changed: it is no entry any more"
    if link(one.follows, one.entry) != one.hash:
        return "was changed, or stands where another one was written"
    before = parts(one.follows)
    if not all(known in history for known in before) or entry.number != history.count(before) + 1:
        return f"is out of order or was changed: it says that it is entry {entry.number}"
    if one.hash in history or not history.take(one.hash, before, entry):
        return "is out of order"
    return None
