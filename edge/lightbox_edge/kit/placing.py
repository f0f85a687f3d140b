"""The way of a kit onto a disk; a cut at any moment leaves a version that runs.

The order makes it so: copied under a name that is no version, flushed, verified from the disk, given its
name, and then one small file is replaced. Only after that an older version goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.errors import KitError, LightboxError
from lightbox_edge.home import VERSIONS
from lightbox_edge.kit.copying import copy_kit
from lightbox_edge.kit.own_files import keep_calibration, trust_keys
from lightbox_edge.kit.place import (
    bring_in,
    clear_leftovers,
    coming_folder,
    current_version,
    keep_only,
    switch,
    write_launchers,
    writing,
)
from lightbox_edge.kit.reading import Watcher
from lightbox_edge.kit.record import KitRecord
from lightbox_edge.kit.seal import Seal, name_problems
from lightbox_edge.kit.surveying import survey
from lightbox_edge.kit.verifying import check
from lightbox_edge.trust import PublicKey

_ROUNDING = 4096  # bytes of a disk that a file may take beside its own


@dataclass(frozen=True, slots=True)
class Installed:
    """What is in use now, and the version before it.

    ``calibration_lost``: the site calibration of the version before belongs to another bundle.
    """

    record: KitRecord
    before: str | None = None
    calibration_lost: bool = False


def put_in_place(
    kit: Path, seal: Seal, place: Path, keys: Sequence[PublicKey], watcher: Watcher
) -> Installed:
    """Bring in a kit whose seal is right, and use it; a place that was never in use trusts ``keys`` then.

    Raises:
        KitError: the kit is not whole, or is not whole on the disk.
        LightboxError: it cannot be read, there is no room, or the disk takes no more.
    """
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
            record = verified(coming, keys, watcher)
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


def verified(kit: Path, keys: Sequence[PublicKey], watcher: Watcher) -> KitRecord:
    """The record of a kit on the disk.

    Raises:
        KitError: a file of it is not as it was sealed.
    """
    found = check(kit, keys, watcher)
    if found.problems or found.record is None:
        raise _not_whole(kit, found.problems, "use another disk")
    return found.record


def _not_whole(kit: Path, problems: Sequence[str], cure: str) -> KitError:
    more = f" (and {len(problems) - 1} more, see lightbox kit verify)" if len(problems) > 1 else ""
    return KitError(f"{kit} is not whole: {problems[0].rstrip('.')}{more}; {cure}.")
