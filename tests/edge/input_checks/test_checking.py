"""Real films pass, altered copies of them do not, and the reason is the right one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import data_store  # type: ignore[import-untyped]  # it ships none
import numpy as np
import pytest
from PIL import Image

from lightbox_edge.input_checks import Checked
from lightbox_edge.loading import read_film
from lightbox_edge.radiograph import Header, Radiograph

Check = Callable[..., Checked]
SAMPLES = Path(__file__).parents[3] / "samples"
# Which of these is said of what is no chest film at all is not promised.
OTHER_THINGS = ("not_chest", "cropped", "lateral", "rotated_90", "rotated_180", "rotated_270", "inverted")
PYDICOM_DATA = Path(data_store.__file__).parent / "data"


def code(checked: Checked) -> str:
    """The code of the reason, or empty."""
    return checked.refused.code if checked.refused else ""


def test_a_chest_film_passes_as_it_is(chest: Radiograph, check: Check) -> None:
    found = check(chest)
    assert found.refused is None
    assert found.for_adults is None
    assert not found.inverted


@pytest.mark.parametrize(("quarters", "said"), [(1, "rotated_90"), (2, "rotated_180"), (3, "rotated_270")])
def test_a_turned_film_is_found(chest: Radiograph, check: Check, quarters: int, said: str) -> None:
    assert code(check(chest, np.rot90(chest.pixels, quarters))) == said


def test_an_inverted_film_is_put_right(chest: Radiograph, check: Check) -> None:
    found = check(chest, np.iinfo(chest.pixels.dtype).max - chest.pixels)
    assert found.refused is None
    assert found.inverted


def test_an_inverted_and_turned_film_is_refused_and_not_corrected(chest: Radiograph, check: Check) -> None:
    found = check(chest, np.rot90(np.iinfo(chest.pixels.dtype).max - chest.pixels, 2))
    assert code(found) in ("inverted", "rotated_180")
    assert not found.inverted


def test_a_white_frame_makes_no_film_inverted(chest: Radiograph, check: Check) -> None:
    rows, columns = chest.pixels.shape
    framed = np.full_like(chest.pixels, np.iinfo(chest.pixels.dtype).max)
    inside = slice(rows // 10, -rows // 10), slice(columns // 12, -columns // 12)
    framed[inside] = chest.pixels[inside]
    assert not check(chest, framed).inverted


@pytest.mark.parametrize("name", ["RG3_UNCR.dcm", "RG3_J2KR.dcm", "not-a-chest-film.png"])
def test_what_is_no_chest_film_is_refused(name: str, check: Check) -> None:
    folder = PYDICOM_DATA if name.startswith("RG") else SAMPLES
    assert code(check(read_film(folder / name, 336))) in OTHER_THINGS


@pytest.mark.parametrize("drawing", ["noise", "stripes", "page"])
def test_what_was_drawn_is_refused(drawing: str, check: Check, chest: Radiograph) -> None:
    row, column = np.mgrid[0:256, 0:256]
    noise = np.random.default_rng(1).integers(0, 256, (256, 256))
    page = np.where((row % 16 < 5) & (noise[row // 8, column // 8] > 90) & (column > 20), 30, 240)
    drawn = {"noise": noise, "stripes": 127 + 120 * np.sin(column / 9 + row / 30), "page": page}[drawing]
    top = np.iinfo(chest.pixels.dtype).max
    assert code(check(chest, drawn / 255 * top)) in OTHER_THINGS


def test_a_blank_picture(chest: Radiograph, check: Check) -> None:
    top = np.iinfo(chest.pixels.dtype).max
    found = check(chest, np.full_like(chest.pixels, top // 2))
    assert str(found.refused) == "The picture is nearly blank; expose or scan the film again (blank)."
    faint = top / 2 + (chest.pixels / top - 0.5) * top * 0.04
    assert code(check(chest, faint)) == "blank"


def test_what_is_lost_in_white_or_black(chest: Radiograph, check: Check) -> None:
    top = np.iinfo(chest.pixels.dtype).max
    low, middle, high = np.percentile(chest.pixels, (1, 25, 85))
    white = np.clip((chest.pixels - low) / (middle - low), 0, 1) * top
    black = np.clip((chest.pixels - high) / (top - high), 0, 1) * top
    assert code(check(chest, white)) == "underexposed"
    assert code(check(chest, black)) == "overexposed"


@pytest.mark.parametrize(("side", "said"), [(48, "low_resolution"), (63, "low_resolution"), (64, "")])
def test_too_few_pixels(chest: Radiograph, check: Check, side: int, said: str) -> None:
    small = Image.fromarray(chest.pixels.astype(np.float32)).resize((side, side), Image.Resampling.BOX)
    assert code(check(chest, np.asarray(small))) == said


def test_half_of_all_small_parts_are_found(check: Check) -> None:
    found = 0
    for name in ("film-01-normal.jpg", "film-02-lung-opacity.jpg", "film-03-effusion.jpg"):
        film = read_film(SAMPLES / name, 336)
        rows, columns = (side * 2 // 5 for side in film.pixels.shape)
        for part in (
            film.pixels[:rows, :columns],
            film.pixels[:rows, -columns:],
            film.pixels[-rows:, :columns],
            film.pixels[-rows:, -columns:],
        ):
            found += code(check(film, part)) in OTHER_THINGS
    assert found >= 6


def test_what_the_header_says_for_sure(chest: Radiograph, check: Check) -> None:
    assert code(check(chest, header=Header(ViewPosition="LL"))) == "lateral"
    assert code(check(chest, header=Header(ViewPosition="PA"))) == ""
    assert code(check(chest, header=Header(PatientOrientation="R\\F"))) == "mirrored"
    assert code(check(chest, header=Header(PatientOrientation="L\\F"))) == ""


@pytest.mark.parametrize(
    ("age", "child"), [("015Y", True), ("016Y", False), ("011M", True), ("003W", True), ("240M", False)]
)
def test_the_age_in_the_header_counts(chest: Radiograph, check: Check, age: str, child: bool) -> None:
    found = check(chest, header=Header(PatientAge=age))
    assert found.refused is None
    assert (found.for_adults is not None) == child
    if found.for_adults:
        assert age in str(found.for_adults)
        assert str(found.for_adults).endswith("(child).")
