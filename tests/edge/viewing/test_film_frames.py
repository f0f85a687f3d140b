"""One frame with all windows of its file: each is what the standard says, the first what a model gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading import read_frames
from lightbox_edge.reading.film_frames import read_film_frame
from lightbox_edge.reading.windows import Window
from tests.edge.viewing.conftest import Dicom

SAMPLES = sorted(
    file
    for file in (Path(__file__).parents[3] / "samples").iterdir()
    if file.suffix in (".jpg", ".png", ".dcm")
)
RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_a_frame_is_the_radiograph_that_reading_gives(file: Path) -> None:
    data = file.read_bytes()
    (frame,) = read_frames(data, 200)
    film = read_film_frame(data, None, 200)
    assert not isinstance(frame.outcome, Exception)
    assert np.array_equal(film.radiograph.pixels, frame.outcome.pixels)
    assert (film.radiograph.spacing, film.radiograph.header) == (frame.outcome.spacing, frame.outcome.header)
    if film.steps:
        assert np.array_equal(film.pixels(film.steps[0][1]), frame.outcome.pixels)


def test_each_window_of_the_file_and_the_whole_range(dicom: Dicom) -> None:
    file = dicom(
        "w.dcm",
        RAMP,
        WindowCenter=[2048, 1000],
        WindowWidth=[4096, 200],
        WindowCenterWidthExplanation=["NORMAL", "HARD"],
    )
    film = read_film_frame(file.read_bytes(), None, None)
    assert [name for name, _ in film.steps] == ["NORMAL", "HARD"]
    hard = film.pixels(film.steps[1][1])
    assert np.array_equal(hard, np.rint(Window(1000, 200)(RAMP) * 65535).astype(np.uint16))
    whole = film.pixels(None)
    assert (whole.min(), whole.max()) == (0, 65535)
    assert np.array_equal(film.radiograph.pixels, film.pixels(film.steps[0][1]))


def test_tables_come_before_windows_and_monochrome1_turns_all(dicom: Dicom) -> None:
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 16]
    table.LUTExplanation = "CURVE"
    table.LUTData = (np.linspace(0, 1, 4096) ** 2 * 65535).astype("<u2").tobytes()
    table["LUTData"].VR = "OW"
    file = dicom(
        "t.dcm",
        RAMP,
        VOILUTSequence=[table],
        WindowCenter=1000,
        WindowWidth=200,
        PhotometricInterpretation="MONOCHROME1",
    )
    film = read_film_frame(file.read_bytes(), None, None)
    assert [name for name, _ in film.steps] == ["CURVE", ""]
    assert film.pixels(film.steps[1][1])[0, 0] == 65535
    assert film.pixels(film.steps[1][1])[-1, -1] == 0
    assert np.array_equal(film.pixels(film.steps[0][1]), film.radiograph.pixels)


def test_a_file_without_windows_has_its_range(dicom: Dicom) -> None:
    film = read_film_frame(dicom("n.dcm", RAMP).read_bytes(), None, None)
    assert film.steps == ()
    assert film.pixels(None) is film.radiograph.pixels


def test_frames_are_told_apart(dicom: Dicom, tmp_path: Path) -> None:
    two = np.stack([RAMP, RAMP[::-1]])
    for number in (1, 2):
        data = dicom("m.dcm", two, WindowCenter=2048, WindowWidth=4096).read_bytes()
        film = read_film_frame(data, number, None)
        assert (film.radiograph.pixels[0, 0] < 1000) == (number == 1)
    pages = [Image.fromarray(np.full((20, 30 + page), page, np.uint8)) for page in range(3)]
    pages[0].save(tmp_path / "p.tif", save_all=True, append_images=pages[1:])
    data = (tmp_path / "p.tif").read_bytes()
    assert read_film_frame(data, 3, None).radiograph.pixels.shape == (20, 32)
    with pytest.raises(UnreadableImage, match="no picture 4 any more"):
        read_film_frame(data, 4, None)
    with pytest.raises(UnreadableImage, match="no picture 3 any more"):
        read_film_frame(dicom("m.dcm", two).read_bytes(), 3, None)


def test_a_damaged_table_leaves_the_other_windows(dicom: Dicom) -> None:
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 99]
    table.LUTData = b"\0\0"
    table["LUTData"].VR = "OW"
    file = dicom("b.dcm", RAMP, VOILUTSequence=[table], WindowCenter=1000, WindowWidth=200)
    assert len(read_film_frame(file.read_bytes(), None, None).steps) == 1
