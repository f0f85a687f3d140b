"""Image-text teachers: each loader gives the same small surface, a `ClipTeacher`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from lightbox_export.clip.source import find_source
from lightbox_export.clip.teacher import ClipTeacher, loading
from lightbox_export.teachers import Teacher

__all__ = ["ClipTeacher", "load_clip"]


def load_clip(teacher: Teacher, source: str | None) -> ClipTeacher:
    """Load a teacher of kind clip from a folder, with no network at all, or from a hub id.

    Args:
        teacher: its row.
        source: a folder or a hub id; None is the row's own.

    Raises:
        LightboxError: the source is not there, is damaged, holds more than tensors, or is another model.
    """
    folder: Path = find_source(teacher, source)
    with loading(folder, teacher):
        loaded: ClipTeacher = import_module(f"lightbox_export.clip.{teacher.architecture}").load(
            folder, teacher
        )
    return loaded
