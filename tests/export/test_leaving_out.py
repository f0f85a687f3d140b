"""A recipe without a finding: what goes, what becomes unknown, and what stays."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from lightbox_edge.errors import LightboxError
from lightbox_export.labels import Case, target_and_weight
from lightbox_export.leaving_out import leave_out
from lightbox_export.recipe import Recipe, load_recipe
from lightbox_export.wording import sentence_pairs

Row = dict[str, str]


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return load_recipe("chest-open")


def learned(recipe: Recipe, out: str, labels: str, rsna: str = "") -> dict[str, tuple[float, float]]:
    """What one film teaches where a finding is left out, by finding."""
    row = {"labels": labels, "rsna_class": rsna}
    film = Path("film")
    left = leave_out(recipe, out)
    (case,) = left.cases([_case(recipe, film, row)], {film: row})
    return {
        one.name: known
        for one, known in zip(left.recipe.finding, zip(case.targets, case.weights, strict=True), strict=True)
    }


def _case(recipe: Recipe, file: Path, row: Row) -> Case:
    targets, weights = zip(*(target_and_weight(one, row) for one in recipe.finding), strict=True)
    return Case(file, "nih", "train", targets, weights)


def test_neither_its_sentences_nor_its_name_are_left(recipe: Recipe) -> None:
    for name in recipe.shipped():
        left = leave_out(recipe, name)
        said = [
            one.lower() for other in left.recipe.finding for pair in sentence_pairs(other) for one in pair
        ]
        assert name not in [one.name for one in left.recipe.finding]
        assert not [one for one in said if re.search(rf"\b{name}\b", one)]
        assert not {one for pair in sentence_pairs(left.finding) for one in pair} & {*said}
        assert left.recipe.name == f"chest-open without {name}"


def test_a_sentence_of_another_finding_that_names_it_goes(recipe: Recipe) -> None:
    named = [
        msgspec.structs.replace(
            one,
            descriptors=(*one.descriptors, ("Edema with effusion.", "No edema.")),
            phrases=(*one.phrases, "pleural fluid and edema", "effusions"),
        )
        if one.name == "pulmonary edema"
        else one
        for one in recipe.finding
    ]
    left = leave_out(msgspec.structs.replace(recipe, finding=tuple(named)), "pleural effusion")
    before = next(one for one in recipe.finding if one.name == "pulmonary edema")
    after = next(one for one in left.recipe.finding if one.name == "pulmonary edema")
    assert after.descriptors == before.descriptors
    assert after.phrases == (*before.phrases, "effusions")


def test_findings_that_the_same_labels_teach_go_with_it(recipe: Recipe) -> None:
    assert leave_out(recipe, "lung opacity").also() == ("consolidation", "pulmonary edema")
    for name in set(recipe.shipped()) - {"lung opacity"}:
        assert leave_out(recipe, name).also() == ()


@pytest.mark.parametrize(
    ("out", "labels", "rsna", "expected"),
    [
        # Its one label erased, nobody knows whether the film is abnormal; others were not named on it.
        ("pleural effusion", "Effusion", "", {"any abnormality": (0, 0), "atelectasis": (0, 1)}),
        ("pleural effusion", "Effusion|Mass", "", {"any abnormality": (0, 0), "lung mass or nodule": (1, 1)}),
        ("pleural effusion", "Mass", "", {"any abnormality": (1, 0.5), "lung mass or nodule": (1, 1)}),
        ("pleural effusion", "No Finding", "", {"any abnormality": (0, 0.5)}),
        # A reader who said no more than abnormal did not say what it was.
        ("pleural effusion", "Effusion", "No Lung Opacity / Not Normal", {"any abnormality": (1, 1)}),
        ("pleural effusion", "Effusion", "Normal", {"any abnormality": (0, 1)}),
        # Lung opacity is not taught by the very label, but by another one.
        ("consolidation", "Consolidation", "", {"lung opacity": (0, 0), "any abnormality": (0, 0)}),
        ("consolidation", "Consolidation|Edema", "", {"lung opacity": (0, 0), "pulmonary edema": (1, 1)}),
        ("consolidation", "Consolidation", "Lung Opacity", {"lung opacity": (1, 1)}),
        # The readers' class is a label of lung opacity, and what it overruled does not come back.
        ("lung opacity", "Infiltration", "Lung Opacity", {"any abnormality": (0, 0)}),
        ("lung opacity", "No Finding", "Lung Opacity", {"any abnormality": (0, 0)}),
        ("lung opacity", "Effusion", "Lung Opacity", {"any abnormality": (0, 0), "pleural effusion": (1, 1)}),
        ("lung opacity", "Pneumonia|Viral pneumonia", "", {"any abnormality": (0, 0)}),
        # Every label is a label of any abnormality, so none of them is erased.
        ("any abnormality", "Effusion", "", {"pleural effusion": (1, 1), "lung opacity": (0, 0.5)}),
    ],
)
def test_what_only_its_labels_said_becomes_unknown(
    recipe: Recipe, out: str, labels: str, rsna: str, expected: dict[str, tuple[float, float]]
) -> None:
    known = learned(recipe, out, labels, rsna)
    assert {name: known[name] for name in expected} == expected


def test_boxes_follow_their_findings_and_go_with_the_one_that_is_left_out(recipe: Recipe) -> None:
    names = [one.name for one in recipe.finding]
    opacity, nodule = names.index("lung opacity"), names.index("lung mass or nodule")
    row = {"labels": "Pneumonia|Mass", "rsna_class": ""}
    box = (0.1, 0.2, 0.3, 0.4)
    case = replace(_case(recipe, Path("film"), row), boxes=((opacity, *box), (nodule, *box)))
    left = leave_out(recipe, "atelectasis")
    (kept,) = left.cases([case], {case.file: row})
    assert [left.recipe.finding[place].name for place, *_ in kept.boxes] == [
        "lung opacity",
        "lung mass or nodule",
    ]
    (kept,) = leave_out(recipe, "lung opacity").cases([case], {case.file: row})
    assert [box for _, *box in kept.boxes] == [[*box]]


def test_how_many_films_became_unknown_is_counted(recipe: Recipe) -> None:
    said = {"1": "Effusion", "2": "Effusion|Mass", "3": "Mass", "4": "No Finding"}
    rows = {Path(name): {"labels": labels, "rsna_class": ""} for name, labels in said.items()}
    cases = [_case(recipe, file, row) for file, row in rows.items()]
    left = leave_out(recipe, "pleural effusion")
    assert left.unknown(cases, left.cases(cases, rows)) == 2


def test_words_that_others_use_are_told(recipe: Recipe) -> None:
    heard = leave_out(recipe, "pleural effusion").heard()
    assert {"fluid", "pleural", "space"} <= {*heard}
    assert not {"the", "no", "lung", "hydrothorax"} & {*heard}


def test_an_unknown_finding_is_one_sentence(recipe: Recipe) -> None:
    with pytest.raises(
        LightboxError, match="'hiatal hernia' is none of the findings that the recipe ships: name"
    ):
        leave_out(recipe, "hiatal hernia")
