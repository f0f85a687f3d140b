"""A recipe: the data file that says how a default bundle is trained."""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import msgspec

from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Corners, Descriptor, Finding, Percentile, Preprocessing, Target

Positive = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class TaughtFinding(_Record, frozen=True):
    """A finding with the labels that teach it and the words it is taught in.

    ``sentences`` are further pairs, like the descriptors, that training draws and nothing asks for.
    ``boxes`` are the names of readers' boxes around it. ``unseen`` are words that training must never use:
    they tell what other words are worth.
    """

    name: str
    ships: bool
    labels: tuple[str, ...]
    descriptors: tuple[tuple[str, str], ...]
    phrases: tuple[str, ...]
    rsna: tuple[str, ...] = ()
    target: Target | None = None
    boxes: tuple[str, ...] = ()
    sentences: tuple[tuple[str, str], ...] = ()
    unseen: tuple[tuple[str, str], ...] = ()


class Images(_Record, frozen=True):
    """Which films teach, and how they are preprocessed."""

    input_size: Positive
    percentiles: tuple[Percentile, Percentile]
    border: Annotated[float, msgspec.Meta(ge=0, le=0.4)]
    mean: Share
    std: Annotated[float, msgspec.Meta(gt=0, le=1)]
    sources: tuple[str, ...]
    chest_only: tuple[str, ...]
    calibration_share: Share
    calibration_salt: int
    corners: Corners | None = None

    def preprocessing(self) -> Preprocessing:
        """What the bundle's films go through."""
        return Preprocessing(
            self.input_size, self.percentiles, self.mean, self.std, self.border, self.corners
        )

    def teaching(self, input_size: int) -> Preprocessing:
        """What training's go through: they keep their corners, which training turns, crops and marks."""
        return Preprocessing(input_size, self.percentiles, self.mean, self.std, self.border)


class Training(_Record, frozen=True):
    """The optimiser's settings; rates are AdamW's learning rates.

    Each of ``seeds`` gives a network of its own; the bundle holds them all as one.
    ``frozen_stages`` of the backbone stay as ImageNet left them; ``text_noise`` is the standard deviation of
    what is added to sentences; ``place_weight`` is the say of boxes.
    """

    seeds: tuple[int, ...]
    epochs: Annotated[int, msgspec.Meta(ge=0)]
    batch_size: Positive
    features: Positive
    frozen_stages: int
    text_noise: Share
    backbone_rate: Share
    head_rate: Share
    weight_decay: Share
    label_smoothing: Share
    average_decay: Share
    place_weight: Share


class Recipe(_Record, frozen=True):
    """The whole file."""

    name: str
    licence: str
    intended_use: str
    training_data: tuple[str, ...]
    limits: tuple[str, ...]
    images: Images
    training: Training
    finding: tuple[TaughtFinding, ...]
    adults_only: bool = False

    def findings(self) -> tuple[Finding, ...]:
        """The findings that go into the bundle, as its manifest wants them."""
        return tuple(_finding(one.name, one.descriptors) for one in self.finding if one.ships)

    def unseen(self) -> tuple[Finding, ...]:
        """The same findings in the words that training never uses, where they have some."""
        return tuple(_finding(one.name, one.unseen) for one in self.finding if one.ships and one.unseen)

    def shipped(self) -> dict[str, Target]:
        """The findings that go into the bundle, with their thresholds' targets."""
        return {one.name: one.target for one in self.finding if one.ships and one.target}


def _finding(name: str, sentences: tuple[tuple[str, str], ...]) -> Finding:
    return Finding(name, tuple(Descriptor(*pair) for pair in sentences))


def is_recipe(name: str) -> bool:
    """Whether it is the name of a packaged recipe, or the path of a file."""
    return _packaged(name).is_file() or Path(name).is_file()


def _packaged(name: str) -> Traversable:
    return resources.files("lightbox_export") / "recipes" / f"{name}.toml"


def load_recipe(name: str) -> Recipe:
    """Load a recipe by the name of a packaged one, or by the path of a TOML file."""
    packaged = _packaged(name)
    try:
        text = packaged.read_text("utf-8") if packaged.is_file() else Path(name).read_text("utf-8")
        return msgspec.convert(tomllib.loads(text), Recipe)
    except OSError as error:
        raise LightboxError(f"There is no recipe {name}: name a TOML file or 'chest-open'.") from error
    except (ValueError, RecursionError, msgspec.ValidationError) as error:  # ValueError: TOML, UTF-8, digits
        raise LightboxError(f"The recipe {name} cannot be read: {error}.") from error
