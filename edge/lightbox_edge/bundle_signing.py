"""Who answers for a bundle: its manifest is signed, for the manifest's hashes cover every other file."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from lightbox_edge.bundle import MANIFEST, Bundle, read_manifest, verify_bundle
from lightbox_edge.errors import Untrusted
from lightbox_edge.manifest import parse_manifest
from lightbox_edge.trust import SecretKey, Signed
from lightbox_edge.trust.signature_file import sign_beside


def sign_bundle(folder: Path, secret_key: SecretKey) -> Signed:
    """Sign a bundle once every file of it is checked; an older signature is replaced, whatever it is worth.

    Raises:
        LightboxError: a file of it is damaged, or the signature cannot be written.
    """
    content = read_manifest(folder)
    manifest = parse_manifest(content, str(folder / MANIFEST))
    verify_bundle(Bundle(folder, manifest, hashlib.sha256(content).hexdigest()))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    comment = f"bundle {manifest.name}, version {manifest.version}, signed {today}"
    return sign_beside(folder / MANIFEST, content, secret_key, comment)


def require_signed(bundle: Bundle) -> None:
    """Refuse a bundle that no trusted key signed.

    Raises:
        Untrusted: how that is, and what would work.
    """
    if bundle.signed is None:
        raise Untrusted(f"{bundle.untrusted.removesuffix('.')}, or run it all the same with --unsigned.")
