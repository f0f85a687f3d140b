"""``lightbox ask``: the very answer of the screen, for all films under some paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_door.main import main
from lightbox_edge import Bundle
from tests.asked_films import NAMES, asker_of, lay_out, row, screen
from tests.tiny import write_bundle, write_films

RUNTIME = ("--threads", "1", "--backend", "onnxruntime")
Told = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Path:
    made = tmp_path_factory.mktemp("asked")
    lay_out(made / "films")
    screen(bundle, made / "films", made / "films.worklist")
    return made


def asked(capsys: Told, *arguments: object) -> tuple[int, list[dict[str, Any]], str]:
    code = main(["ask", *map(str, arguments), *RUNTIME, "--json"])
    told = capsys.readouterr()
    return code, [json.loads(line) for line in told.out.splitlines()], told.err


def test_the_door_says_what_the_screen_says(place: Path, bundle: Bundle, capsys: Told) -> None:
    words = "rib fracture on the left"
    code, rows, err = asked(capsys, words, place / "films", "--bundle", bundle.folder)
    assert code == 1  # one film is cut
    assert err.startswith(f"The words {words!r} were never validated: ")
    assert "Ask in English" in err
    by_name = {Path(one["path"]).name: one for one in rows}
    assert by_name["cut.png"]["status"] == "unreadable"
    assert by_name["not-a-chest-film.png"]["findings"] == []
    assert len(rows) == 9
    with asker_of(bundle, place / "films.worklist") as asker:
        for name in (NAMES[0], NAMES[1], "pages.tif#2", "IM1"):
            reply = asker.ask(row(place / "films.worklist", name), words)
            told = by_name[name]
            assert told["findings"][0]["probability"] == pytest.approx(reply.score.probability, abs=1e-4)
            assert (told["validated"], told["side"]) == (False, "left")
            assert told["maximum"] == pytest.approx(reply.region.maximum, abs=2)
            assert told["box"] == pytest.approx(reply.region.box, abs=4)
            assert "of the film" in told["where"]


def test_a_finding_of_the_bundle_is_calibrated_and_needs_no_warning(
    place: Path, bundle: Bundle, capsys: Told
) -> None:
    film = place / "films" / NAMES[0]
    screened = row(place / "films.worklist", NAMES[0]).result.outcome.findings[0]
    code, (told,), err = asked(capsys, screened.name.upper(), film, "--bundle", bundle.folder)
    assert (code, err) == (0, "")
    (finding,) = told["findings"]
    assert finding["probability"] == pytest.approx(screened.probability, abs=1e-4)
    assert (finding["threshold"], told["validated"]) == (screened.threshold, True)


def test_a_line_has_the_figure_the_film_and_the_place(place: Path, bundle: Bundle, capsys: Told) -> None:
    film = place / "films" / NAMES[0]
    assert main(["ask", "mass", str(film), "--bundle", str(bundle.folder), *RUNTIME]) == 0
    figure, path, where = capsys.readouterr().out.rstrip("\n").split("  ")
    assert 0 < float(figure) < 1
    assert path == str(film)
    assert where.split(",")[0].endswith("of the film")


def test_a_bundle_without_patches_orders_films_and_points_nowhere(
    tmp_path: Path, film: Callable[[int], NDArray[np.uint8]], capsys: Told
) -> None:
    """A folder is not covered film by film, which would take 49 passes of each."""
    tiny = write_bundle(tmp_path / "tiny", write_films(tmp_path / "made", film, 16), segmenter=False)
    Image.fromarray(film(1)).save(tmp_path / "film.png")
    code, (told,), _ = asked(capsys, "there is fluid", tmp_path / "film.png", "--bundle", tiny.folder)
    assert code == 0
    assert told["status"] == "judged"
    assert 0 <= told["findings"][0]["probability"] <= 1
    assert "where" not in told
