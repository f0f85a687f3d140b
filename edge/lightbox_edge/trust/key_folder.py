"""The folder of trusted public keys: each a file ``NAME.pub``, which a person puts there or takes away."""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.home import keys_folder
from lightbox_edge.trust.records import PublicKey
from lightbox_edge.trust.signing import MOST_BYTES, public_key

ENDING = ".pub"


def trusted_keys(folder: Path | None = None) -> tuple[PublicKey, ...]:
    """The keys in a folder by their names, `keys_folder` by default; none where there is no such folder.

    Raises:
        LightboxError: a file in it is no public key.
    """
    where = folder or keys_folder()
    try:
        files = sorted(one for one in where.iterdir() if _is_key(one)) if where.exists() else []
    except OSError as error:
        raise LightboxError(f"The trusted keys in {where} cannot be listed: {error.strerror}.") from error
    return tuple(map(read_public_key, files))


def read_public_key(path: Path) -> PublicKey:
    """The public key in a file in minisign's format.

    Raises:
        LightboxError: it cannot be read or is none.
    """
    try:
        return public_key(read_at_most(path, MOST_BYTES), path)
    except OSError as error:
        raise LightboxError(f"The public key {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise LightboxError(
            f"{path} is no public key in minisign's format: get the .pub file again, or take it away."
        ) from error


def add_key(path: Path, folder: Path | None = None) -> PublicKey:
    """Trust the key in a file from now on: it is copied into the folder under its name.

    Raises:
        LightboxError: it is no public key, is trusted already, or its name is another key's.
    """
    where, key = folder or keys_folder(), read_public_key(path)
    known = next((one for one in trusted_keys(where) if one.base64 == key.base64), None)
    if known:
        raise LightboxError(f"The key {key.key_id} is trusted already, as {known.file}.")
    if (where / f"{path.stem}{ENDING}").exists():
        raise LightboxError(f"{where / path.stem}{ENDING} is another key: rename {path} and add it again.")
    return put_key(key, path.stem, where)


def put_key(key: PublicKey, name: str, where: Path) -> PublicKey:
    """Write a key into a folder of trusted ones under a name.

    Raises:
        LightboxError: the folder cannot hold it.
    """
    place = where / f"{name}{ENDING}"
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LightboxError(f"{where} cannot hold keys: {error.strerror}.") from error
    write_durably(place, f"untrusted comment: {key.comment}\n{key.base64}\n".encode())
    place.chmod(0o644)  # others on the machine verify with it too
    return read_public_key(place)


def find_key(wanted: str, folder: Path | None = None) -> PublicKey:
    """The trusted key of that id or that name.

    Raises:
        LightboxError: none is, or a name is one key's and an id another's.
    """
    where = folder or keys_folder()
    keys = trusted_keys(where)
    found = [key for key in keys if wanted.upper() == key.key_id or wanted.removesuffix(ENDING) == key.name]
    if len(found) != 1:
        count = "No key" if not found else "More than one key"
        raise LightboxError(f"{count} in {where} has the id or name {wanted!r}: see lightbox keys list.")
    return found[0]


def remove_key(wanted: str, folder: Path | None = None) -> PublicKey:
    """Trust the key of that id or name no more: its file is deleted.

    Raises:
        LightboxError: see `find_key`; or the file cannot be deleted.
    """
    key = find_key(wanted, folder)
    try:
        if key.file:
            key.file.unlink()
    except OSError as error:
        raise LightboxError(f"{key.file} cannot be deleted: {error.strerror}.") from error
    return key


def _is_key(path: Path) -> bool:
    """Names with a leading dot are what a Mac leaves on a stick."""
    return path.suffix == ENDING and not path.name.startswith(".")
