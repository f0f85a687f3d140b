"""``lightbox quantize`` on a tiny bundle: what is written, what is refused, what a kill leaves behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from lightbox_door.main import main
from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.judging import Model
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.loading import load
from lightbox_edge.manifest import Precision
from lightbox_edge.reading import Limits as ReadingLimits
from lightbox_edge.reading import Source
from lightbox_edge.segmenting import SegmenterModel
from lightbox_edge.text import encode_sentences
from lightbox_quantize.films import read_films
from lightbox_quantize.gate import FindingLoss, Limits
from lightbox_quantize.quantize import PRECISIONS, quantize
from lightbox_quantize.report import Report, Row
from tests.processes import environment, kill_when, lightbox
from tests.tiny import (
    CHANNELS,
    FINDING,
    HOW,
    NEVER_LEARNED,
    OTHER_WORDS,
    SIDE,
    Film,
    with_anatomy,
    write_bundle,
    write_films,
)

FILMS = 96
LENIENT = Limits(triage_agreement=0.9, mask_iou=0.8)  # the segmenter is random, and its masks mere noise


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> list[LabelledFilm]:
    return write_films(tmp_path_factory.mktemp("quantize") / "films", film, FILMS)


@pytest.fixture(scope="module")
def images(films: list[LabelledFilm]) -> Path:
    return films[0].file.parent


@pytest.fixture(scope="module")
def fp32(films: list[LabelledFilm], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    place = tmp_path_factory.mktemp("quantize")
    return with_anatomy(write_bundle(place / "plain", films, segmenter=True), place / "fp32")


@pytest.fixture(scope="module")
def labels(films: list[LabelledFilm], tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = tmp_path_factory.mktemp("quantize") / "labels.csv"
    write_labels(table, films[0].file.parent, films)
    return table


Done = tuple[Bundle, Report]


@pytest.fixture(scope="module")
def with_labels(fp32: Bundle, images: Path, labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    out = tmp_path_factory.mktemp("quantize") / "with-labels"
    report = quantize(fp32.folder, images, labels, out, ("fp32", *PRECISIONS), LENIENT)
    return open_bundle(out), report


@pytest.fixture(scope="module")
def without_labels(fp32: Bundle, images: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    out = tmp_path_factory.mktemp("quantize") / "without-labels"
    report = quantize(fp32.folder, images, None, out, ("int8_weights", "int8_avx2"), LENIENT)
    return open_bundle(out), report


def test_the_written_bundle_is_whole_and_has_the_rungs_that_were_wanted(
    with_labels: Done, without_labels: Done
) -> None:
    for bundle, wanted in (
        (with_labels[0], ["fp32", "int8_weights", "int8", "int8_avx2"]),
        (without_labels[0], ["int8_weights", "int8_avx2"]),
    ):
        verify_bundle(bundle)
        assert list(bundle.manifest.ladder) == wanted
        assert {one.name for one in bundle.folder.iterdir() if one.is_dir()} == {
            *wanted,
            "segmenter",
            bundle.manifest.text_encoder.precision if bundle.manifest.text_encoder else "",
        }
        assert {path.parent for path in bundle.folder.parent.iterdir()} == {bundle.folder.parent}
        assert [one.name for one in bundle.folder.parent.iterdir()] == [bundle.folder.name]


def test_the_cost_is_in_the_manifest_and_on_the_card(with_labels: Done) -> None:
    bundle, _ = with_labels
    rungs = bundle.manifest.ladder
    assert rungs["fp32"].cost is None
    for precision in PRECISIONS:
        made = rungs[precision].cost
        assert made is not None
        assert made.films == FILMS // 2
        assert 0.99 <= made.cosine <= 1
        assert made.auc_lost is not None
        assert made.auc_lost <= LENIENT.auc_lost
        assert made.sensitivity_lost is not None
        assert made.sensitivity_lost <= LENIENT.sensitivity_lost
        told = (
            f"image_features' mean cosine {made.cosine:.4f}, the same triage on {made.triage_agreement:.1%}"
        )
        assert f"on {FILMS // 2} films that calibrated nothing: {told}" in card(bundle)


def test_what_finds_the_lungs_is_in_int8_and_says_what_that_cost(
    fp32: Bundle, with_labels: Done, without_labels: Done
) -> None:
    before = fp32.manifest.anatomy
    assert before is not None
    for bundle, report in (with_labels, without_labels):
        anatomy = bundle.manifest.anatomy
        assert anatomy is not None
        assert (anatomy.precision, anatomy.model.path) == ("int8_avx2", "int8_avx2/anatomy.onnx")
        assert anatomy.mask_iou is not None
        assert LENIENT.mask_iou <= anatomy.mask_iou <= 1
        assert anatomy.results == before.results
        assert f"mean IoU of {anatomy.mask_iou:.3f}" in card(bundle)
        assert [row.precision for row in report.rows if row.role == "anatomy"] == ["fp32", "int8_avx2"]


def test_with_labels_each_rung_says_where_it_looks(with_labels: Done, without_labels: Done) -> None:
    rungs = with_labels[0].manifest.ladder
    assert rungs["fp32"].shortcuts == ()  # it was copied, and nobody had measured it
    for precision in PRECISIONS:
        (result,) = rungs[precision].shortcuts
        assert (result.finding, result.dataset) == (FINDING.name, "made test")
        assert result.positives + result.negatives + result.no_lungs == FILMS // 2
        if not result.no_lungs:
            assert result.whole.value == rungs[precision].results[0].auc
        assert f"{result.without_lungs.value:.2f} (" in card(with_labels[0])
    assert "Does it look at the lungs?" in card(with_labels[0])
    assert all(rung.shortcuts == () for rung in without_labels[0].manifest.ladder.values())


def card(bundle: Bundle) -> str:
    return (bundle.folder / "MODEL_CARD.md").read_text("utf-8")


def test_with_labels_each_precision_has_its_own_points_and_results(with_labels: Done) -> None:
    rungs = with_labels[0].manifest.ladder
    slopes = {rung.operating_points[FINDING.name].slope for rung in rungs.values()}
    assert len(slopes) == len(rungs)
    for precision in PRECISIONS:
        (result,) = rungs[precision].results
        assert (result.dataset, result.positives, result.negatives) == ("made test", 24, 24)
        assert result.auc > 0.9
        assert rungs[precision].out_of_distribution is not None


def test_without_labels_the_points_are_fp32s_and_agreement_is_measured(
    fp32: Bundle, without_labels: Done
) -> None:
    bundle, report = without_labels
    for rung in bundle.manifest.ladder.values():
        assert rung.operating_points == fp32.rung("fp32").operating_points
        assert rung.results == ()
        assert rung.out_of_distribution is None  # 96 films are too few to tell
        assert rung.cost is not None
        assert (rung.cost.films, rung.cost.auc_lost, rung.cost.sensitivity_lost) == (FILMS // 2, None, None)
        assert rung.cost.triage_agreement >= 0.95
    assert report.losses == ()


@pytest.mark.parametrize("precision", ["int8_weights", "int8_avx2"])
def test_it_screens_as_fp32_does(
    fp32: Bundle, with_labels: Done, films: list[LabelledFilm], precision: Precision
) -> None:
    sources = [Source(str(one.file), str(one.file), (), one.file.stat().st_size, 0) for one in films[2::8]]
    frames = [frame for one in sources for frame in load(one, HOW, ReadingLimits()).frames]
    rungs: list[tuple[Bundle, Precision]] = [(fp32, "fp32"), (with_labels[0], precision)]
    told = [
        Model(bundle, precision=rung, backend="onnxruntime", threads=1).outcomes(frames)
        for bundle, rung in rungs
    ]
    for before, after in zip(*told, strict=True):
        assert after.status in ("judged", "not judged")
        if after.findings:
            assert after.findings[0].probability == pytest.approx(before.findings[0].probability, abs=0.1)
    assert sum(bool(after.findings) for after in told[1]) > len(frames) / 2


def test_other_words_are_measured_at_each_precision_and_what_was_never_learned_is_kept(
    with_labels: Done, without_labels: Done
) -> None:
    manifest = with_labels[0].manifest
    kept, *measured = manifest.asked
    assert kept == NEVER_LEARNED
    assert [(one.precision, one.words, one.left_out) for one in measured] == [
        (precision, words, False)
        for precision in ("int8_weights", "int8", "int8_avx2")
        for words in ("seen", "unseen")
    ]
    for seen, unseen in zip(measured[::2], measured[1::2], strict=True):
        assert (seen.positives, seen.negatives) == (unseen.positives, unseen.negatives) == (24, 24)
        # The tiny text encoder means the same by the same words in another order.
        assert unseen.auc == pytest.approx(seen.auc, abs=0.02)
        assert unseen.lost == pytest.approx(seen.auc - unseen.auc, abs=2e-4)
        assert seen.auc == next(r.auc for r in manifest.ladder[seen.precision].results)
    assert manifest.unseen == (OTHER_WORDS,)
    assert without_labels[0].manifest.asked == (NEVER_LEARNED,)
    card = (with_labels[0].folder / "MODEL_CARD.md").read_text("utf-8")
    assert "| words never trained on | int8_avx2 |" in card
    assert "- effusion: “Fluid there.” or “No fluid there.”" in card


def test_files_are_smaller_and_the_rest_is_kept(fp32: Bundle, with_labels: Done) -> None:
    bundle, _ = with_labels
    whole = fp32.rung("fp32").image_encoder.bytes
    assert bundle.rung("int8_weights").image_encoder.bytes < whole / 2
    assert bundle.rung("fp32").image_encoder == fp32.rung("fp32").image_encoder
    assert bundle.manifest.text_features == fp32.manifest.text_features
    assert [one.path for one in bundle.manifest.documents] == ["LICENCES.md", "MODEL_CARD.md"]
    assert card(bundle).startswith("# tiny ")


def test_the_text_encoder_takes_the_first_way_that_passes(fp32: Bundle, with_labels: Done) -> None:
    bundle, report = with_labels
    (row,) = [one for one in report.rows if one.role == "text_encoder" and not one.objections]
    assert bundle.manifest.text_encoder
    assert bundle.manifest.text_encoder.precision == row.precision
    sentences = ["There is fluid.", "The heart is large."]
    cosines = (encode_sentences(fp32, sentences) * encode_sentences(bundle, sentences)).sum(axis=1)
    assert cosines.min() > 0.98


def test_the_segmenter_keeps_its_fp32_decoder_and_its_masks(
    fp32: Bundle, with_labels: Done, without_labels: Done
) -> None:
    before, after = fp32.manifest.segmenter, with_labels[0].manifest.segmenter
    assert before
    assert after
    assert after.mask_decoder == before.mask_decoder
    assert list(after.ladder) == ["fp32", "int8_weights", "int8", "int8_avx2"]
    for precision in PRECISIONS:
        iou = after.ladder[precision].mask_iou
        assert iou is not None
        assert LENIENT.mask_iou <= iou <= 1
    pixels = np.random.default_rng(0).random((1, 1, SIDE, SIDE), np.float32)
    embedding = SegmenterModel(with_labels[0], "int8", "onnxruntime").embed(pixels)
    assert embedding.shape == (1, CHANNELS, SIDE // 4, SIDE // 4)
    bare = without_labels[0].manifest.segmenter
    assert bare
    assert list(bare.ladder) == ["int8_weights", "int8_avx2"]


def test_a_segmenter_that_no_precision_serves_stays_fp32(fp32: Bundle, images: Path, tmp_path: Path) -> None:
    limits = Limits(text_cosine=1.1, mask_iou=1.1)
    report = quantize(fp32.folder, images, None, tmp_path / "out", ("int8_weights",), limits)
    bundle = open_bundle(tmp_path / "out")
    verify_bundle(bundle)
    assert bundle.manifest.segmenter
    assert bundle.manifest.segmenter == fp32.manifest.segmenter
    refused = [row for row in report.rows if row.objections]
    assert [(row.role, row.precision) for row in refused] == [
        ("text_encoder", "int8_avx2"),
        ("text_encoder", "int8_weights"),
        ("segmenter", "int8_weights"),
        ("anatomy", "int8_avx2"),
    ]
    assert bundle.manifest.text_encoder == fp32.manifest.text_encoder
    assert refused[-1].objections[0].endswith("at least 1.1 is needed")


def test_every_row_is_in_the_report(with_labels: Done) -> None:
    bundle, report = with_labels
    written = [(row.role, row.precision) for row in report.rows if not row.objections]
    assert [one for one in written if one[0] == "image_encoder"] == [
        ("image_encoder", precision) for precision in PRECISIONS
    ]
    for row in report.rows:
        if row.role == "image_encoder" and not row.objections:
            size = bundle.manifest.ladder[row.precision].image_encoder.bytes  # type: ignore[index]  # a precision
            assert row.megabytes == size / 1e6
            assert "onnxruntime" in row.milliseconds
            assert min(row.milliseconds.values()) > 0
    assert {(one.finding, one.dataset) for one in report.losses} == {(FINDING.name, "made test")}
    assert len(report.losses) == len(PRECISIONS)


def test_the_report_is_a_table() -> None:
    report = Report(
        (
            Row("image_encoder", "int8", "NNCF", 12.345, {"onnxruntime": 3.21, "openvino": 2.0}, "cosine 1"),
            Row("text_encoder", "int8_avx2", "ONNX Runtime dynamic", 1.0, {}, "least cosine 0.5", ("a", "b")),
        ),
        (FindingLoss("effusion", "jsrt test", 0.00123, -0.01),),
    )
    assert report.lines() == [
        (
            "role           precision     way                       MB  ms a film                          "
            "against fp32"
        ),
        (
            "image_encoder  int8          NNCF                    12.3  onnxruntime 3.2, openvino 2.0      "
            "cosine 1"
        ),
        (
            "text_encoder   int8_avx2     ONNX Runtime dynamic     1.0                                     "
            "least cosine 0.5  REFUSED: a; b"
        ),
        "effusion               AUC lost +0.0012, sensitivity lost -0.010 on jsrt test",
    ]


def test_a_gate_that_cannot_be_met_writes_nothing(
    fp32: Bundle, images: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    call = ["quantize", str(fp32.folder), "--images", str(images), "--out", str(tmp_path / "out")]
    assert main([*call, "--precision", "int8_weights", "--min-cosine", "1.1"]) == 2
    told = capfd.readouterr()
    assert told.out == ""
    said = [line for line in told.err.splitlines() if line.startswith("lightbox:")]
    assert len(said) == 1
    assert said[0].startswith(
        "lightbox: No precision passes the gate, so nothing was written (int8_weights: "
    )
    assert said[0].endswith("at least 1.1 is needed).")
    assert list(tmp_path.iterdir()) == []


def test_too_few_films_are_a_sentence(fp32: Bundle, films: list[LabelledFilm], tmp_path: Path) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    for one in films[:7]:
        shutil.copy(one.file, folder)
    with pytest.raises(LightboxError, match="holds fewer than 8 films that can be read"):
        quantize(fp32.folder, folder, None, tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["few"]


def test_films_that_calibrate_are_not_those_that_test(fp32: Bundle, images: Path, labels: Path) -> None:
    for table, calibrate in ((labels, FILMS // 4), (None, FILMS // 2)):
        read = read_films(fp32.manifest, images, table)
        assert not (read.calibrates & read.tests).any()
        assert (read.calibrates.sum(), read.tests.sum()) == (calibrate, FILMS // 2)
        assert np.array_equal(read.calibration(), read.pixels[read.calibrates])


def test_a_kill_leaves_the_old_bundle_whole(fp32: Bundle, images: Path, tmp_path: Path) -> None:
    """``kill -9`` while the new bundle is being written."""
    out = tmp_path / "bundle"
    shutil.copytree(fp32.folder, out)
    call = ["quantize", fp32.folder, "--images", images, "--out", out, "--precision", "int8_weights"]
    written = ".bundle.unfinished-*/int8_weights/image_encoder.onnx"
    kill_when(lambda: list(tmp_path.glob(written)), lightbox(*call), environment())
    assert list(tmp_path.glob(".bundle.unfinished-*"))
    assert open_bundle(out).identity == fp32.identity
    verify_bundle(open_bundle(out))
    quantize(fp32.folder, images, None, out, ("int8_weights",), LENIENT)
    assert [one.name for one in tmp_path.iterdir()] == ["bundle"]
    verify_bundle(open_bundle(out))
    assert list(open_bundle(out).manifest.ladder) == ["int8_weights"]
