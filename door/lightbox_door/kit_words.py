"""What ``lightbox kit`` tells people of a kit that was verified, installed or updated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightbox_edge.kit import Checked, Installed


def told(kit: Path, found: Checked) -> list[str]:
    """What a kit that is whole is, as lines for people."""
    record, signed = found.record, found.signed
    lines = [
        f"{kit}: every file is the one that was sealed ({found.files} files, {found.bytes / 1e6:.1f} MB)."
    ]
    if record and signed:
        lines += [
            f"{record.name} {record.version} for {record.platform}, built {record.built_at}",
            f"program {record.program_version}, bundle {record.bundle.name} {record.bundle.version}",
            f"signed by the key {signed.key_id}: {signed.trusted_comment}",
        ]
    return [*lines, *(f"not sealed: {path}" for path in found.own)]


def whose_keys(kit: Path, given: bool) -> str:
    """Where the keys came from that the signature was held against."""
    from lightbox_edge.home import place_of

    if given:
        return "held against the key that you gave"
    if place_of(kit):
        return "held against the keys that this place trusts"
    return (
        "held against the keys that came with the kit itself: to know who built it, get the key another way "
        "and give it with --key"
    )


def in_use(done: Installed, place: Path) -> str:
    """Which version is in use now."""
    before = f", before {done.before}" if done.before not in (None, done.record.version) else ""
    return f"{place}: Lightbox {done.record.version} is verified and in use{before}."


def to_do(done: Installed) -> Iterator[str]:
    """What is left to a person."""
    if done.calibration_lost:
        yield (
            "The site calibration belongs to the bundle of the version before, so this one's own thresholds "
            "are in use: run lightbox calibrate again."
        )
    if done.before is None:
        yield (
            "The place trusts the keys that this kit was held against: compare them (lightbox keys list) "
            "with what their owners tell you."
        )
