"""What a kit says of itself, held against its signature: the sums of its files, and its record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.bundle import Bundle, bundle_in, open_bundle
from lightbox_edge.errors import KitError, Untrusted
from lightbox_edge.kit.layout import RECORD, SUMS, UNSEALED
from lightbox_edge.kit.reading import read_small
from lightbox_edge.kit.record import KitRecord, parse_record
from lightbox_edge.kit.sums import parse_sums
from lightbox_edge.kit.surveying import Survey
from lightbox_edge.printable import printable
from lightbox_edge.trust import PublicKey, Signed
from lightbox_edge.trust.signature_file import verify_beside


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed kit's sums (SHA-256 by path), the file that they stand in, who signed it, and its record."""

    sums: dict[str, str]
    content: bytes
    signed: Signed
    record: KitRecord


def open_seal(kit: Path, keys: Sequence[PublicKey]) -> Seal:
    """Read the seal of a kit, its signature before all; the files it names are not read.

    Raises:
        LightboxError: it cannot be read.
        BundleError: it is unsigned or not signed by one of ``keys`` (exit code 3).
        KitError: it is damaged.
    """
    content = read_small(kit / SUMS)
    signed = verify_beside(kit / SUMS, content, keys)
    sums = parse_sums(content, str(kit / SUMS))
    record = read_small(kit / RECORD)
    if hashlib.sha256(record).hexdigest() != sums.get(RECORD):
        raise KitError(f"{kit / RECORD} was changed: get the kit again.")
    return Seal(sums, content, signed, parse_record(record, str(kit / RECORD)))


def signed_bundle(kit: Path, keys: Sequence[PublicKey], record: KitRecord | None) -> Bundle:
    """The bundle of a kit, opened; its other files than the manifest are not read.

    Raises:
        BundleError: it is damaged, or none of ``keys`` signed it.
        KitError: it is not the one that the record names.
    """
    bundle = open_bundle(bundle_in(kit), keys)
    if bundle.signed is None:
        raise Untrusted(bundle.untrusted)
    if record and bundle.identity != record.bundle.identity:
        raise KitError(f"{bundle.folder} is not the bundle that {RECORD} names: get the kit again.")
    return bundle


def name_problems(sums: dict[str, str], there: Survey) -> Iterator[str]:
    """A sentence for each file that is missing, foreign or of a kind that a kit never holds."""
    yield from there.problems
    for path in sums:
        if path not in there.sizes:
            yield f"{path} is missing."
    for path in sorted(there.sizes):
        if path not in sums and path not in UNSEALED:
            yield f"{printable(path)} is not of this kit."
