"""A bundle: a folder whose every file is checked against the manifest before it is used."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lightbox_edge.errors import BundleError
from lightbox_edge.home import home
from lightbox_edge.manifest import File, Manifest, Precision, Rung, parse_manifest

MANIFEST = "manifest.json"
MANIFEST_BYTES = 8 << 20  # read whole before anything is verified, so it must be small
DEFAULT_BUNDLE = "chest-open"


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
    the operating points of those findings in ``manifest`` are the site's.
    """

    folder: Path
    manifest: Manifest
    identity: str
    calibrated: Mapping[Precision, Calibrated] = field(default_factory=dict)

    def title(self, precision: Precision) -> str:
        """Its name, and whether its thresholds at that precision are a site's own."""
        site = self.calibrated.get(precision)
        return f"{self.manifest.name}, calibrated on site {site.date}" if site else self.manifest.name

    def read(self, file: File) -> bytes:
        """Read one file whole, or raise `BundleError` if it is not the one the manifest names.

        The very bytes that were checked are returned, so nothing can change between check and use.
        """
        path = self._inside(file)
        try:
            size = path.stat().st_size
            if size != file.bytes:
                raise BundleError(
                    f"{path} has {size} bytes and its manifest says {file.bytes}: copy the bundle again."
                )
            content = path.read_bytes()
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

    def _inside(self, file: File) -> Path:
        path = PurePosixPath(file.path)
        whole = self.folder / path
        try:
            inside = whole.resolve().is_relative_to(self.folder.resolve())
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name that no file can have
            inside = False
        if path.is_absolute() or ".." in path.parts or not inside:
            raise BundleError(f"{self.folder / MANIFEST} names {file.path}, which is outside the bundle.")
        return whole


def open_bundle(folder: str | os.PathLike[str] | None = None) -> Bundle:
    """Open a bundle by its folder, or the default one, reading nothing but its manifest.

    Raises:
        BundleError: there is no bundle, or its manifest is of another version or damaged.
    """
    where = Path(folder) if folder is not None else default_bundle()
    path = where / MANIFEST
    try:
        if path.stat().st_size > MANIFEST_BYTES:
            raise BundleError(f"{path} is larger than {MANIFEST_BYTES} bytes: it is no manifest.")
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(
            f"There is no bundle in {where} ({path.name}: {error.strerror}): name a bundle's folder."
        ) from error
    return Bundle(where, parse_manifest(content, str(path)), hashlib.sha256(content).hexdigest())


def default_bundle() -> Path:
    """The folder of the bundle that is installed with the program."""
    return home() / "bundles" / DEFAULT_BUNDLE


def verify_bundle(bundle: Bundle) -> int:
    """Check every file of a bundle and return the number of bytes checked."""
    return sum(len(bundle.read(file)) for file in bundle.files())
