"""A signature in a file of its own beside what is signed: ``NAME.minisig`` beside ``NAME``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import SignatureError, Untrusted
from lightbox_edge.trust.key_folder import trusted_keys
from lightbox_edge.trust.records import PublicKey, Signed
from lightbox_edge.trust.signing import MOST_BYTES, SecretKey, sign, verify

SUFFIX = ".minisig"


def signature_path(signed: Path) -> Path:
    """Where the signature of a file lies."""
    return signed.with_name(f"{signed.name}{SUFFIX}")


def verify_beside(signed: Path, content: bytes, keys: Sequence[PublicKey] | None = None) -> Signed:
    """Who of ``keys`` (None: those trusted here) signed a file, which was read and has that content.

    Raises:
        Untrusted: there is no signature, or it is another key's.
        SignatureError: the signature is damaged, or not right for a key that is trusted.
    """
    place = signature_path(signed)
    try:
        signature = read_at_most(place, MOST_BYTES).decode()
    except FileNotFoundError as error:
        raise Untrusted(f"{signed} is not signed, so nobody answers for it: get a signed one.") from error
    except OSError as error:
        raise SignatureError(
            f"The signature {place} cannot be read ({error.strerror}): copy it again."
        ) from error
    except UnicodeDecodeError as error:
        raise SignatureError(f"{place} is no signature in minisign's format: copy it again.") from error
    return verify(content, signature, trusted_keys() if keys is None else keys, str(signed))


def sign_beside(signed: Path, content: bytes, secret_key: SecretKey, trusted_comment: str) -> Signed:
    """Sign a file, which has that content; an older signature is replaced.

    Raises:
        LightboxError: the signature cannot be written, see also `sign`.
    """
    place = signature_path(signed)
    write_durably(place, sign(secret_key, content, trusted_comment).encode())
    place.chmod(0o644)  # it holds nothing private, and others on the machine verify with it too
    return Signed(secret_key.public.key_id, trusted_comment)
