"""Building a kit: the checkout's script lays it out, then it is sealed, and verified as a clinic would."""

from __future__ import annotations

import datetime
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lightbox_door.kit_progress import KitProgress
from lightbox_door.passphrases import opened_secret_key
from lightbox_edge.errors import KitError, LightboxError
from lightbox_edge.home import keys_of
from lightbox_edge.kit import check, next_version, seal_kit
from lightbox_edge.kit.record import parse_version
from lightbox_edge.trust import PublicKey, SecretKey, put_key, trusted_keys

SCRIPT = Path("build_scripts", "build_kit.py")  # of the checkout that is the current folder


def build(bundle: Path, out: Path, key: Path | None, wanted: str | None) -> None:
    """Build, seal and verify a kit; without a key it stays unsigned, which is said.

    Raises:
        LightboxError: this is no checkout, the script failed, or the kit cannot be sealed.
        KitError: the kit that was built would not pass in a clinic.
    """
    if not SCRIPT.is_file():
        raise LightboxError(f"There is no {SCRIPT} in this folder: build in a checkout of the sources.")
    today = datetime.datetime.now(datetime.UTC).date()
    number = parse_version(wanted) if wanted else next_version(out.parent, today)
    secret_key = _secret_key(key, out) if key else None  # before the long work, for it may ask
    call = [sys.executable, str(SCRIPT), "--bundle", str(bundle), "--out", str(out)]
    code = subprocess.run(call, stdout=2, check=False).returncode  # noqa: S603  # results alone go to stdout
    if code:
        raise LightboxError(f"{SCRIPT.name} ended with code {code}: what it said stands above.")
    if secret_key:
        _trust(secret_key.public, keys_of(out))
    with KitProgress() as progress:
        record = seal_kit(out, number, _program_version(), secret_key, progress)
        if secret_key is None:
            print("The kit is unsigned: no clinic can install it; build it with --key FILE.", file=sys.stderr)
        else:
            _verify(out, progress)
    print(f"{out}: {record.name} {record.version} for {record.platform}")


def _trust(key: PublicKey, keys: Path) -> None:
    """A kit trusts whoever built it: beside the project's key lies the one that it is signed with."""
    if key.base64 not in {one.base64 for one in trusted_keys(keys)}:
        put_key(key, key.key_id, keys)


def _verify(out: Path, progress: KitProgress) -> None:
    problems = check(out, trusted_keys(keys_of(out)), progress).problems
    if problems:
        raise KitError(f"{out} was built and would be refused: {' '.join(problems)}")


def _secret_key(path: Path, out: Path) -> SecretKey:
    if path.resolve().is_relative_to(out.resolve()):
        raise LightboxError(f"The secret key {path} lies in the kit: move it to a place of your own.")
    return opened_secret_key(path)


def _program_version() -> str:
    try:
        return version("lightbox-triage")
    except PackageNotFoundError:  # a checkout that was never installed
        return "?"
