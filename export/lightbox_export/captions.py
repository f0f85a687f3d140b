"""What somebody wrote about a film, as features of the bundle's text encoder."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.text import encode_sentences


def read_captions(table: Path, images: Path, films: Sequence[Path], bundle: Bundle) -> Tensor:
    """Features of each film's caption, (N, dimensions), zeros where it has none.

    Args:
        table: CSV with the columns ``file``, relative to ``images``, and ``text``.
        images: the films' folder.
        films: the N films.
        bundle: whose text encoder is asked.

    Raises:
        LightboxError: the table cannot be read, or no film of it is among ``films``.
    """
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            rows = csv.DictReader(lines)
            if missing := {"file", "text"} - {*(rows.fieldnames or ())}:
                raise LightboxError(f"{table} has no column {sorted(missing)[0]!r}: add it.")
            texts = {images / row["file"]: " ".join((row["text"] or "").split()) for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LightboxError(f"The captions {table} cannot be read: {error}.") from error
    places = [place for place, film in enumerate(films) if texts.get(film)]
    if not places:
        raise LightboxError(f"{table} has a text for none of the films: its files are relative to {images}.")
    features = torch.from_numpy(encode_sentences(bundle, [texts[films[place]] for place in places]))
    captions = torch.zeros(len(films), features.shape[1])
    captions[places] = features
    return captions
