"""Verifying a kit: every file, the signature, the bundle; all that is wrong is named, not only the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lightbox_edge.errors import LightboxError
from lightbox_edge.kit.layout import RECORD, SUMS
from lightbox_edge.kit.reading import Watcher, read_small, sha256_of
from lightbox_edge.kit.record import KitRecord, parse_record
from lightbox_edge.kit.seal import name_problems, signed_bundle
from lightbox_edge.kit.sums import parse_sums
from lightbox_edge.kit.surveying import survey
from lightbox_edge.trust import PublicKey, Signed
from lightbox_edge.trust.signature_file import verify_beside

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Checked:
    """What verifying found; ``record`` and ``signed`` are None where they could not be read or were wrong.

    Attributes:
        files: how many the kit has, without the user's own.
        bytes: their sizes in all.
        own: the user's own files, which nobody sealed.
        problems: a sentence for each thing that is wrong.
    """

    record: KitRecord | None
    signed: Signed | None
    files: int
    bytes: int
    own: tuple[str, ...]
    problems: tuple[str, ...]


def check(kit: Path, keys: Sequence[PublicKey], watcher: Watcher) -> Checked:
    """Hold every file of a kit against its sums, the sums and the bundle against ``keys``.

    Raises:
        LightboxError: there is no such folder.
    """
    if not kit.is_dir():
        raise LightboxError(f"There is no kit in {kit}: name a kit's folder.")
    problems: list[str] = []
    signed = _told(problems, lambda: verify_beside(kit / SUMS, read_small(kit / SUMS), keys))
    there = survey(kit)
    watcher.begin("checking", sum(there.sizes.values()))
    sums = _told(problems, lambda: parse_sums(read_small(kit / SUMS), str(kit / SUMS)))
    if sums is not None:
        problems += name_problems(sums, there)
        problems += _changed(kit, {path: sums[path] for path in sums if path in there.sizes}, watcher)
    record = _told(problems, lambda: parse_record(read_small(kit / RECORD), str(kit / RECORD)))
    problems += _bundle_problems(kit, keys, record)
    told = tuple(dict.fromkeys(problems))
    return Checked(record, signed, len(there.sizes), sum(there.sizes.values()), there.own, told)


def _told(problems: list[str], read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except LightboxError as error:
        problems.append(str(error))
        return None


def _changed(kit: Path, sums: Mapping[str, str], watcher: Watcher) -> Iterator[str]:
    for path, sha256 in sums.items():
        try:
            if sha256_of(kit / path, watcher) != sha256:
                yield f"{path} was changed."
        except LightboxError as error:
            yield str(error)


def _bundle_problems(kit: Path, keys: Sequence[PublicKey], record: KitRecord | None) -> Iterator[str]:
    try:
        bundle = signed_bundle(kit, keys, record)
    except LightboxError as error:  # its files are held against the kit's sums all the same
        yield str(error)
        return
    for file in dict.fromkeys(bundle.files()):
        try:
            bundle.read(file)
        except LightboxError as error:
            yield str(error)
