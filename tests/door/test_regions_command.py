"""``lightbox regions`` run for real on a tiny bundle: files, lines, what is missing, what is no film."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_door.main import main
from lightbox_edge.anatomy import LUNGS
from lightbox_edge.bundle import Bundle
from lightbox_edge.judging import Encoded, Model
from lightbox_edge.regions.occlusion import PASSES
from lightbox_edge.segmenting import SegmenterModel
from tests.film_files import PYDICOM_DATA
from tests.tiny import FINDING, with_anatomy, write_bundle, write_films

SAMPLES = Path(__file__).parents[2] / "samples"
KEYS = ["path", "target", "box", "mask", "predicted_iou", "measurements"]
ORGANS = [*LUNGS, "heart"]
Told = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Made:
    """Bundles with everything, and without one thing each, and some films."""

    whole: Bundle
    plain: Bundle
    films: Path

    def run(self, told: Told, *arguments: object, bundle: Bundle | None = None) -> tuple[int, list[Any]]:
        """The exit code and the lines of a run with --json in this process."""
        used = bundle or self.whole
        fixed = ["--bundle", used.folder, "--threads", 1, "--backend", "onnxruntime", "--json"]
        code = main(["regions", *map(str, (*arguments, *fixed))])
        return code, [json.loads(line) for line in told.readouterr().out.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, film: Callable[[int], NDArray[np.uint8]]) -> Made:
    place = tmp_path_factory.mktemp("regions")
    labelled = write_films(place / "films", film, 8)
    everything = write_bundle(place / "patches", labelled, segmenter=True, patches=True)
    plain = write_bundle(place / "plain", labelled, segmenter=False)
    return Made(with_anatomy(everything, place / "whole"), plain, place / "films")


def mask_of(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as image:
        assert image.mode == "L"
        return np.asarray(image)


def test_each_target_has_a_line_with_the_keys_and_a_mask_of_the_films_size(
    made: Made, tmp_path: Path, capsys: Told
) -> None:
    film = tmp_path / "tall film.png"
    with Image.open(SAMPLES / "film-05-8-bit.png") as sample:
        sample.resize((333, 517)).save(film)
    out = tmp_path / "out"
    code, lines = made.run(
        capsys,
        film,
        "--out",
        out,
        "--finding",
        "Effusion",
        "--finding",
        "large heart",
        "--box",
        "10,20,200.5,300",
    )
    assert code == 0
    assert [line["target"] for line in lines] == [*ORGANS, "effusion", "large heart", "box"]
    for line in lines:
        assert list(line) == KEYS
        assert line["path"] == str(film)
        if line["mask"] is None:
            assert line["measurements"]["reason"].endswith(".")
            continue
        mask = mask_of(out / line["mask"])
        assert mask.shape == (517, 333)
        assert set(np.unique(mask)) <= {0, 255}
        left, top, right, bottom = line["box"]
        rows, columns = np.nonzero(mask)
        assert (columns.min(), rows.min(), columns.max(), rows.max()) == (left, top, right, bottom)
        assert (out / line["mask"].replace(".mask.", ".overlay.")).exists()
    by = {line["target"]: line for line in lines}
    assert by["lung_left"]["mask"] == "tall film.lung_left.mask.png"
    assert (
        by["effusion"]["measurements"]["validated"] is False or "threshold" in by["effusion"]["measurements"]
    )
    assert "large-heart" in str(sorted(one.name for one in out.glob("*.overlay.png")))


def test_sides_are_the_patients(made: Made, tmp_path: Path, capsys: Told) -> None:
    _, lines = made.run(capsys, SAMPLES / "film-05-8-bit.png", "--out", tmp_path / "out")
    by = {line["target"]: line for line in lines}
    assert by["lung_right"]["box"][0] < by["lung_left"]["box"][0]


def test_every_sample_and_what_is_no_film(made: Made, tmp_path: Path, capsys: Told) -> None:
    """Real films, an ankle, a picture of one gray, one of a few pixels: no crash, and a reason each."""
    odd = tmp_path / "odd"
    odd.mkdir()
    shutil.copy(PYDICOM_DATA / "RG3_UNCR.dcm", odd / "ankle.dcm")
    Image.fromarray(np.full((200, 200), 90, np.uint8)).save(odd / "flat.png")
    Image.fromarray(np.zeros((3, 5), np.uint8)).save(odd / "tiny.png")
    with Image.open(SAMPLES / "film-05-8-bit.png") as sample:
        sample.rotate(90, expand=True).save(odd / "turned.png")
    code, lines = made.run(capsys, SAMPLES, odd, "--out", tmp_path / "out", "--finding", "effusion")
    assert code == 0
    paths = {line["path"] for line in lines}
    assert len(lines) == 4 * len(paths)
    assert len(paths) >= 15
    for line in lines:
        there = line["mask"] is not None
        assert there == ("reason" not in line["measurements"])
        assert (not there) or (tmp_path / "out" / line["mask"]).exists()
    for name in ("ankle.dcm", "flat.png", "tiny.png"):
        mine = [line for line in lines if line["path"].endswith(name)]
        assert [line["mask"] for line in mine] == [None] * 4, name


def test_without_its_parts_a_bundle_says_what_is_missing(made: Made, tmp_path: Path, capsys: Told) -> None:
    film = made.films / "004.png"
    code, lines = made.run(
        capsys, film, "--out", tmp_path / "out", "--finding", FINDING.name, bundle=made.plain
    )
    assert code == 0
    assert [line["mask"] for line in lines] == [None] * 4
    reasons = [line["measurements"]["reason"] for line in lines]
    assert all("cannot find the lungs" in reason for reason in reasons[:3])
    assert "no segmenter" in reasons[3]
    assert lines[3]["box"] is not None  # of a map by occlusion, for the bundle gives no patch_features
    assert lines[3]["measurements"]["map"] == "occlusion"
    code = main(["regions", str(film), "--out", str(tmp_path / "two"), "--box", "1,1,9,9", "--bundle",
                 str(made.plain.folder)])  # fmt: skip
    assert code == 2
    assert "The bundle tiny has no segmenter" in capsys.readouterr().err
    assert not (tmp_path / "two").exists()


def test_an_unreadable_film_is_named_and_ends_in_1(made: Made, tmp_path: Path, capsys: Told) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes((made.films / "000.png").read_bytes()[:100])
    fixed = ["--bundle", str(made.whole.folder), "--threads", "1", "--backend", "onnxruntime"]
    code = main(["regions", str(broken), "--out", str(tmp_path / "out"), "--json", *fixed])
    told = capsys.readouterr()
    assert code == 1
    assert f"{broken} could not be read" in told.err
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [(line["target"], line["mask"]) for line in lines] == [(organ, None) for organ in ORGANS]


@pytest.mark.parametrize(("patches", "passes"), [(True, 0), (False, PASSES)])
def test_a_film_is_covered_once_for_all_findings_and_only_without_patches(
    made: Made, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch, patches: bool, passes: int
) -> None:
    films: list[int] = []
    run = Model.run

    def counted(self: Model, pixels: NDArray[np.float32]) -> Encoded:
        films.append(len(pixels))
        return run(self, pixels)

    monkeypatch.setattr(Model, "run", counted)
    bundle, film = made.whole if patches else made.plain, made.films / "004.png"
    asked = ["--finding", FINDING.name, "--finding", "large heart"]
    _, lines = made.run(capsys, film, "--out", tmp_path / "out", *asked, bundle=bundle)
    assert sum(films) == 1 + passes
    kinds = [line["measurements"]["map"] for line in lines[3:]]
    assert kinds == ["patches" if patches else "occlusion"] * 2
    films.clear()
    made.run(capsys, made.films / "000.png", "--out", tmp_path / "out", bundle=bundle)
    assert sum(films) == 1  # nothing is flagged on it


@pytest.mark.parametrize("given", ["1,2,3", "5,5,1,9", "a,b,c,d", "1,2,3,nan", ""])
def test_a_box_that_is_none_is_refused(tmp_path: Path, given: str, capsys: Told) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["regions", str(SAMPLES), "--out", str(tmp_path / "out"), f"--box={given}"])
    assert ended.value.code == 2
    assert "argument --box" in capsys.readouterr().err


def test_films_of_one_stem_keep_their_own_files_run_after_run(
    made: Made, tmp_path: Path, capsys: Told
) -> None:
    names = ["a/film.png", "b/film.png", "c/film.copy.png"]
    for name, number in zip(names, (0, 1, 2), strict=True):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made.films / f"00{number}.png", tmp_path / "in" / name)
    out = tmp_path / "out"
    arguments = (tmp_path / "in", "--out", out, "--finding", "effusion", "--box", "5,5,40,40")
    _, first = made.run(capsys, *arguments)
    contents = {file.name: file.read_bytes() for file in out.glob("*.png")}
    masks = [line["mask"] for line in first if line["mask"]]
    assert len(set(masks)) == len(masks)
    # Once more, in another order, and after a run that was cut off: the same files, bit for bit.
    for file in sorted(out.glob("*.png"))[::3]:
        file.unlink()
    _, again = made.run(capsys, tmp_path / "in" / "b", tmp_path / "in", *arguments[1:])
    assert {file.name: file.read_bytes() for file in out.glob("*.png")} == contents
    assert [line for line in again if "in/b/" not in line["path"]] == [
        line for line in first if "in/b/" not in line["path"]
    ]


def test_what_is_no_region_any_more_leaves_no_mask(made: Made, tmp_path: Path, capsys: Told) -> None:
    out, film = tmp_path / "out", made.films / "004.png"
    made.run(capsys, film, "--out", out)
    assert (out / "004.lung_left.mask.png").exists()
    made.run(capsys, film, "--out", out, bundle=made.plain)
    assert not list(out.glob("*.lung_left.*"))


def test_a_further_prompt_on_a_film_costs_no_encoder(
    made: Made, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    embed = SegmenterModel.embed

    def counted(self: SegmenterModel, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        calls.append(len(pixels))
        return embed(self, pixels)

    monkeypatch.setattr(SegmenterModel, "embed", counted)
    film = SAMPLES / "film-05-8-bit.png"
    for number, prompt in enumerate(
        (["--box", "10,10,90,90"], ["--box", "20,20,80,95"], ["--point", "40,50"])
    ):
        code, lines = made.run(capsys, film, "--out", tmp_path / "out", "--finding", FINDING.name, *prompt)
        assert code == 0
        assert lines[-1]["target"] == prompt[0].strip("-"), number
        assert lines[-1]["predicted_iou"] is not None
    assert calls == [1]


def test_a_prompt_beside_the_film_is_no_region(made: Made, tmp_path: Path, capsys: Told) -> None:
    _, lines = made.run(
        capsys, SAMPLES / "film-05-8-bit.png", "--out", tmp_path / "out", "--point", "100000,5"
    )
    assert lines[-1]["mask"] is None
    assert "outside the film" in lines[-1]["measurements"]["reason"]


def test_words_for_people_and_a_second_frame(made: Made, tmp_path: Path, capsys: Told) -> None:
    frames = [Image.open(made.films / f"00{number}.png") for number in (0, 1)]
    film = tmp_path / "pages.tiff"
    frames[0].save(film, save_all=True, append_images=frames[1:])
    fixed = ["--bundle", str(made.whole.folder), "--threads", "1", "--backend", "onnxruntime"]
    assert main(["regions", str(film), "--out", str(tmp_path / "out"), *fixed]) == 0
    told = capsys.readouterr()
    assert f"lung_left    {film}#2  " in told.out
    assert "no diagnosis" in told.err
    assert (tmp_path / "out" / "pages#2.lung_left.mask.png").exists()


def test_without_findings_named_they_are_those_that_screening_flags(
    made: Made, tmp_path: Path, capsys: Told
) -> None:
    fixed = ["--bundle", str(made.whole.folder), "--threads", "1", "--backend", "onnxruntime", "--json"]
    assert main(["screen", str(made.films), "--worklist", str(tmp_path / "w"), *fixed]) == 0
    screened = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    flagged = {
        (film["path"], one["name"], one["probability"])
        for film in screened
        for one in film["findings"]
        if one["flagged"]
    }
    _, lines = made.run(capsys, made.films, "--out", tmp_path / "out")
    told = {
        (line["path"], line["target"], line["measurements"]["probability"])
        for line in lines
        if line["target"] not in ORGANS
    }
    assert {one[:2] for one in told} == {one[:2] for one in flagged}  # batches move a sixth digit
    assert 0 < len(flagged) < len(screened)
    assert sorted(one[2] for one in told) == pytest.approx(sorted(one[2] for one in flagged), abs=1e-4)


def test_a_persons_box_is_outlined_where_nothing_is_judged(made: Made, tmp_path: Path, capsys: Told) -> None:
    ankle = PYDICOM_DATA / "RG3_UNCR.dcm"
    code, lines = made.run(capsys, ankle, "--out", tmp_path / "out", "--box", "300,300,900,1200")
    assert code == 0
    assert [line["mask"] for line in lines[:3]] == [None] * 3
    assert lines[3]["predicted_iou"] is not None


def test_a_folder_with_a_sign_in_its_name_and_frames(made: Made, tmp_path: Path, capsys: Told) -> None:
    place = tmp_path / "a#1"
    place.mkdir()
    frames = [Image.open(made.films / f"00{number}.png") for number in (0, 1)]
    frames[0].save(place / "pages.tiff", save_all=True, append_images=frames[1:])
    _, lines = made.run(capsys, place, "--out", tmp_path / "out")
    names = {line["mask"].split(".")[0] for line in lines if line["mask"]}
    assert names == {"pages#1", "pages#2"}


def test_a_picture_that_is_not_ours_is_left_alone(made: Made, tmp_path: Path, capsys: Told) -> None:
    out = tmp_path / "out"
    out.mkdir()
    own = out / "004.lung_left.mask.png"
    Image.new("L", (5, 5), 7).save(own)
    before = own.read_bytes()
    _, lines = made.run(capsys, made.films / "004.png", "--out", out)
    assert own.read_bytes() == before
    assert lines[0]["mask"].startswith("004~")
