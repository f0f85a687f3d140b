"""Sealing a kit that was laid out: its record, the sums of its files, and the signature of the sums."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lightbox_edge.bundle import bundle_in, open_bundle
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import KitError, LightboxError
from lightbox_edge.kit.layout import RECORD, SIGNATURE, SUMS, UNSEALED, this_platform
from lightbox_edge.kit.reading import Watcher, read_small, sha256_of
from lightbox_edge.kit.record import BundleRecord, KitRecord, format_record, order, parse_record
from lightbox_edge.kit.sums import format_sums, parse_sums
from lightbox_edge.kit.surveying import survey
from lightbox_edge.trust import SecretKey
from lightbox_edge.trust.signature_file import sign_beside

NAME = "lightbox"
FOR_ALL = 0o644  # a kit holds nothing private


def seal_kit(
    kit: Path, version: str, program_version: str, secret_key: SecretKey | None, watcher: Watcher
) -> KitRecord:
    """Write ``KIT.json``, ``SHA256SUMS`` and, with a key, its signature; what was there of them is replaced.

    Raises:
        LightboxError: the folder holds what no kit holds, or its bundle cannot be opened.
    """
    (kit / SIGNATURE).unlink(missing_ok=True)
    bundle = open_bundle(bundle_in(kit), ())
    manifest = bundle.manifest
    record = KitRecord(
        NAME,
        version,
        datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        this_platform(),
        program_version,
        BundleRecord(manifest.name, manifest.version, bundle.identity),
    )
    write_durably(kit / RECORD, format_record(record), FOR_ALL)
    there = survey(kit)
    if there.problems:
        raise KitError(f"{kit} cannot be sealed: {there.problems[0]}")
    watcher.begin("sealing", sum(there.sizes.values()))
    content = format_sums(
        {path: sha256_of(kit / path, watcher) for path in there.sizes if path not in UNSEALED}
    )
    parse_sums(content, str(kit / SUMS))  # a name that not every system can hold is told here
    write_durably(kit / SUMS, content, FOR_ALL)
    if secret_key is not None:
        comment = f"kit {record.name}, version {version}, {record.platform}, built {record.built_at}"
        sign_beside(kit / SUMS, content, secret_key, comment)
    return record


def next_version(folder: Path, today: datetime.date) -> str:
    """A date and a counter: the version of a kit that is built today beside the kits in a folder."""
    day = f"{today.year}.{today.month}.{today.day}."
    counters = [order(one)[3] for one in _versions_in(folder) if one.startswith(day)]
    return f"{day}{max(counters, default=0) + 1}"


def _versions_in(folder: Path) -> Iterator[str]:
    for path in folder.glob(f"*/{RECORD}"):
        with suppress(LightboxError):  # it is no kit
            yield parse_record(read_small(path), str(path)).version
