"""What one row of labels.csv teaches, and that no patient crosses from one part to another."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from lightbox_edge.errors import LightboxError
from lightbox_export.labels import Case, read_cases, read_guests, target_and_weight
from lightbox_export.recipe import Guest, Recipe, TaughtFinding, load_recipe

COLUMNS = ("file", "source", "group", "split", "labels", "rsna_class")
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
        csv.writer(out).writerows([COLUMNS, *rows])
    return folder


@pytest.mark.parametrize(
    ("finding", "labels", "rsna", "expected"),
    [
        # The RSNA readers' class decides, whatever was mined.
        (OPACITY, "No Finding", "Lung Opacity", (1, 1)),
        (OPACITY, "Pneumonia", "Normal", (0, 1)),
        (ANY, "No Finding", "Not Normal", (1, 1)),
        (ANY, "Effusion", "Normal", (0, 1)),
        # Without them: a mined presence of what they could have read counts less, an absence hardly.
        (OPACITY, "Pneumonia", "", (1, 0.6)),
        (OPACITY, "No Finding", "", (0, 0.5)),
        (OPACITY, "Effusion", "", (0, 0)),
        (ANY, "No Finding", "", (0, 0.5)),
        (ANY, "Effusion", "", (1, 1)),
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
        ("calibration", {"any": True, "opacity": True, "effusion": False}),
        ("train", {"any": True, "opacity": True, "effusion": False}),
    ],
)
def test_films_are_tested_on_full_weights_alone(
    recipe: Recipe, part: str, expected: dict[str, bool | None]
) -> None:
    film = Case(Path("x"), "nih", part, (1, 1, 0, 1), (1, 0.6, 0.5, 1)).labelled(recipe)
    assert (film.truths, film.dataset, film.part) == (expected, "nih", part)


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


def test_guests_teach_their_findings_alone_and_are_no_cases(recipe: Recipe, tmp_path: Path) -> None:
    folder = table(
        tmp_path,
        ("child.jpg", "children", "c1", "train_paediatric", "Pneumonia|Viral pneumonia", ""),
        ("well.jpg", "children", "c2", "train_paediatric", "No Finding", ""),
        ("kept.jpg", "children", "c3", "test", "No Finding", ""),
        ("adult.jpg", "nih", "a1", "train", "Effusion", ""),
    )
    images = msgspec.structs.replace(recipe.images, guests=(Guest("children", ("opacity",)),))
    invited = msgspec.structs.replace(recipe, images=images)
    ill, well = read_guests(folder, invited)
    assert (ill.file, ill.part, ill.targets, ill.weights) == (
        folder / "child.jpg", "train", (0.0, 1.0, 0.0, 0.0), (0.0, 0.6, 0.0, 0.0),
    )  # fmt: skip
    assert (well.targets, well.weights) == ((0.0,) * 4, (0.0, 0.5, 0.0, 0.0))
    assert [case.file.name for case in read_cases(folder, invited)] == ["adult.jpg"]
