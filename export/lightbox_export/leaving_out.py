"""A recipe without one of its findings: no sentence of it, and nothing that only its labels said.

What counts as the finding's labels are its ChestX-ray14 labels and its classes of the RSNA readers.

- A finding that such labels alone teach (consolidation, where lung opacity is left out) is left out too.
- A film that was positive for another finding by such a label becomes unknown for it, never negative: any
  abnormality is not taught by a film with an erased label, unless the RSNA readers put it into another
  class. Absences stay: nobody named that other finding on it.
- A sentence of another finding that names the finding, or one of its phrases, is left out.

A finding that every label teaches (any abnormality) has no label of its own: its words and targets go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from lightbox_edge.errors import LightboxError
from lightbox_export.labels import Case
from lightbox_export.mined import Row, mined_labels
from lightbox_export.recipe import Recipe, TaughtFinding
from lightbox_export.wording import sentence_pairs

EVERY = "*"
_SMALL = re.compile(  # words that carry no finding
    "a|all|an|and|any|are|at|be|because|beyond|both|by|can|could|for|from|has|have|in|is|it|less|more|no|not|"
    "nothing|of|on|one|or|out|should|some|than|that|the|there|this|to|up|where|with|without|chest|lungs?"
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A finding, the recipe without it, and what went with it."""

    finding: TaughtFinding
    full: Recipe
    recipe: Recipe

    def also(self) -> tuple[str, ...]:
        """The other findings that went, because the same labels alone teach them."""
        kept = {one.name for one in self.recipe.finding} | {self.finding.name}
        return tuple(one.name for one in self.full.finding if one.name not in kept)

    def heard(self) -> tuple[str, ...]:
        """Words of the finding's sentences that sentences of findings in training use as well."""
        own = [said for pair in (*self.finding.descriptors, *self.finding.unseen) for said in pair]
        others = [said for one in self.recipe.finding for pair in sentence_pairs(one) for said in pair]
        return tuple(sorted(_words(own) & _words(others)))

    def cases(self, cases: Sequence[Case], rows: Mapping[Path, Row]) -> list[Case]:
        """The full recipe's cases as this one learns them; ``rows`` are labels.csv's, by file."""
        places = self._places()
        return [self._case(case, rows[case.file], places) for case in cases]

    def unknown(self, cases: Sequence[Case], made: Sequence[Case]) -> int:
        """On how many of the cases another finding became unknown in those that `cases` made of them."""
        places = self._places()
        return sum(
            any(case.weights[place] and not weight for place, weight in zip(places, one.weights, strict=True))
            for case, one in zip(cases, made, strict=True)
        )

    def _places(self) -> list[int]:
        """Where the findings that are left stand in the full recipe."""
        names = [one.name for one in self.full.finding]
        return [names.index(one.name) for one in self.recipe.finding]

    def _case(self, case: Case, row: Row, places: Sequence[int]) -> Case:
        known = [
            self._known(one, case.targets[place], case.weights[place], row)
            for one, place in zip(self.recipe.finding, places, strict=True)
        ]
        targets, weights = zip(*known, strict=True)
        boxes = tuple((places.index(box[0]), *box[1:]) for box in case.boxes if box[0] in places)
        return replace(case, targets=targets, weights=weights, boxes=boxes)

    def _known(self, other: TaughtFinding, target: float, weight: float, row: Row) -> tuple[float, float]:
        """What a film teaches of another finding: what was positive by an erased label alone is unknown."""
        if not target * weight or self.finding.labels == (EVERY,):
            return target, weight
        labels, erased = mined_labels(row), {*self.finding.labels}
        if not other.rsna:
            stays = bool((labels - erased) & {*other.labels})
        elif row["rsna_class"]:
            stays = row["rsna_class"] not in self.finding.rsna
        else:
            stays = not labels & erased  # its target is what is found under all of its labels
        return (target, weight) if stays else (0.0, 0.0)


def leave_out(recipe: Recipe, name: str) -> LeftOut:
    """Leave out a finding that ships.

    Raises:
        LightboxError: there is no such finding.
    """
    named = [one for one in recipe.finding if one.name == name and one.ships]
    if not named:
        known = ", ".join(one.name for one in recipe.findings())
        raise LightboxError(f"{name!r} is none of the findings that the recipe ships: name one of {known}.")
    (finding,) = named
    others = [one for one in recipe.finding if one.name != name and not _taught_alone(one, finding)]
    kept = tuple(one for one in (_unnamed(one, finding) for one in others) if one.descriptors)
    return LeftOut(
        finding, recipe, msgspec.structs.replace(recipe, name=f"{recipe.name} without {name}", finding=kept)
    )


def _taught_alone(other: TaughtFinding, finding: TaughtFinding) -> bool:
    return {*other.labels} <= {*finding.labels} and EVERY not in other.labels


def _unnamed(other: TaughtFinding, finding: TaughtFinding) -> TaughtFinding:
    """The other finding without the sentences that name this one."""
    names = [re.compile(rf"\b{re.escape(one.lower())}\b") for one in (finding.name, *finding.phrases)]

    def names_it(said: Iterable[str]) -> bool:
        return any(name.search(one.lower()) for name in names for one in said)

    return msgspec.structs.replace(
        other,
        descriptors=tuple(pair for pair in other.descriptors if not names_it(pair)),
        phrases=tuple(phrase for phrase in other.phrases if not names_it([phrase])),
        unseen=(),
    )


def _words(sentences: Iterable[str]) -> set[str]:
    words = {word for said in sentences for word in re.findall("[a-z]+", said.lower())}
    return {word for word in words if not _SMALL.fullmatch(word)}
