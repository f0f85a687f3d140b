"""Installing a kit on a disk, updating it there, and going back: what is allowed, and in whose name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.home import KEYS, VERSIONS
from lightbox_edge.kit.layout import this_platform
from lightbox_edge.kit.place import (
    clear_leftovers,
    current_version,
    installed_versions,
    make_place,
    switch,
)
from lightbox_edge.kit.placing import Installed, put_in_place, verified
from lightbox_edge.kit.reading import Watcher
from lightbox_edge.kit.record import order
from lightbox_edge.kit.seal import Seal, open_seal, signed_bundle
from lightbox_edge.kit.verifying import check
from lightbox_edge.trust import PublicKey, trusted_keys


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
    return put_in_place(kit, seal, place, keys, watcher)


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
    return put_in_place(kit, seal, place, keys, watcher)


def rollback(place: Path, watcher: Watcher) -> Installed:
    """Use the version before again, after verifying it.

    Raises:
        KitError: it is damaged.
        LightboxError: none is kept.
    """
    now = current_version(place)
    if now is None:
        raise LightboxError(f"There is no Lightbox in {place}: name an installed place.")
    older = [one for one in installed_versions(place) if order(one) < order(now)]
    if not older:
        raise LightboxError(f"{place} keeps no version before {now}: there is nothing to go back to.")
    record = verified(place / VERSIONS / older[-1], trusted_keys(place / KEYS), watcher)
    switch(place, record.version)
    return Installed(record, now)


def _open(kit: Path, keys: Sequence[PublicKey]) -> Seal:
    """The seal of a kit that may run here: nothing is copied before it is right."""
    seal = open_seal(kit, keys)
    signed_bundle(kit, keys, seal.record)
    here = this_platform()
    if seal.record.platform != here:
        raise LightboxError(
            f"{kit} is for {seal.record.platform} and this machine is {here}: get the kit for {here}."
        )
    return seal
