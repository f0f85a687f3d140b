"""Writing a bundle: staged beside its place and moved there whole, or not at all."""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from lightbox_edge.bundle import MANIFEST, Bundle
from lightbox_edge.durable import flush_folder, write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import File, Manifest, OutOfDistribution, Precision
from lightbox_edge.model_card import model_card
from lightbox_edge.scoring import Features

MODEL_CARD = "MODEL_CARD.md"
ASIDE = ".old"  # the end of the name of a bundle while the one that replaces it is put in place


class BundleDraft:
    """A bundle in the making; `add` its files, then `finish` with the manifest that names them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.finished = False

    def add(self, path: str, content: bytes) -> File:
        """Write a file and return its record for the manifest."""
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        write_durably(place, content)
        place.chmod(0o644)  # a bundle holds nothing private, and others on the machine use it too
        return File(path, hashlib.sha256(content).hexdigest(), len(content))

    def add_array(self, path: str, array: Features) -> File:
        """Write an array as .npy."""
        buffer = io.BytesIO()
        np.save(buffer, array.astype(np.float32), allow_pickle=False)
        return self.add(path, buffer.getvalue())

    def add_usual(
        self, precision: Precision, usual: tuple[Features, float] | None
    ) -> OutOfDistribution | None:
        """Write what `lightbox_edge.proving.usual_films` told of a precision, if it was told."""
        if usual is None:
            return None
        statistics, limit = usual
        return OutOfDistribution(self.add_array(f"{precision}/feature_statistics.npy", statistics), limit)

    def copy(self, bundle: Bundle, without: Collection[str] = ()) -> Manifest:
        """Copy every file of a bundle but those paths and its card; returns its manifest, of today.

        `finish_with_card` then writes the card that the changed manifest has.
        """
        documents = without_card(bundle.manifest)
        cards = {*bundle.manifest.documents} - {*documents}
        for file in {file.path: file for file in bundle.files() if file not in cards}.values():
            if file.path not in without:
                self.add(file.path, bundle.read(file))
        return msgspec.structs.replace(bundle.manifest, documents=documents, version=today())

    def finish_with_card(self, manifest: Manifest) -> None:
        """Write the model card, in the place of an older one that the manifest may name, then `finish`."""
        manifest = msgspec.structs.replace(manifest, documents=without_card(manifest))
        card = self.add(MODEL_CARD, model_card(manifest).encode())
        self.finish(msgspec.structs.replace(manifest, documents=(*manifest.documents, card)))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, last: a folder without one is no bundle."""
        self.add(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        self.finished = True


def without_card(manifest: Manifest) -> tuple[File, ...]:
    """The documents that are no model card, which belongs to one manifest alone."""
    return tuple(file for file in manifest.documents if not file.path.endswith(MODEL_CARD))


def today() -> str:
    """The date that a bundle and its results carry, ISO 8601, UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


@contextmanager
def new_bundle(out: Path) -> Iterator[BundleDraft]:
    """Stage a bundle; on leaving it replaces what is at ``out``, unless it was not finished.

    What runs to the same place left when they were killed is cleared away first.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(out)
        if out.exists() and not (out / MANIFEST).is_file() and any(out.iterdir()):
            raise LightboxError(f"{out} is not empty and no bundle: name another folder.")
        staging = Path(tempfile.mkdtemp(dir=out.parent, prefix=_prefix(out)))
    except OSError as error:
        raise LightboxError(f"{out} cannot hold a bundle ({error.strerror}): name another folder.") from error
    handle = _lock(staging)
    try:
        draft = BundleDraft(staging)
        yield draft
        if draft.finished:
            staging.chmod(0o755)
            _replace(out, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _prefix(out: Path) -> str:
    return f".{out.name}.unfinished-"


def _lock(folder: Path) -> int | None:
    """Hold a folder until the handle is closed or the process ends; None where it cannot be held."""
    if os.name != "posix":  # Windows has no lock on a folder: there leftovers stay
        return None
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _clear_leftovers(out: Path) -> None:
    """Remove the staging folders of killed runs, and put back a bundle that one had set aside."""
    for left in [one for one in out.parent.iterdir() if one.name.startswith(_prefix(out))]:
        handle = _lock(left)
        if handle is None:  # it is still being written
            continue
        if left.suffix == ASIDE and not out.exists():
            left.rename(out)
        else:
            shutil.rmtree(left, ignore_errors=True)
        os.close(handle)


def _replace(out: Path, staging: Path) -> None:
    """Move ``staging`` to ``out``; an old bundle is kept aside until the new one is in place."""
    old = staging.with_name(f"{staging.name}{ASIDE}")
    try:
        if out.exists():
            out.rename(old)
        staging.rename(out)
    except OSError as error:
        if old.exists():
            old.rename(out)
        raise LightboxError(f"The bundle {out} cannot be written: {error.strerror}.") from error
    flush_folder(out.parent)
    shutil.rmtree(old, ignore_errors=True)
