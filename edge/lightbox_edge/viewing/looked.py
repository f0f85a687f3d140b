"""What comes of looking at a film with a model: plain records that import none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lightbox_edge.viewing.film import Film
from lightbox_edge.viewing.marks import Mark


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found on a film: what is drawn, and (target, sentence) of what was measured.

    ``only_organs`` says that another machine judged the film, so that its findings are not drawn.
    """

    marks: tuple[Mark, ...]
    told: tuple[tuple[str, str], ...]
    only_organs: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A film as the model gets it, and each finding's probability by precision.

    ``other`` names the precision beside the row's own; empty where the bundle has none to compare with.
    """

    film: Film
    probabilities: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    own: str = ""
    other: str = ""
