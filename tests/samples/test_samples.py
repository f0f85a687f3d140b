"""The shipped films are what `samples/README.md` says, and can be made again."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import get_frame
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, read_frames

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
SHARED = ROOT.parent / "shared" / "data"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.name != "README.md")
IN_THE_ZIP = ("two-films/film-1.jpg", "two-films/film-2.jpg")
README = (SAMPLES / "README.md").read_text("utf-8")
TABLE = [[cell.strip() for cell in line.split("|")[1:-1]] for line in README.splitlines() if line[:1] == "|"]
DESCRIBED = TABLE[2:]

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared X-rays are not beside the repository"
)


def test_every_file_is_described_and_every_description_has_a_file() -> None:
    assert sorted(name for row in DESCRIBED for name in re.findall(r"`(.+)`", row[0])) == NAMES


def test_small_enough_to_ship() -> None:
    assert sum((SAMPLES / name).stat().st_size for name in NAMES) <= 6 << 20


@needs_shared
def test_made_again_they_are_the_same_bytes(tmp_path: Path) -> None:
    script = ROOT / "build_scripts" / "make_samples.py"
    subprocess.run([sys.executable, script, "--data", SHARED, "--out", tmp_path], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes(), name


@needs_shared
def test_described_as_the_labels_say() -> None:
    """Each row names a test film that may be shipped, with its own view, age, sex and labels."""
    with (SHARED / "labels.csv").open(encoding="utf-8", newline="") as table:
        films = {Path(row["file"]).stem: row for row in csv.DictReader(table) if row["split"] == "test"}
    for name, _format, image, person, labels, licence in DESCRIBED:
        source, stem = image.split()
        film = films[stem]
        assert (film["source"], licence) == {
            "NIH": ("nih_talo", "NIH"),
            "Hannover": ("hannover", "CC BY 3.0"),
        }[source], name
        told = [film["view"], film["age"], film["sex"].upper()]
        assert person == ", ".join(part for part in told if part), name
        if labels != "as film-07":
            read_again = f"; re-read: {film['rsna_class']}" if film["rsna_class"] else ""
            assert labels == film["labels"].replace("|", ", ") + read_again, name


@needs_shared
@pytest.mark.parametrize("wrong", ["train", "jsrt"])
def test_a_film_that_must_not_be_shipped_is_refused(tmp_path: Path, wrong: str) -> None:
    """The split and the source are read from the labels, and are not taken on trust."""
    labels = (SHARED / "labels.csv").read_text("utf-8").splitlines(keepends=True)
    row = next(line for line in labels if line.startswith("nih_talo/00003043_000.jpg"))
    changed = row.replace(",test,", ",train,") if wrong == "train" else row.replace(",nih_talo,", ",jsrt,")
    (tmp_path / "labels.csv").write_text("".join(labels).replace(row, changed), "utf-8")
    script = ROOT / "build_scripts" / "make_samples.py"
    done = subprocess.run(
        [sys.executable, script, "--data", tmp_path, "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "make_samples: nih_talo/00003043_000.jpg is not among the test films that may be shipped.\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".jpg")])
def test_jpeg(name: str) -> None:
    with Image.open(SAMPLES / name, formats=("JPEG",)) as image:
        assert image.mode == "L"


@pytest.mark.parametrize(
    ("name", "bits"), [("film-05-8-bit.png", 8), ("film-06-16-bit.png", 16), ("not-a-chest-film.png", 8)]
)
def test_png(name: str, bits: int) -> None:
    """The bit depth and the colour type (0: gray) stand behind the size in IHDR."""
    data = (SAMPLES / name).read_bytes()
    assert data[12:16] == b"IHDR"
    assert (data[24], data[25]) == (bits, 0)


DICOM: Mapping[str, tuple[str, str, int]] = {
    "film-07-monochrome2.dcm": ("MONOCHROME2", ExplicitVRLittleEndian, 512),
    "film-08-monochrome1.dcm": ("MONOCHROME1", ExplicitVRLittleEndian, 512),
    "film-09-jpeg-2000.dcm": ("MONOCHROME2", JPEG2000Lossless, 1400),
}


@pytest.mark.parametrize("name", DICOM)
def test_dicom(name: str) -> None:
    dataset = pydicom.dcmread(SAMPLES / name)
    photometric, syntax, side = DICOM[name]
    assert dataset.PhotometricInterpretation == photometric
    assert dataset.file_meta.TransferSyntaxUID == syntax
    assert (dataset.Rows, dataset.Columns) == (side, side)
    assert (dataset.BitsAllocated, dataset.BitsStored, dataset.Modality) == (16, 12, "CR")
    assert "WindowCenter" in dataset
    assert "WindowWidth" in dataset


@pytest.mark.parametrize("name", DICOM)
def test_dicom_claims_neither_a_patient_nor_a_size(name: str) -> None:
    dataset = pydicom.dcmread(SAMPLES / name)
    assert dataset.PatientID.startswith("SAMPLE-")
    assert str(dataset.PatientName).startswith("Sample^")
    assert (dataset.PatientIdentityRemoved, dataset.BurnedInAnnotation) == ("YES", "NO")
    assert re.fullmatch(
        r"Made from NIH ChestX-ray14 image \d{8}_\d{3}\.png; not an original DICOM", dataset.ImageComments
    )
    assert not [element for element in dataset if element.VR in ("DA", "TM", "DT") and element.value]
    assert "PixelSpacing" not in dataset
    assert "ImagerPixelSpacing" not in dataset


@pytest.mark.parametrize("reduce", [1, 2])
def test_jpeg_2000_can_be_read_at_a_reduced_size(reduce: int) -> None:
    dataset = pydicom.dcmread(SAMPLES / "film-09-jpeg-2000.dcm")
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    with Image.open(io.BytesIO(frame), formats=("JPEG2000",)) as image:
        image.reduce = reduce  # type: ignore[method-assign,assignment]  # the plugin's property hides a method
        image.load()
        assert image.size == (1400 >> reduce, 1400 >> reduce)


def test_zip() -> None:
    with zipfile.ZipFile(SAMPLES / "two-films.zip") as archive:
        assert tuple(archive.namelist()) == IN_THE_ZIP
        for name in IN_THE_ZIP:
            with Image.open(archive.open(name), formats=("JPEG",)) as image:
                assert image.mode == "L"


def _pixels(name: str) -> np.ndarray[Any, Any]:
    (frame,) = read_frames((SAMPLES / name).read_bytes(), None, Limits())
    assert isinstance(frame.outcome, Radiograph), frame.outcome
    return frame.outcome.pixels


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(".zip")])
def test_lightbox_reads_it(name: str) -> None:
    """A chest film has a dark half and a bright half; a frame of one gray would be a wrong window."""
    pixels = _pixels(name)
    assert pixels.std() > 0.05 * np.iinfo(pixels.dtype).max


def test_both_photometric_interpretations_show_the_same_picture() -> None:
    assert np.array_equal(_pixels("film-07-monochrome2.dcm"), _pixels("film-08-monochrome1.dcm"))


@needs_shared
def test_window_shows_the_film_as_it_was() -> None:
    with Image.open(SHARED / "nih_talo" / "00009925_036.jpg") as image:
        gray = np.asarray(image).astype(np.uint16)
    assert np.array_equal(_pixels("film-07-monochrome2.dcm"), gray * 257)
