"""Installing a kit on a disk, and updating it there; a cut at any moment leaves a version that runs.

The order makes it so: copied under a name that is no version, flushed, verified from the disk, given its
name, and then one small file is replaced. Only after that an older version goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.errors import KitError, LightboxError
from lightbox_edge.home import KEYS, VERSIONS
from lightbox_edge.kit.copying import copy_kit
from lightbox_edge.kit.layout import this_platform
from lightbox_edge.kit.own_files import keep_calibration, trust_keys
from lightbox_edge.kit.place import (
    bring_in,
    clear_leftovers,
    coming_folder,
    current_version,
    keep_only,
    make_place,
    switch,
    write_launchers,
    writing,
)
from lightbox_edge.kit.reading import Watcher
from lightbox_edge.kit.record import KitRecord, order
from lightbox_edge.kit.seal import Seal, name_problems, open_seal
from lightbox_edge.kit.surveying import survey
from lightbox_edge.kit.verifying import check
from lightbox_edge.trust import PublicKey, trusted_keys

_ROUNDING = 4096  # bytes of a disk that a file may take beside its own


@dataclass(frozen=True, slots=True)
class Installed:
    """What is in use now, and the version before it.

    ``calibration_lost``: the site calibration of the version before belongs to another bundle.
    """

    record: KitRecord
    before: str | None = None
    calibration_lost: bool = False


def install(kit: Path, place: Path, keys: Sequence[PublicKey], watcher: Watcher) -> Installed:
    """Install a kit that one of ``keys`` signed; from then on the place trusts these keys.

    Where the same version is installed it is verified, with the keys of the place, and copied again only if
    it is damaged.

    Raises:
        KitError: the kit is not whole, or is not signed as it must be.
        LightboxError: it is for another machine, there is no room, or another version is installed.
    """
    if place.resolve().is_relative_to(kit.resolve()):
        raise LightboxError(f"{place} lies inside the kit {kit}: name another folder.")
    before = current_version(place)
    if before is not None:
        keys = trusted_keys(place / KEYS)
    seal = _open(kit, keys)
    version = seal.record.version
    if before not in (None, version):
        raise LightboxError(
            f"{place} holds Lightbox {before}: put version {version} there with lightbox kit update {kit}."
        )
    make_place(place)
    if before == version and not check(place / VERSIONS / version, keys, watcher).problems:
        clear_leftovers(place)
        return Installed(seal.record, before)
    return _put_in_place(kit, seal, place, keys, watcher)


def update(kit: Path, place: Path, watcher: Watcher) -> Installed:
    """Put a newer kit in the place of the one in use, which is kept; one that the place's keys signed.

    Raises:
        KitError: the kit is not whole, or is not signed by a key that the place trusts.
        LightboxError: it is not newer, is for another machine, there is no room, or nothing is installed.
    """
    before = current_version(place)
    if before is None:
        raise LightboxError(f"There is no Lightbox in {place}: use lightbox kit install {place}.")
    keys = trusted_keys(place / KEYS)
    seal = _open(kit, keys)
    version = seal.record.version
    if order(version) <= order(before):
        fact = "is in use already" if version == before else f"is older than {before}, which is in use"
        raise LightboxError(f"Version {version} {fact} in {place}: bring a newer kit.")
    return _put_in_place(kit, seal, place, keys, watcher)


def rollback(place: Path, watcher: Watcher) -> Installed:
    """Use the version before again, after verifying it.

    Raises:
        KitError: it is damaged.
        LightboxError: none is kept.
    """
    now = current_version(place)
    if now is None:
        raise LightboxError(f"There is no Lightbox in {place}: name an installed place.")
    kept = [folder.name for folder in (place / VERSIONS).iterdir() if not folder.name.startswith(".")]
    older = sorted((one for one in kept if order(one) < order(now)), key=order)
    if not older:
        raise LightboxError(f"{place} keeps no version before {now}: there is nothing to go back to.")
    record = _verified(place / VERSIONS / older[-1], trusted_keys(place / KEYS), watcher)
    switch(place, record.version)
    return Installed(record, now)


def _open(kit: Path, keys: Sequence[PublicKey]) -> Seal:
    seal = open_seal(kit, keys)
    here = this_platform()
    if seal.record.platform != here:
        raise LightboxError(
            f"{kit} is for {seal.record.platform} and this machine is {here}: get the kit for {here}."
        )
    return seal


def _put_in_place(
    kit: Path, seal: Seal, place: Path, keys: Sequence[PublicKey], watcher: Watcher
) -> Installed:
    before, version = current_version(place), seal.record.version
    there = survey(kit)
    if problems := list(name_problems(seal.sums, there)):
        raise _not_whole(kit, problems, "get the kit again")
    with writing(place):
        clear_leftovers(place)
        _make_sure_of_room(place, list(there.sizes.values()))
        coming = coming_folder(place)
        try:
            watcher.begin("copying", sum(there.sizes[path] for path in seal.sums))
            copy_kit(kit, seal, coming, watcher)
            record = _verified(coming, keys, watcher)
            lost = before is not None and not keep_calibration(place / VERSIONS / before, coming)
            bring_in(place, coming, version)
        finally:
            shutil.rmtree(coming, ignore_errors=True)
        if before is None:
            trust_keys(place, keys)
        write_launchers(place)
        switch(place, version)
        if before != version:
            keep_only(place, {version, before or version})
        clear_leftovers(place)
    return Installed(record, before, lost)


def _make_sure_of_room(place: Path, sizes: Sequence[int]) -> None:
    needed, free = sum(sizes) + _ROUNDING * len(sizes), shutil.disk_usage(place).free
    if free < needed:
        raise LightboxError(
            f"{place} has {free / 1e6:.1f} MB free and the kit needs {needed / 1e6:.1f} MB: make room, or "
            "name another disk."
        )


def _verified(kit: Path, keys: Sequence[PublicKey], watcher: Watcher) -> KitRecord:
    """The record of a kit on the disk, every file of which is as it was sealed."""
    found = check(kit, keys, watcher)
    if found.problems or found.record is None:
        raise _not_whole(kit, found.problems, "use another disk")
    return found.record


def _not_whole(kit: Path, problems: Sequence[str], cure: str) -> KitError:
    more = f" (and {len(problems) - 1} more, see lightbox kit verify)" if len(problems) > 1 else ""
    return KitError(f"{kit} is not whole: {problems[0].rstrip('.')}{more}; {cure}.")
