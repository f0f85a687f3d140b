"""What one row of labels.csv teaches, and that no patient crosses from one part to another."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from lightbox_edge.errors import LightboxError
from lightbox_export.labels import Case, draw, read_cases, target_and_weight
from lightbox_export.recipe import Recipe, TaughtFinding, load_recipe

COLUMNS = ("file", "source", "group", "split", "labels", "rsna_class", "boxes_xyxy_rel")
ANY = TaughtFinding("any", True, ("*",), (("a", "b"),), (), ("Lung Opacity", "Not Normal"))
OPACITY = TaughtFinding("opacity", True, ("Pneumonia",), (("a", "b"),), (), ("Lung Opacity",))
EFFUSION = TaughtFinding("effusion", True, ("Effusion",), (("a", "b"),), ())
HERNIA = TaughtFinding("hernia", False, ("Hernia",), (("a", "b"),), ())


@pytest.fixture
def recipe() -> Recipe:
    loaded = load_recipe("chest-open")
    images = msgspec.structs.replace(
        loaded.images, sources=("nih",), chest_only=("hannover",), calibration_share=0.3
    )
    return msgspec.structs.replace(loaded, images=images, finding=(ANY, OPACITY, EFFUSION, HERNIA))


def table(folder: Path, *rows: tuple[str, ...]) -> Path:
    with (folder / "labels.csv").open("w", newline="") as out:
        csv.writer(out).writerows([COLUMNS, *((*row, *[""] * (len(COLUMNS) - len(row))) for row in rows)])
    return folder


@pytest.mark.parametrize(
    ("finding", "labels", "rsna", "expected"),
    [
        # The RSNA readers' class decides, whatever was mined.
        (OPACITY, "No Finding", "Lung Opacity", (1, 1)),
        (OPACITY, "Pneumonia", "Normal", (0, 1)),
        (ANY, "No Finding", "Not Normal", (1, 1)),
        (ANY, "Effusion", "Normal", (0, 1)),
        # Without them, and without any film that they read elsewhere, the mined label is believed by half.
        (OPACITY, "Pneumonia", "", (1, 0.5)),
        (OPACITY, "Effusion", "", (0, 0.5)),
        (ANY, "No Finding", "", (0, 0.5)),
        (ANY, "Effusion", "", (1, 0.5)),
        # What they did not read for is as mined.
        (EFFUSION, "Effusion", "", (1, 1)),
        (EFFUSION, "Mass|Effusion", "Normal", (1, 1)),
        (EFFUSION, "Mass;Effusion", "", (1, 1)),
        (EFFUSION, "No Finding", "", (0, 1)),
        (EFFUSION, "Pleural Effusion", "", (0, 1)),
    ],
)
def test_targets_and_weights(
    finding: TaughtFinding, labels: str, rsna: str, expected: tuple[float, float]
) -> None:
    assert target_and_weight(finding, {"labels": labels, "rsna_class": rsna}) == expected


def test_a_row_becomes_a_case(recipe: Recipe, tmp_path: Path) -> None:
    table(
        tmp_path,
        ("nih/1.png", "nih", "p1", "test", "Effusion", "Normal"),
        ("hannover/2.png", "hannover", "p2", "test", "Effusion", ""),
        ("jsrt/3.png", "jsrt", "p3", "test", "", ""),
        ("nih/4.png", "nih", "p4", "unused", "", ""),
    )
    one, chest = read_cases(tmp_path, recipe)
    assert one == Case(tmp_path / "nih/1.png", "nih", "test", (0, 0, 1, 0), (1, 1, 1, 1))
    assert chest == Case(tmp_path / "hannover/2.png", "hannover", "test", (0, 0, 0, 0), (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("test", {"any": True, "opacity": None, "effusion": None}),
        ("calibration", {"any": True, "opacity": None, "effusion": None}),
    ],
)
def test_films_calibrate_and_test_on_full_weights_alone(
    recipe: Recipe, part: str, expected: dict[str, bool | None]
) -> None:
    film = Case(Path("x"), "nih", part, (1, 1, 0, 1), (1, 0.6, 0.5, 1)).labelled(recipe)
    assert (film.truths, film.dataset, film.part) == (expected, "nih", part)


def test_a_film_nobody_read_again_has_the_share_found_under_its_labels(
    recipe: Recipe, tmp_path: Path
) -> None:
    patients = [str(number) for number in range(40)]
    salt, share = str(recipe.images.calibration_salt), recipe.images.calibration_share
    calibrating = [one for one in patients if draw(salt, one) < share]  # these teach nothing
    teaching = [one for one in patients if one not in calibrating]
    table(
        tmp_path,
        ("nih/1.png", "nih", teaching[0], "train", "Pneumonia", "Lung Opacity"),
        ("nih/2.png", "nih", teaching[1], "train", "Pneumonia", "Normal"),
        ("nih/3.png", "nih", teaching[2], "train", "Pneumonia|Mass", "Lung Opacity"),
        ("nih/4.png", "nih", calibrating[0], "train", "Pneumonia", "Normal"),
        ("nih/5.png", "nih", "t", "test", "Pneumonia", "Normal"),
        ("nih/6.png", "nih", teaching[3], "train", "Pneumonia", ""),
        ("nih/7.png", "nih", teaching[4], "train", "Pneumonia|Mass", ""),
        ("nih/8.png", "nih", teaching[5], "train", "Hernia", ""),
    )
    cases = {case.file.stem: case for case in read_cases(tmp_path, recipe)}
    # Two of three were opacities: (2 + 2 * 2/3) / (3 + 2); the mass: (1 + 2 * 2/3) / (1 + 2).
    assert cases["6"].targets[1] == pytest.approx(2 / 3)
    assert cases["7"].targets[1] == pytest.approx((2 / 3 + 7 / 9) / 2)
    assert cases["8"].targets[1] == 0  # no film with it was read again
    assert {cases[name].weights[1] for name in "678"} == {0.5}
    assert cases["1"].targets[1] == cases["1"].weights[1] == 1


def test_boxes_are_those_of_the_recipes_findings(recipe: Recipe, tmp_path: Path) -> None:
    seen = msgspec.structs.replace(OPACITY, boxes=("RSNA_Lung_Opacity", "Pneumonia"))
    boxes = '[["Mass", 0, 0, 1, 1], ["Pneumonia", 0.25, 0.5, 0.5, 0.75], ["RSNA_Lung_Opacity", 0, 0, 0.5, 1]]'
    table(tmp_path, ("nih/1.png", "nih", "p", "train", "Pneumonia", "", boxes))
    (case,) = read_cases(tmp_path, msgspec.structs.replace(recipe, finding=(ANY, seen)))
    assert case.boxes == ((1, 0.25, 0.5, 0.5, 0.75), (1, 0, 0, 0.5, 1))


def test_an_unknown_truth_is_unknown_in_every_part(recipe: Recipe) -> None:
    for part in ("train", "calibration", "test"):
        film = Case(Path("x"), "nih", part, (0, 0, 0, 0), (0, 0, 0, 0)).labelled(recipe)
        assert set(film.truths.values()) == {None}


def test_patients_stay_in_one_part_and_the_split_is_the_same_each_time(
    recipe: Recipe, tmp_path: Path
) -> None:
    rows = [(f"{number}.png", "nih", f"p{number // 3}", "train", "Effusion", "") for number in range(1500)]
    table(tmp_path, *rows)
    cases = read_cases(tmp_path, recipe)
    parts = defaultdict(set)
    for case in cases:
        parts[int(case.file.stem) // 3].add(case.part)
    assert all(len(part) == 1 for part in parts.values())
    share = sum(case.part == "calibration" for case in cases) / len(cases)
    assert share == pytest.approx(0.3, abs=0.06)
    assert read_cases(tmp_path, recipe) == cases


def test_no_table_is_a_sentence(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"holds no labels\.csv: name the folder"):
        read_cases(tmp_path, recipe)


def test_a_table_without_a_column_is_a_sentence(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,source\nx.png,nih\n")
    with pytest.raises(LightboxError, match=r"labels\.csv has no column 'group'"):
        read_cases(tmp_path, recipe)
