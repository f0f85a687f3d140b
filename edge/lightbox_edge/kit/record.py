"""``KIT.json``: which kit this is."""

from __future__ import annotations

from typing import Annotated

import msgspec

from lightbox_edge import strict_json
from lightbox_edge.errors import KitError, LightboxError
from lightbox_edge.manifest import Line, Sha256

# Also the name of a folder: digits and dots alone, one way to write a number, and short.
Version = Annotated[str, msgspec.Meta(pattern=r"\A(0|[1-9][0-9]{0,7})(\.(0|[1-9][0-9]{0,7})){0,5}\Z")]


class BundleRecord(msgspec.Struct, frozen=True):
    """The bundle of a kit; ``identity`` is the SHA-256 of its manifest."""

    name: Line
    version: Line
    identity: Sha256


class KitRecord(msgspec.Struct, frozen=True):
    """A kit; ``version`` grows from kit to kit, ``built_at`` is ISO 8601 in UTC.

    Fields that are not known here are passed over: an older program reads the record of the kit that
    replaces it.
    """

    name: Line
    version: Version
    built_at: Line
    platform: Line
    program_version: Line
    bundle: BundleRecord


def parse_record(content: bytes, where: str) -> KitRecord:
    """Parse ``KIT.json``; ``where`` names it in the sentence of a `KitError`."""
    try:
        return strict_json.decode(content, KitRecord)
    except ValueError as error:
        raise KitError(f"{where} is no valid record of a kit: {error}; copy the kit again.") from error


def format_record(record: KitRecord) -> bytes:
    """The record as it is written, for people too."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def is_version(text: str) -> bool:
    """Whether a text is a version of a kit."""
    try:
        msgspec.convert(text, Version)
    except msgspec.ValidationError:
        return False
    return True


def parse_version(text: str) -> str:
    """A version that a person or a file gave.

    Raises:
        LightboxError: it is no dotted number.
    """
    if not is_version(text):
        raise LightboxError(f"{text!r} is no version of a kit: write numbers with dots, as 2026.11.22.1.")
    return text


def order(version: str) -> tuple[int, ...]:
    """What versions are compared by: 2026.11.22.10 is newer than 2026.11.22.9."""
    return tuple(map(int, version.split(".")))
