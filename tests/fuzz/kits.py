"""What a kit says of itself: its record and its sums, before anybody has vouched for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lightbox_edge.kit.record import BundleRecord, KitRecord, format_record, order, parse_record
from lightbox_edge.kit.sums import format_sums, parse_sums
from lightbox_edge.portable_paths import inside
from tests.fuzz.json_values import faults
from tests.fuzz.judging import steers
from tests.fuzz.places import scratch
from tests.fuzz.target import WrongValue


def records() -> Sequence[bytes]:
    bundle = BundleRecord("chest-open", "2026-11-22", "0" * 64)
    return (
        format_record(
            KitRecord("lightbox", "2026.11.22.1", "2026-11-22T10:00:00Z", "linux", "0.1.0", bundle)
        ),
    )


def read_record(data: bytes) -> Iterator[str]:
    record = parse_record(data, "KIT.json")
    if fault := next(faults(data), ""):
        raise WrongValue(fault)
    order(record.version)
    said = (record.name, record.built_at, record.platform, record.program_version, record.bundle.name)
    if any(map(steers, (*said, record.bundle.version))):
        raise WrongValue("a kit that no terminal can show")
    yield from ()


def sums() -> Sequence[bytes]:
    return (
        format_sums({"KIT.json": "0" * 64, "program/lightbox": "a" * 64, "samples/film 1.png": "b" * 64}),
    )


def read_sums(data: bytes) -> Iterator[str]:
    for path in parse_sums(data, "SHA256SUMS"):
        if steers(path) or inside(scratch(), path) is None:
            raise WrongValue("a path outside of the kit")
    yield from ()
