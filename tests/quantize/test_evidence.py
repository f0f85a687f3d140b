"""``lightbox quantize`` weighs the cardiothoracic ratio and proves every precision with it, fp32 too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.anatomy import AnatomyModel, open_anatomy
from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.evidence import cardiothoracic_ratios, fit_evidence
from lightbox_edge.findings import read_text_features
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Target
from lightbox_edge.measuring import auc, operating_point
from lightbox_edge.proving import encode_films, finding_log_odds
from lightbox_quantize.gate import Limits
from lightbox_quantize.quantize import quantize
from tests.hearts import HEART, write_hearts
from tests.tiny import HOW, with_anatomy, write_bundle

FILMS = 96
LENIENT = Limits(auc_lost=0.1, sensitivity_lost=0.3, triage_agreement=0.5, mask_iou=0.8)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledFilm]:
    return write_hearts(tmp_path_factory.mktemp("hearts") / "films", FILMS)


@pytest.fixture(scope="module")
def fp32(films: list[LabelledFilm], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    place = tmp_path_factory.mktemp("hearts")
    return with_anatomy(write_bundle(place / "plain", films, segmenter=False, finding=HEART), place / "fp32")


@pytest.fixture(scope="module")
def made(fp32: Bundle, films: list[LabelledFilm], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    place, images = tmp_path_factory.mktemp("hearts"), films[0].file.parent
    write_labels(place / "labels.csv", images, films)
    quantize(fp32.folder, images, place / "labels.csv", place / "out", ("fp32", "int8_avx2"), LENIENT)
    return open_bundle(place / "out")


def ratios_of(bundle: Bundle, films: list[LabelledFilm]) -> np.ndarray:
    anatomy: AnatomyModel = open_anatomy(bundle, "onnxruntime", "cpu", 1)
    return cardiothoracic_ratios(anatomy, load_films([film.file for film in films], HOW), HOW)


def chosen(films: list[LabelledFilm], part: str) -> np.ndarray:
    return np.array([film.part == part for film in films])


def test_the_weight_comes_from_part_train_by_the_network_that_was_written(
    made: Bundle, films: list[LabelledFilm]
) -> None:
    verify_bundle(made)
    truth, train = np.array([film.truths[HEART.name] for film in films]), chosen(films, "train")
    assert made.manifest.anatomy is not None
    assert made.manifest.anatomy.precision == "int8_avx2"
    (finding,) = made.manifest.findings
    assert finding.evidence is not None
    assert finding.evidence == fit_evidence(truth[train], ratios_of(made, films)[train])


@pytest.mark.parametrize("precision", ["fp32", "int8_avx2"])
def test_each_precision_has_the_numbers_of_words_and_ratio_together(
    made: Bundle, films: list[LabelledFilm], precision: str
) -> None:
    rung = made.manifest.ladder[precision]  # type: ignore[index]  # it is a Precision
    session = open_session(made.read(rung.image_encoder), "onnxruntime", "cpu")
    features = encode_films(session, load_films([film.file for film in films], HOW))
    (finding,) = made.manifest.findings
    assert finding.evidence is not None
    words = finding_log_odds(features, read_text_features(made), (finding,), made.manifest.logit_scale)
    ratios = ratios_of(made, films)
    added = np.where(np.isfinite(ratios), finding.evidence.weight * (ratios - finding.evidence.centre), 0.0)
    both = words[HEART.name] + added
    truth = np.array([bool(film.truths[HEART.name]) for film in films])
    calibration, test = chosen(films, "calibration"), chosen(films, "test")
    expected = operating_point(truth[calibration], both[calibration], Target("sensitivity", 0.9))
    point = rung.operating_points[HEART.name]
    assert (point.slope, point.threshold) == pytest.approx((expected.slope, expected.threshold), abs=1e-4)
    (result,) = rung.results
    assert result.words is not None
    assert result.auc == pytest.approx(auc(truth[test], both[test]), abs=1e-4)
    assert result.words.value == pytest.approx(auc(truth[test], words[HEART.name][test]), abs=1e-4)
    card = (made.folder / "MODEL_CARD.md").read_text("utf-8")
    assert f"| cardiomegaly | {precision} | made test | 24 | 24 | {result.auc:.2f} (" in card


def test_the_audit_and_other_words_are_of_the_words_alone(made: Bundle) -> None:
    rung = made.manifest.ladder["int8_avx2"]
    (result,), (audit,) = rung.results, rung.shortcuts
    assert result.words is not None
    if not audit.no_lungs:
        assert audit.whole == result.words
    (seen,) = [one for one in made.manifest.asked if one.words == "seen" and not one.left_out]
    assert seen.auc == result.words.value


def test_without_labels_what_was_weighed_stays(
    made: Bundle, films: list[LabelledFilm], tmp_path: Path
) -> None:
    quantize(made.folder, films[0].file.parent, None, tmp_path / "out", ("int8_weights",), LENIENT)
    again = open_bundle(tmp_path / "out")
    assert again.manifest.findings == made.manifest.findings
    points = made.manifest.ladder["fp32"].operating_points
    assert again.manifest.ladder["int8_weights"].operating_points == points


def test_a_bundle_without_an_anatomy_network_weighs_nothing(
    fp32: Bundle, films: list[LabelledFilm], tmp_path: Path
) -> None:
    images = films[0].file.parent
    write_labels(tmp_path / "labels.csv", images, films)
    plain = fp32.folder.parent / "plain"
    quantize(plain, images, tmp_path / "labels.csv", tmp_path / "out", ("int8_weights",), LENIENT)
    bare = open_bundle(tmp_path / "out").manifest
    assert [finding.evidence for finding in bare.findings] == [None]
    assert bare.ladder["int8_weights"].results[0].words is None
    assert bare.findings == (HEART,)
