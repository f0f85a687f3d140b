"""What in an installed place is the user's own and outlives a version: trusted keys, the site calibration."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from lightbox_edge.bundle import bundle_in, open_bundle
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.home import KEYS
from lightbox_edge.kit.reading import read_small
from lightbox_edge.site_calibration import SUFFIX, path_beside, read_site_file
from lightbox_edge.trust import PublicKey, add_key


def trust_keys(place: Path, keys: Sequence[PublicKey]) -> None:
    """Let a place that was never in use trust these keys alone; a run that was cut may have left others."""
    folder = place / KEYS
    shutil.rmtree(folder, ignore_errors=True)
    for key in {key.base64: key for key in keys}.values():
        if key.file is not None:
            add_key(key.file, folder)


def keep_calibration(before: Path, kit: Path) -> bool:
    """Copy the site calibration of the kit before; False if it does not belong to the new kit's bundle.

    True too where the site has none.
    """
    folder = bundle_in(before)
    old = folder.with_name(f"{folder.name}{SUFFIX}")
    if not old.exists():
        return True
    try:
        bundle = open_bundle(bundle_in(kit), ())
        read_site_file(bundle, old)
        write_durably(path_beside(bundle), read_small(old))
    except LightboxError:
        return False
    return True
