"""Leave-one-finding-out and the learning curve from films to report, with trainings of a few steps."""

from __future__ import annotations

import csv
import json
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from PIL import Image

from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_export import learning_curve, zero_shot
from lightbox_export.recipe import Recipe, load_recipe
from tests.tiny import NEVER_LEARNED, Film

pytestmark = pytest.mark.usefixtures("one_thread")

LABELS = ("Effusion", "No Finding", "Effusion|Mass", "Cardiomegaly")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Path:
    """48 films that teach and 24 that test, of a patient each."""
    folder = tmp_path_factory.mktemp("data")
    with (folder / "labels.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("file", "source", "group", "split", "labels", "rsna_class", "boxes_xyxy_rel"))
        for number in range(72):
            Image.fromarray(film(number)).resize((64, 64)).save(folder / f"{number}.png")
            split = "train" if number < 48 else "test"
            rows.writerow((f"{number}.png", "nih", f"p{number}", split, LABELS[number % 4], ""))
    return folder


def small(name: str) -> Recipe:
    recipe = load_recipe(name)
    images = msgspec.structs.replace(
        recipe.images,
        input_size=64,
        sources=("nih",),
        chest_only=(),
        calibration_share=0.0,
    )
    training = msgspec.structs.replace(recipe.training, batch_size=8, features=32)
    return msgspec.structs.replace(recipe, images=images, training=training)


def call(program: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(program, "load_recipe", small)
    few = ["--epochs", "1", "--networks", "1"]
    monkeypatch.setattr(sys, "argv", ["program", "chest-open", *few, *map(str, arguments)])
    program.main()


def test_a_finding_is_left_out_asked_for_and_recorded(
    data: Path,
    teacher_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, into = tmp_path / "out", tmp_path / "into"
    where = ("--data", data, "--bundle", teacher_bundle.folder, "--out", out)
    arguments = (*where, "--finding", "pleural effusion", "--networks", "2")
    call(zero_shot, monkeypatch, *arguments, "--into", into)
    assert "epoch 1: loss" in capsys.readouterr().out
    told = json.loads((out / "zero_shot.json").read_bytes())
    assert len([*out.glob("*.checkpoint-*.pt")]) == told["networks"] == 2
    (trial,) = told["trials"]
    assert (trial["finding"], trial["also"]) == ("pleural effusion", [])
    assert (trial["films"], trial["unknown"]) == (48, 24)
    assert [(one["words"], one["left_out"]) for one in trial["asked"]] == [
        ("seen", False),
        ("unseen", False),
        ("seen", True),
        ("unseen", True),
    ]
    counts = {(one["positives"], one["negatives"], one["precision"]) for one in trial["asked"]}
    assert counts == {(12, 12, "fp32")}
    page = (out / "zero_shot.md").read_text("utf-8")
    assert "(fewer than 20 cases)" in page
    assert "“Fluid around the lung.” or “No fluid around the lung.”" in page
    assert "- Without pleural effusion: 48 films taught; on 24 of them another finding became" in page

    made = open_bundle(into)
    verify_bundle(made)
    assert made.manifest.asked[0] == NEVER_LEARNED  # what the bundle said before
    assert json.loads(msgspec.json.encode(made.manifest.asked[1:])) == trial["asked"]
    card = (into / "MODEL_CARD.md").read_text("utf-8")
    assert "## What other words are worth" in card
    assert "| its usual words, the finding never learned | fp32 |" in card

    call(zero_shot, monkeypatch, *arguments)
    assert "loss" not in capsys.readouterr().out  # the checkpoint had every epoch
    assert json.loads((out / "zero_shot.json").read_bytes()) == told


def test_shares_are_nested_and_make_as_many_steps(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(learning_curve, monkeypatch, "--data", data, "--out", tmp_path, "--shares", "1", "0.5")
    half, whole = json.loads((tmp_path / "learning_curve.json").read_bytes())["points"]
    assert (half["share"], whole["share"]) == (0.5, 1)
    assert 16 <= half["films"] <= 32
    assert (whole["films"], whole["epochs"]) == (48, 1)
    assert half["epochs"] == round(6 / (half["films"] // 8))
    assert whole["positives"]["pleural effusion"] == 24
    assert half["positives"]["pleural effusion"] < 24
    findings = {one["finding"] for one in whole["asked"]}
    assert findings == {one["finding"] for one in half["asked"]}
    assert {"pleural effusion", "cardiomegaly"} <= findings
    page = (tmp_path / "learning_curve.md").read_text("utf-8")
    assert "| finding | test films with, without | 0.5 of the patients" in page
    assert " [24] |" in page


def test_a_smaller_share_is_a_part_of_a_larger_one(data: Path) -> None:
    cases = zero_shot.Trials.read(small("chest-open"), data).cases
    groups = [case.file.stem for case in cases]
    parts = [{*learning_curve.part_of(cases, groups, share)} for share in (0.25, 0.5, 0.75, 1)]
    assert all(less < more for less, more in pairwise(parts))
    assert parts[-1] == {*cases}


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("0", "0 is no share of the patients: write more than 0, at most 1."),
        ("0.01", "films are fewer than a batch of 8: take a larger share."),
    ],
)
def test_a_wrong_share_is_one_sentence(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    share: str,
    said: str,
) -> None:
    with pytest.raises(SystemExit) as caught:
        call(learning_curve, monkeypatch, "--data", data, "--out", tmp_path, "--shares", share)
    assert caught.value.code == 2
    assert capsys.readouterr().err.strip().endswith(said)
