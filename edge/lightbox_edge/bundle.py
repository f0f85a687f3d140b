"""A bundle: a folder whose every file is checked against the manifest before it is used."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.errors import BundleError, Untrusted
from lightbox_edge.home import home
from lightbox_edge.manifest import File, Manifest, Precision, Rung, parse_manifest
from lightbox_edge.portable_paths import inside

if TYPE_CHECKING:
    from lightbox_edge.trust import PublicKey, Signed

MANIFEST = "manifest.json"
MANIFEST_BYTES = 8 << 20  # read whole before anything is verified, so it must be small
BUNDLES, DEFAULT_BUNDLE = "bundles", "chest-open"  # where bundles lie in a home, and the one of this project

# What may follow a bundle's name in its title, in this order.
UNSIGNED = ", unsigned"
ON_SITE = ", calibrated on site "


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A site's calibration at one precision: when it was made, of which findings.

    ``tables`` are the SHA-256 of the tables whose films set the thresholds.
    """

    date: str
    findings: frozenset[str]
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle; ``identity`` is the SHA-256 of its manifest and so of all that it names.

    ``calibrated`` says of a precision how a site calibrated it (`lightbox_edge.site_calibration`), for then
    the operating points of those findings in ``manifest`` are the site's. ``signed`` says which trusted key
    signed the manifest; where it is None, ``untrusted`` says why, and so does all that the bundle judges.
    """

    folder: Path
    manifest: Manifest
    identity: str
    calibrated: Mapping[Precision, Calibrated] = field(default_factory=dict)
    signed: Signed | None = None
    untrusted: str = "It was opened without its signature."

    def title(self, precision: Precision) -> str:
        """Its name, whether it is unsigned, and whether its thresholds at that precision are a site's own."""
        site = self.calibrated.get(precision)
        name = self.manifest.name if self.signed else f"{self.manifest.name}{UNSIGNED}"
        return f"{name}{ON_SITE}{site.date}" if site else name

    def read(self, file: File) -> bytes:
        """Read one file whole, or raise `BundleError` if it is not the one the manifest names.

        The very bytes that were checked are returned, so nothing can change between check and use.
        """
        path = inside(self.folder, file.path)
        if path is None:
            raise BundleError(f"{self.folder / MANIFEST} names {file.path}, which is outside the bundle.")
        try:
            size = path.stat().st_size
            if size != file.bytes:
                raise BundleError(
                    f"{path} has {size} bytes and its manifest says {file.bytes}: copy the bundle again."
                )
            content = read_at_most(path, file.bytes)
        except OSError as error:
            raise BundleError(f"{path} cannot be read ({error.strerror}): copy the bundle again.") from error
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise BundleError(f"{path} is not the file its manifest names (SHA-256): copy the bundle again.")
        return content

    def rung(self, precision: Precision) -> Rung:
        """The ladder's rung of that precision, or a `BundleError` that names those it has."""
        if precision not in self.manifest.ladder:
            has = ", ".join(self.manifest.ladder)
            raise BundleError(f"The bundle {self.manifest.name} has no {precision} models: it has {has}.")
        return self.manifest.ladder[precision]

    def files(self) -> Iterator[File]:
        """Every file that the manifest names."""
        manifest = self.manifest
        yield manifest.text_features
        for rung in manifest.ladder.values():
            yield from rung.files()
        if manifest.text_encoder:
            yield manifest.text_encoder.model
            yield manifest.text_encoder.tokenizer
        if manifest.segmenter:
            yield manifest.segmenter.mask_decoder
            yield from (rung.image_encoder for rung in manifest.segmenter.ladder.values())
        if manifest.anatomy:
            yield manifest.anatomy.model
        yield from manifest.documents


def open_bundle(
    folder: str | os.PathLike[str] | None = None, keys: Sequence[PublicKey] | None = None
) -> Bundle:
    """Open a bundle by its folder, or the default one, reading nothing but its manifest and the signature.

    An unsigned one is opened too, and so is one that none of ``keys`` signed (None: those trusted here). What
    it judges says so, and `lightbox_edge.bundle_signing.require_signed` refuses it.

    Raises:
        BundleError: there is no bundle, its manifest is of another version or damaged, or it is not what the
            trusted key signed that its signature names.
    """
    # Imported here: the signature's library takes longer to load than a manifest does.
    from lightbox_edge.trust.signature_file import verify_beside

    where = Path(folder) if folder is not None else default_bundle()
    content, path = read_manifest(where), where / MANIFEST
    signed, untrusted = None, ""
    try:
        signed = verify_beside(path, content, keys)
    except Untrusted as error:
        untrusted = str(error)
    manifest, identity = parse_manifest(content, str(path)), hashlib.sha256(content).hexdigest()
    return Bundle(where, manifest, identity, signed=signed, untrusted=untrusted)


def read_manifest(folder: Path) -> bytes:
    """The bytes of a bundle's manifest, unparsed.

    Raises:
        BundleError: there is no bundle, or its manifest is too large.
    """
    try:
        return read_at_most(folder / MANIFEST, MANIFEST_BYTES)
    except OSError as error:
        raise BundleError(
            f"There is no bundle in {folder} ({MANIFEST}: {error.strerror}): name a bundle's folder."
        ) from error


def default_bundle() -> Path:
    """The folder of the bundle that is installed with the program."""
    return bundle_in(home())


def bundle_in(kit: Path) -> Path:
    """The folder of the bundle in a home or a kit: its only one, `DEFAULT_BUNDLE` among several."""
    bundles = [manifest.parent for manifest in (kit / BUNDLES).glob(f"*/{MANIFEST}")]
    return bundles[0] if len(bundles) == 1 else kit / BUNDLES / DEFAULT_BUNDLE


def verify_bundle(bundle: Bundle) -> int:
    """Check every file of a bundle and return the number of bytes checked."""
    return sum(len(bundle.read(file)) for file in bundle.files())
