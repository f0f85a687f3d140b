"""No command says or leaves behind who a patient is, unless that is what it was asked for.

Every value that could tell is planted with letters of its own, in sound files and in broken ones, and looked
for in all that the programs print and in every file that they leave.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, JPEGBaseline8Bit

from tests.processes import environment, lightbox

PLANT = "ZQ"  # every planted value begins with it
ID = "ZQID4711"
PLANTED = {
    "PatientName": "ZQName^Amina",
    "PatientID": ID,
    "PatientComments": "ZQComment",
    "ImageComments": "ZQPicture",
    "StudyDescription": "ZQStudy",
    "InstitutionName": "ZQClinic",
    "ReferringPhysicianName": "ZQDoctor^Chi",
    "AccessionNumber": "ZQAccess",
    "OtherPatientNames": "ZQOther^Name",
    "PatientAddress": "ZQStreet 7",
    "SeriesDescription": "ZQSeries",
}
# What a broken file holds where a number, a date or a code must stand; the same lengths, put into the bytes.
BROKEN = {
    b"045Y": b"ZQA!",  # PatientAge
    b"19800102": b"ZQBIRTH!",  # PatientBirthDate
    b"20260301": b"ZQDAYDAY",  # StudyDate
    b"128.5000": b"ZQWINDOW",  # WindowCenter
    b"0.143000": b"ZQSPACE!",  # ImagerPixelSpacing
    b"1.000001": b"ZQSLOPE!",  # RescaleSlope
    b"ISO_IR 192": b"ZQ_CHARSET",  # SpecificCharacterSet
    b"MONOCHROME2": b"ZQPHOTOMETR",
    b"POSTEROANT": b"ZQPOSITION",
    b"CS\x02\x00CR": b"CS\x02\x00ZQ",  # Modality
}
Film = Callable[[int], NDArray[np.uint8]]


def dicom(pixels: NDArray[np.uint8]) -> bytes:
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in PLANTED.items():
        setattr(dataset, keyword, value)
    dataset.PatientAge, dataset.PatientSex, dataset.PatientBirthDate = "045Y", "F", "19800102"
    dataset.StudyDate, dataset.Modality, dataset.BodyPartExamined = "20260301", "CR", "CHEST"
    dataset.ViewPosition, dataset.ImagerPixelSpacing = "PA", ["0.143000", "0.143000"]
    dataset.PatientOrientation = ["POSTEROANT", "F"]
    dataset.WindowCenter, dataset.WindowWidth, dataset.RescaleSlope = "128.5000", "256", "1.000001"
    dataset.RescaleIntercept, dataset.PhotometricInterpretation = "0", "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    private = dataset.private_block(0x0011, "ZQMaker", create=True)
    private.add_new(1, "LO", "ZQPrivate")
    private.add_new(2, "OB", b"ZQBytes!")
    dataset.PixelData = pixels.tobytes()
    file = io.BytesIO()
    with pydicom.config.disable_value_validation():
        pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def planted(folder: Path, film: Film) -> None:
    """A sound film and one for each way to break it, under names that say nothing."""
    sound = dicom(film(1))
    (folder / "sound.dcm").write_bytes(sound)
    for number, (right, wrong) in enumerate(BROKEN.items()):
        assert right in sound
        (folder / f"broken-{number}.dcm").write_bytes(dicom(film(2 + number)).replace(right, wrong))
    (folder / "cut.dcm").write_bytes(sound[:-20_000])
    (folder / "headless.dcm").write_bytes(sound[:600])
    other = sound.replace(ExplicitVRLittleEndian.encode() + b"\0", JPEGBaseline8Bit.encode()[:20])
    (folder / "other-syntax.dcm").write_bytes(other)
    (folder / "wrong-vr.dcm").write_bytes(sound.replace(b"PN\x0c\x00ZQName", b"US\x0c\x00ZQName"))
    (folder / "wrong-length.dcm").write_bytes(sound.replace(b"LO\x08\x00ZQID", b"LO\xff\x00ZQID"))


@dataclass(frozen=True)
class Place:
    """A folder with planted films, and one for each kind of thing that a program may leave."""

    films: Path
    data: Path
    out: Path
    env: dict[str, str]

    def run(self, *call: object) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            lightbox(*call), capture_output=True, text=True, env=self.env, cwd=self.out,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Place:
    films, data, out = (tmp_path_factory.mktemp(name) for name in ("films", "data", "out"))
    planted(films, film)
    warned = {"PYTHONWARNINGS": "always", "LIGHTBOX_DATA": str(data), "LIGHTBOX_LANGUAGE": "en"}
    made = Place(films, data, out, {**environment(), **warned})
    screened = made.run("screen", films)
    assert_silent(screened.stdout, screened.stderr)
    return made


def assert_silent(*said: str) -> None:
    for one in said:
        assert PLANT not in one, one


def left(folder: Path) -> dict[str, bytes]:
    """The files of a folder but for the worklist and its copy."""
    files = (file for file in folder.rglob("*") if file.is_file() and ".worklist" not in file.name)
    return {str(file): file.read_bytes() for file in files}


def planted_in(files: dict[str, bytes]) -> list[str]:
    """The files that hold a planted value; its first letters alone may stand in any compressed picture."""
    values = [value[:8].encode() for value in PLANTED.values()] + [
        one for one in BROKEN.values() if len(one) > 4
    ]
    return [name for name, content in files.items() if any(value in content for value in values)]


def test_all_that_screening_keeps_is_in_the_worklist(place: Place) -> None:
    """Of the patient only what its reports and lists need, and nothing anywhere else."""
    assert (place.data / "lightbox.worklist").is_file()
    assert not planted_in(left(place.data))
    kept = (place.data / "lightbox.worklist").read_bytes()
    names = {value for keyword, value in PLANTED.items() if keyword != "PatientID"}
    assert ID.encode() in kept
    for value in (*names, "ZQMaker", "ZQPrivate", "ZQBytes", "ZQBIRTH"):
        assert value.encode() not in kept
    assert not list((place.data / "temporary").iterdir())


def test_the_same_as_json_beside_what_it_must_say(place: Place) -> None:
    done = place.run("screen", "--json", place.films)
    assert_silent(done.stdout, done.stderr)
    assert done.stdout.count("\n") == len(list(place.films.iterdir()))


@pytest.mark.parametrize(
    "call", [["worklist", "verify"], ["worklist", "summary"], ["worklist", "readers", "list"]], ids=" ".join
)
def test_no_other_command_says_who(place: Place, call: list[str]) -> None:
    done = place.run(*call)
    assert_silent(done.stdout, done.stderr)


def test_a_question_and_outlines_say_and_leave_nothing(place: Place) -> None:
    done = place.run("ask", "fluid", place.films)
    assert_silent(done.stdout, done.stderr)
    done = place.run("regions", place.films, "--finding", "lung opacity", "--out", place.out / "regions")
    assert_silent(done.stdout, done.stderr)
    written = left(place.out / "regions")
    assert written
    assert not planted_in(written)


def test_a_report_says_it_where_it_was_asked_for_and_not_on_stderr(place: Place) -> None:
    done = place.run("report", "--format", "csv", "--out", place.out / "films.csv")
    assert_silent(done.stdout, done.stderr)
    report = (place.out / "films.csv").read_text("utf-8")
    assert ID in report
    assert not any(value in report for keyword, value in PLANTED.items() if keyword != "PatientID")
    if os.name == "posix":
        assert (place.out / "films.csv").stat().st_mode & 0o777 == 0o600
