"""What ``lightbox screen`` says of the films that are the least like the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_door.main import main
from lightbox_edge import anomaly, ranking
from lightbox_edge.bundle import Bundle
from tests.tiny import write_bundle, write_films

Film = Callable[[int], NDArray[np.uint8]]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for number in range(7):
        Image.fromarray(film(number)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module", params=[True, False])
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, film: Film) -> Bundle:
    """With patch_features and without."""
    place = tmp_path_factory.mktemp("bundle")
    return write_bundle(
        place / "b", write_films(place / "f", film, 8), segmenter=False, patches=request.param
    )


def screen(
    bundle: Bundle, films: Path, worklist: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[list[str], list[str]]:
    call = ["screen", str(films), "--bundle", str(bundle.folder), "--worklist", str(worklist)]
    assert main([*call, "--threads", "1", "--backend", "onnxruntime", *more]) == 0
    said = capsys.readouterr()
    return said.out.splitlines(), said.err.splitlines()


def test_a_few_films_are_not_ranked_and_that_is_said(
    bundle: Bundle, films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, errors = screen(bundle, films, tmp_path / "w", capsys)
    ranks_films = "patch_features" in str(bundle.read(bundle.rung("fp32").image_encoder))
    last = " 7 judged films are too few to rank by likeness (50 are needed)."
    assert errors[-1].endswith(last) == ranks_films
    assert errors[-1].startswith(f"The worklist is {tmp_path / 'w'}. Lightbox sorts films")


def test_of_many_the_strangest_are_named_on_stderr_alone(
    bundle: Bundle,
    films: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (anomaly, ranking):
        monkeypatch.setattr(module, "FEWEST", 7)
    lines, errors = screen(bundle, films, tmp_path / "w", capsys, "--json")
    told = [json.loads(line) for line in lines]
    assert [Path(one["path"]).name for one in told] == [f"{number}.png" for number in range(7)]
    assert not any("anomaly" in key for one in told for key in one)
    heads = [place for place, line in enumerate(errors) if line.startswith("The least like the other films")]
    if "patch_features" not in str(bundle.read(bundle.rung("fp32").image_encoder)):
        assert heads == []
        return
    assert errors[heads[0]] == (
        "The least like the other films of this worklist, of 7 (no probability, no diagnosis, and no part of "
        "the triage):"
    )
    named = [line.split() for line in errors[heads[0] + 1 :]]
    assert [rank for rank, _ in named] == ["1", "2", "3", "4", "5"]
    assert {path for _, path in named} < {one["path"] for one in told}
    again, errors_again = screen(bundle, films, tmp_path / "w", capsys, "--json")
    assert again == lines
    assert errors_again[heads[0] :] == errors[heads[0] :]
