"""What one file gives: frames, each with a picture or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from lightbox_edge.errors import NotJudged, UnreadableImage
from lightbox_edge.radiograph import Radiograph


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a file.

    Attributes:
        number: None for the frame of a single-frame file, else 1, 2, ... (shown as ``path#2``).
        outcome: the picture, or the error whose message is its row's reason.
    """

    number: int | None
    outcome: Radiograph | UnreadableImage | NotJudged
