"""Plain records of keys and signatures; what they hold of a file's comments has no control characters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key.

    Attributes:
        key_id: 16 hexadecimal digits, as the ``minisign`` tool shows them.
        base64: the key itself, the second line of its file.
        comment: what its file says of it, which nothing proves.
        file: where it lies, None for one that was just made.
    """

    key_id: str
    base64: str
    comment: str = ""
    file: Path | None = None

    @property
    def name(self) -> str:
        """The name of its file without the ending; its id where it has none."""
        return self.file.stem if self.file else self.key_id


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was right: of which trusted key, and the comment that the key signed with it."""

    key_id: str
    trusted_comment: str
