"""What a kit says of itself, held against its signature: the sums of its files, and its record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.errors import KitError
from lightbox_edge.kit.layout import RECORD, SIGNATURE, SUMS, UNSEALED
from lightbox_edge.kit.reading import read_small, unreadable
from lightbox_edge.kit.record import KitRecord, parse_record
from lightbox_edge.kit.sums import parse_sums
from lightbox_edge.kit.surveying import Survey, shown
from lightbox_edge.trust import PublicKey, Signed, verify
from lightbox_edge.trust.signing import MOST_BYTES as SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed kit's sums (SHA-256 by path), the bytes of both files, who signed them, and its record."""

    sums: dict[str, str]
    content: bytes
    signature: str
    signed: Signed
    record: KitRecord


def open_seal(kit: Path, keys: Sequence[PublicKey]) -> Seal:
    """Read the seal of a kit, its signature before all; the files it names are not read.

    Raises:
        LightboxError: it cannot be read.
        KitError: it is unsigned, not signed by one of ``keys``, or damaged.
    """
    content = read_small(kit / SUMS)
    signature = read_signature(kit)
    signed = verify_sums(kit, content, signature, keys)
    sums = parse_sums(content, str(kit / SUMS))
    record = read_small(kit / RECORD)
    if hashlib.sha256(record).hexdigest() != sums.get(RECORD):
        raise KitError(f"{kit / RECORD} was changed: get the kit again.")
    return Seal(sums, content, signature, signed, parse_record(record, str(kit / RECORD)))


def read_signature(kit: Path) -> str:
    """The text of a kit's signature.

    Raises:
        KitError: there is none, or it is no text.
        LightboxError: it cannot be read.
    """
    path = kit / SIGNATURE
    try:
        return read_at_most(path, SIGNATURE_BYTES).decode("ascii")
    except FileNotFoundError as error:
        raise KitError(
            f"{path} is missing, so the kit is unsigned and nobody answers for it: get a signed one."
        ) from error
    except UnicodeDecodeError as error:
        raise KitError(f"{path} is no signature: get the kit again.") from error
    except OSError as error:
        raise unreadable(path, error) from error


def verify_sums(kit: Path, content: bytes, signature: str, keys: Sequence[PublicKey]) -> Signed:
    """Who of ``keys`` signed the sums.

    Raises:
        BundleError: nobody did (exit code 3).
    """
    return verify(content, signature, keys, str(kit / SUMS))


def name_problems(sums: dict[str, str], there: Survey) -> Iterator[str]:
    """A sentence for each file that is missing, foreign or of a kind that a kit never holds."""
    yield from there.problems
    for path in sums:
        if path not in there.sizes:
            yield f"{path} is missing."
    for path in sorted(there.sizes):
        if path not in sums and path not in UNSEALED:
            yield f"{shown(path)} is not of this kit."
