"""``lightbox distill`` on tiny teachers: it learns, it resumes after a kill, its bundle is whole."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from lightbox_door.main import main
from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.judging import Model
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.loading import load_films, read_film
from lightbox_edge.segmenting import Prompt, SegmenterModel
from lightbox_export import lessons
from lightbox_export.distill import ONE_IN, distill
from lightbox_export.lessons import prepare_lessons
from lightbox_export.roles import segmenter_teacher, similarity
from tests.processes import environment, kill_when, lightbox
from tests.tiny import CHANNELS, FINDING, HOW, SIDE

pytestmark = pytest.mark.usefixtures("one_thread")

EPOCHS = 6
STUDENT = "mobilenetv4_conv_small"
TOLD = re.compile(
    rf"{STUDENT}, (\d+\.\d) million parameters: mean cosine to its teacher (-?\d\.\d{{4}}) before, "
    r"(-?\d\.\d{4}) after, on (\d+) films held out\.\n"
)
Call = Callable[..., list[str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("distill")


@pytest.fixture(scope="module")
def images(labelled_films: list[LabelledFilm]) -> Path:
    return labelled_films[0].file.parent


@pytest.fixture(scope="module")
def call(teacher_bundle: Bundle, labelled_films: list[LabelledFilm], images: Path, place: Path) -> Call:
    """The command line to a bundle of that name; labels and captions included."""
    labels, captions = place / "labels.csv", place / "captions.csv"
    write_labels(labels, images, labelled_films)
    rows = [
        f"{one.file.name},{'There is fluid.' if one.truths[FINDING.name] else 'lung clear'}"
        for one in labelled_films[::2]
    ]
    captions.write_text("\n".join(["file,text", *rows, ""]))

    def make(name: str, *more: object) -> list[str]:
        start = ["distill", teacher_bundle.folder, "--student", STUDENT, "--images", images]
        start += [
            "--labels",
            labels,
            "--captions",
            captions,
            "--epochs",
            EPOCHS,
            "--batch",
            4,
            "--out",
            place / name,
        ]
        return [*map(str, start), *map(str, more)]

    return make


def weights_of(bundle: Bundle) -> dict[str, NDArray[np.float32]]:
    graph = onnx.load_from_string(bundle.read(bundle.rung("fp32").image_encoder)).graph
    return {one.name: numpy_helper.to_array(one) for one in graph.initializer}


@pytest.fixture(scope="module")
def uninterrupted(call: Call, place: Path) -> Bundle:
    with contextlib.redirect_stdout(io.StringIO()) as told:
        assert main(call("whole")) == 0
    (place / "told.txt").write_text(told.getvalue())
    return open_bundle(place / "whole")


def test_a_run_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(
    call: Call, place: Path, uninterrupted: Bundle, capfd: pytest.CaptureFixture[str]
) -> None:
    """``kill -9`` after an epoch; the second run trains the other epochs only and asks no teacher."""
    capfd.readouterr()
    checkpoint = place / "killed.checkpoint.pt"
    kill_when(checkpoint.is_file, lightbox(*call("killed")), environment() | {"OMP_NUM_THREADS": "1"})
    assert not (place / "killed").exists()
    done = int(torch.load(checkpoint, weights_only=True)["epoch"])
    assert 1 <= done < EPOCHS

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lessons, "open_session", None)  # whoever asks the teacher fails
        assert main(call("killed")) == 0
    told = capfd.readouterr()
    assert re.findall(r"epoch (\d): loss", told.err) == [str(one) for one in range(done + 1, EPOCHS + 1)]
    assert TOLD.fullmatch(told.out)
    bundle = open_bundle(place / "killed")
    verify_bundle(bundle)
    ours, theirs = weights_of(bundle), weights_of(uninterrupted)
    assert list(ours) == list(theirs)
    # The same threads sum in the same order; a step of the 7-bit grid would be a 64th of a weight.
    assert max(float(np.abs(ours[name] - theirs[name]).max()) for name in ours if ours[name].size) < 1e-5
    assert not list(place.glob(".*unfinished*"))


@pytest.mark.usefixtures("uninterrupted")
def test_it_learned(place: Path) -> None:
    """Similarity rose on films it never saw; stdout says that and nothing else."""
    found = TOLD.fullmatch((place / "told.txt").read_text())
    assert found
    before, after = float(found[2]), float(found[3])
    assert int(found[4]) == 48  # all films of part test
    assert after > before + 0.3


def test_the_bundle_has_the_student_in_its_teachers_place(
    teacher_bundle: Bundle, uninterrupted: Bundle, labelled_films: list[LabelledFilm]
) -> None:
    verify_bundle(uninterrupted)
    before, after = teacher_bundle.manifest, uninterrupted.manifest
    assert list(after.ladder) == ["fp32"]
    for kept in ("preprocessing", "logit_scale", "findings", "text_features", "text_encoder", "segmenter"):
        assert getattr(after, kept) == getattr(before, kept), kept
    assert after.training_data == ("Nothing.", f"{STUDENT} distilled from it on 24 films.")
    assert [one.path for one in after.documents] == ["LICENCES.md", "MODEL_CARD.md"]
    rung, teachers = uninterrupted.rung("fp32"), teacher_bundle.rung("fp32")
    assert rung.image_encoder.sha256 != teachers.image_encoder.sha256
    assert rung.operating_points[FINDING.name].set_for == teachers.operating_points[FINDING.name].set_for
    assert rung.operating_points != teachers.operating_points
    (result,) = rung.results
    assert (result.dataset, result.positives, result.negatives) == ("made test", 24, 24)
    low, high = result.auc_interval  # 36 steps on 48 made films say nothing of how good it is
    assert low <= result.auc <= high
    assert rung.out_of_distribution is not None
    pixels = load_films([one.file for one in labelled_films[2:6]], HOW)
    features = Model(uninterrupted, precision="fp32", backend="onnxruntime", threads=1).encode(pixels)
    teacher = open_session(teacher_bundle.read(teachers.image_encoder), "onnxruntime", "cpu")
    assert (features * teacher.run({"pixels": pixels})["image_features"]).sum(axis=1).mean() > 0.3


@pytest.mark.parametrize("more", [("--batch", "5"), ("--rate", "0.01"), ("--seed", "1"), ("--epochs", "7")])
def test_a_checkpoint_of_another_training_is_one_sentence(
    call: Call, place: Path, uninterrupted: Bundle, more: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    assert main(call("whole", *more)) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert [line for line in told.err.splitlines() if line.startswith("lightbox: ")] == [
        (
            f"lightbox: The checkpoint {place / 'whole'}.checkpoint.pt is of another training: "
            "name another --out, or delete it."
        )
    ]
    assert open_bundle(place / "whole").identity == uninterrupted.identity


def test_a_segmenters_encoder_is_learned_without_labels(
    teacher_bundle: Bundle, images: Path, labelled_films: list[LabelledFilm], tmp_path: Path
) -> None:
    from lightbox_export.distil import Plan

    out = tmp_path / "out"
    plan = Plan(epochs=2, learning_rate=3e-3)
    learned = distill(teacher_bundle.folder, STUDENT, "segmenter", images, None, out, plan)
    assert 2 <= learned.films < len(labelled_films) / ONE_IN * 2
    assert learned.after > learned.before + 0.1
    bundle = open_bundle(out)
    verify_bundle(bundle)
    before, after = teacher_bundle.manifest.segmenter, bundle.manifest.segmenter
    assert before
    assert after
    assert after.mask_decoder == before.mask_decoder
    assert list(after.ladder) == ["fp32"]
    assert after.ladder["fp32"].image_encoder.sha256 != before.ladder["fp32"].image_encoder.sha256
    assert bundle.manifest.ladder == teacher_bundle.manifest.ladder
    taught = len(labelled_films) - learned.films
    told = f"Segmenter ({before.name}): {STUDENT} distilled from it on {taught} films."
    assert bundle.manifest.training_data[-1] == told
    assert after.name == f"a student of {before.name}"
    model = SegmenterModel(bundle, "fp32", "onnxruntime")
    teacher = SegmenterModel(teacher_bundle, "fp32", "onnxruntime")
    film = read_film(labelled_films[0].file, SIDE)
    (mask,) = model.segment(film, [Prompt((0, 0, SIDE, SIDE))])
    assert mask.pixels.shape == (SIDE, SIDE)
    assert 0 < mask.pixels.mean() < 1
    pixels = np.random.default_rng(0).random((3, 1, SIDE, SIDE), np.float32)
    assert model.embed(pixels).shape == teacher.embed(pixels).shape == (3, CHANNELS, SIDE // 4, SIDE // 4)


def test_similarity_is_one_for_the_teacher_itself(
    teacher_bundle: Bundle, labelled_films: list[LabelledFilm], tmp_path: Path
) -> None:
    """A module that gives what the cache holds."""
    teacher, _ = segmenter_teacher(teacher_bundle)
    made = prepare_lessons(teacher, [one.file for one in labelled_films[:3]], tmp_path)

    class Teacher(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return next(told[None] for shown, told, _ in made if torch.equal(shown[None], pixels))

    assert similarity(Teacher(), made) == pytest.approx(1, abs=1e-6)


def test_a_bundle_without_a_segmenter_is_one_sentence(
    bundle: Bundle, images: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    call = ["distill", bundle.folder, "--student", STUDENT, "--images", images, "--out", tmp_path / "out"]
    assert main([*map(str, call), "--role", "segmenter"]) in (2, 3)
    told = capfd.readouterr().err
    assert told.startswith("lightbox: ")
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_too_few_films_are_one_sentence(
    teacher_bundle: Bundle,
    labelled_films: list[LabelledFilm],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "one.png").write_bytes(labelled_films[0].file.read_bytes())
    call = ["distill", teacher_bundle.folder, "--student", STUDENT, "--images", tmp_path / "few"]
    assert main([*map(str, call), "--out", str(tmp_path / "out")]) == 2
    assert capfd.readouterr().err == (
        f"lightbox: {tmp_path / 'few'} holds too few films to learn from: name a folder of some hundred.\n"
    )
    assert [one.name for one in tmp_path.iterdir()] == ["few"]
