"""The registry of teachers, ``teachers.toml``: what can be exported, from where, under which licence."""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Sha256

Kind = Literal["clip", "sam"]
Architecture = Literal["open_clip", "hf_clip", "hf_siglip", "litemedsam", "mobilesam", "sam_vit_b", "medsam"]


class Teacher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row; ``title`` is its name for people, None is what differs from source to source."""

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_]+$")]
    kind: Kind
    architecture: Architecture
    title: str
    licence: str
    source: str | None = None
    input_size: Annotated[int, msgspec.Meta(ge=16, le=4096)] | None = None
    sha256: Sha256 | None = None

    @property
    def package(self) -> str | None:
        """The Python package that brings the weights, if one does."""
        if self.source is None or not self.source.startswith("package:"):
            return None
        return self.source.removeprefix("package:").partition("/")[0]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    teacher: tuple[Teacher, ...]


def load_teachers() -> dict[str, Teacher]:
    """Every teacher by its name, in the file's order."""
    text = (resources.files("lightbox_export") / "teachers.toml").read_text("utf-8")
    return {one.name: one for one in msgspec.convert(tomllib.loads(text), _File).teacher}


def check_sha256(teacher: Teacher, weights: Path) -> None:
    """Raise if the SHA-256 of the teacher's weights is known, and is not that of the file."""
    if teacher.sha256 is None:
        return
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LightboxError(f"{weights} cannot be read: {error.strerror}.") from error
    if found != teacher.sha256:
        raise LightboxError(
            f"{weights} is not the published {teacher.title} (its SHA-256 is {found[:12]}…, not "
            f"{teacher.sha256[:12]}…): get it again."
        )
