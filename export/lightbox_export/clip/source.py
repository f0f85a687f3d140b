"""Where a teacher's files are: a folder on this machine, or one that the hub's client fetches."""

from __future__ import annotations

import re
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_export.teachers import Teacher, check_sha256

# In the order of preference: what can hold nothing but tensors first.
WEIGHTS = (
    "open_clip_model.safetensors",
    "model.safetensors",
    "open_clip_pytorch_model.bin",
    "pytorch_model.bin",
)
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
SMALL = ("*.json", "vocab.txt", "merges.txt", "spiece.model")


def find_source(teacher: Teacher, source: str | None) -> Path:
    """The folder with the teacher's files; only a hub id makes the hub's client go online."""
    wanted = source or teacher.source
    if wanted is None:
        raise LightboxError(f"{teacher.name} has no source of its own: name one with --source.")
    if Path(wanted).is_dir():
        return Path(wanted)
    if Path(wanted).exists():
        raise LightboxError(f"{wanted} is a file: name the folder that holds {teacher.title} as published.")
    if not HUB_ID.fullmatch(wanted) or Path(wanted).parent.is_dir():  # a misspelt path goes nowhere
        raise LightboxError(f"There is no folder {wanted}: name a folder, or a hub id such as owner/model.")
    return _fetch(wanted)


def find_weights(folder: Path, teacher: Teacher) -> Path:
    """The file with the weights, which must be the published one where its SHA-256 is known."""
    for name in WEIGHTS:
        if (folder / name).is_file():
            check_sha256(teacher, folder / name)
            return folder / name
    raise LightboxError(f"{folder} holds no weights: it needs one of {', '.join(WEIGHTS)}.")


def _fetch(hub_id: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        files = HfApi().list_repo_files(hub_id)
        weights = [name for name in WEIGHTS if name in files][:1]
        return Path(snapshot_download(hub_id, allow_patterns=[*weights, *SMALL]))
    except Exception as error:  # the client has some twenty types of its own and of its transport's
        reason = (
            str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        )
        raise LightboxError(
            f"{hub_id} is no folder here, and cannot be fetched from the hub ({reason}): get it on a "
            "machine with a network and name its folder with --source."
        ) from error
