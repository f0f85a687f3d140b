"""Make `samples/` from the shared X-rays: the same bytes at every run, or an error.

python build_scripts/make_samples.py --data ../shared/data --out samples

Only films of the test split, which no model was trained on, and only of the two sources whose licences allow
them to be shipped. What each file is: `samples/README.md`.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless

SHIPPABLE: Final = ("nih_talo", "hannover")
DARKEST, STEP, WHITE = 256, 14, 4095  # 8-bit gray v is stored as DARKEST + STEP * v in 12 bits
REALISTIC_SIDE: Final = 1400
SHOULDER: Final = (20, 20, 155, 200)
SHOULDER_ZOOM: Final = 4


class SampleError(Exception):
    """The shared data are not what the list below was written for."""


@dataclass(frozen=True)
class Film:
    """One shared X-ray: its bytes, and its row of labels.csv."""

    file: str
    data: bytes
    row: dict[str, str]

    @property
    def gray(self) -> Image.Image:
        with Image.open(io.BytesIO(self.data), formats=("JPEG",)) as image:
            if image.mode != "L":
                raise SampleError(f"{self.file} is {image.mode} and not 8-bit gray.")
            return image.copy()

    @property
    def credit(self) -> str:
        stem = Path(self.file).stem
        if self.row["source"] == "hannover":
            return f"Made from image {stem} of the COVID-19 Image Repository (CC BY 3.0)"
        return f"Made from NIH ChestX-ray14 image {stem}.png"


@dataclass(frozen=True)
class Sample:
    """A file of `samples/`, the shared films that it is made from, and how."""

    name: str
    sources: tuple[str, ...]
    make: Callable[[str, list[Film]], bytes]


def as_it_is(_name: str, films: list[Film]) -> bytes:
    return films[0].data


def png_8(_name: str, films: list[Film]) -> bytes:
    return _png(films[0].gray, films[0].credit)


def png_16(_name: str, films: list[Film]) -> bytes:
    """Spread 8 bits over 16: the file has 16, the film still has 256 grays."""
    gray = np.asarray(films[0].gray).astype(np.uint16) * 257
    return _png(Image.fromarray(gray), films[0].credit + "; 16 bits made from 8")


def png_of_a_shoulder(_name: str, films: list[Film]) -> bytes:
    shoulder = films[0].gray.crop(SHOULDER)
    size = (shoulder.width * SHOULDER_ZOOM, shoulder.height * SHOULDER_ZOOM)
    shoulder = shoulder.resize(size, Image.Resampling.LANCZOS)
    return _png(shoulder, films[0].credit + "; cropped to a shoulder and enlarged")


def _png(image: Image.Image, comment: str) -> bytes:
    info = PngInfo()
    info.add_text("Comment", comment)
    file = io.BytesIO()
    image.save(file, format="PNG", compress_level=9, pnginfo=info)
    return file.getvalue()


def zipped(name: str, films: list[Film]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, film in enumerate(films, start=1):
            member = zipfile.ZipInfo(f"{Path(name).stem}/film-{number}.jpg", (1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # else the file would tell on which system it was made
            member.external_attr = 0o100644 << 16
            archive.writestr(member, film.data)
    return file.getvalue()


def dicom(name: str, films: list[Film]) -> bytes:
    return _saved(_dataset(name, films[0], films[0].gray))


def dicom_monochrome1(name: str, films: list[Film]) -> bytes:
    """Mirror the values and the window, and say so in the header: the picture stays what it was."""
    dataset = _dataset(name, films[0], films[0].gray)
    stored = np.frombuffer(dataset.PixelData, "<u2")
    dataset.PixelData = (WHITE - stored).astype("<u2").tobytes()
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.WindowCenter = str(WHITE + 1 - dataset.WindowCenter)  # not 4095: the centre is half a value high
    return _saved(dataset)


def dicom_jpeg_2000(name: str, films: list[Film]) -> bytes:
    """Enlarge the film to a usual size first, then compress it without loss."""
    gray = films[0].gray
    scale = REALISTIC_SIDE / max(gray.size)
    size = (round(gray.width * scale), round(gray.height * scale))
    dataset = _dataset(name, films[0], gray.resize(size, Image.Resampling.LANCZOS))
    dataset.DerivationDescription += f", enlarged to {size[0]} x {size[1]}"
    dataset.compress(JPEG2000Lossless, encoding_plugin="pylibjpeg", generate_instance_uid=False)
    return _saved(dataset)


def _dataset(name: str, film: Film, gray: Image.Image) -> pydicom.Dataset:
    """A computed radiography image (PS3.3 A.2): the class of film that does not require a pixel spacing."""
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.ImplementationClassUID = _uid("implementation")
    dataset.file_meta.ImplementationVersionName = "LIGHTBOX_SAMPLES"
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.SOPInstanceUID = _uid("image", name)
    dataset.SeriesInstanceUID = _uid("series", name)
    dataset.StudyInstanceUID = _uid("study", film.file)
    dataset.Modality = "CR"
    _describe(dataset, film)
    _fill(dataset, np.asarray(gray))
    return dataset


def _uid(*words: str) -> UID:
    """A UID from a UUID (PS3.5 B.2) that is the same at every run; pydicom's would be another each time."""
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(('lightbox samples', *words))).int}")


def _describe(dataset: pydicom.Dataset, film: Film) -> None:
    number, word = PATIENTS[film.file]
    dataset.PatientID = f"SAMPLE-{number:02}"
    dataset.PatientName = f"Sample^{word}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = film.row["sex"].upper()
    dataset.PatientAge = f"{int(film.row['age']):03}Y"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Public de-identified images; name and numbers made up"
    dataset.BurnedInAnnotation = "NO"  # side markers and a technician's initials identify no patient
    dataset.ImageComments = f"{film.credit}; not an original DICOM"
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.DerivationDescription = "12 bits made from an 8-bit JPEG"
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionMethod = "ISO_10918_1"
    width, height = film.gray.size
    dataset.LossyImageCompressionRatio = f"{width * height / len(film.data):.1f}"
    dataset.BodyPartExamined = "CHEST"
    dataset.ViewPosition = film.row["view"]
    dataset.PatientOrientation = ["L", "F"]
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    for unknown in ("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID"):
        setattr(dataset, unknown, "")
    dataset.Manufacturer = ""


def _fill(dataset: pydicom.Dataset, gray: NDArray[Any]) -> None:
    dataset.Rows, dataset.Columns = gray.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.PixelData = (DARKEST + STEP * gray.astype("<u2")).astype("<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    # PS3.3 C.11.2.1.2.1 (LINEAR): black is at center - 0.5 - (width - 1) / 2, white as far above
    dataset.WindowCenter = str(DARKEST + STEP * 255 / 2 + 0.5)
    dataset.WindowWidth = str(STEP * 255 + 1)


def _saved(dataset: pydicom.Dataset) -> bytes:
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


PATIENTS: Final = {
    "nih_talo/00009925_036.jpg": (7, "Seven"),
    "nih_talo/00004344_002.jpg": (9, "Nine"),
}
SAMPLES: Final = (
    Sample("film-01-normal.jpg", ("nih_talo/00003043_000.jpg",), as_it_is),
    Sample("film-02-lung-opacity.jpg", ("nih_talo/00002275_018.jpg",), as_it_is),
    Sample("film-03-effusion.jpg", ("nih_talo/00009858_001.jpg",), as_it_is),
    Sample("film-04-covid-19.jpg", ("hannover/27a70642.jpg",), as_it_is),
    Sample("film-05-8-bit.png", ("nih_talo/00011583_000.jpg",), png_8),
    Sample("film-06-16-bit.png", ("nih_talo/00011097_002.jpg",), png_16),
    Sample("film-07-monochrome2.dcm", ("nih_talo/00009925_036.jpg",), dicom),
    Sample("film-08-monochrome1.dcm", ("nih_talo/00009925_036.jpg",), dicom_monochrome1),
    Sample("film-09-jpeg-2000.dcm", ("nih_talo/00004344_002.jpg",), dicom_jpeg_2000),
    Sample("two-films.zip", ("nih_talo/00003896_006.jpg", "nih_talo/00008489_024.jpg"), zipped),
    Sample("not-a-chest-film.png", ("nih_talo/00009608_034.jpg",), png_of_a_shoulder),
)


def read_films(data: Path) -> dict[str, Film]:
    """Read the films that `SAMPLES` names.

    Raises:
        SampleError: one of them is missing, was trained on, or may not be shipped.
    """
    try:
        with (data / "labels.csv").open(encoding="utf-8", newline="") as table:
            rows = {row["file"]: row for row in csv.DictReader(table)}
        names = [name for sample in SAMPLES for name in sample.sources]
        for name in names:
            row = rows.get(name, {"source": "none", "split": "none"})
            if row["split"] != "test" or row["source"] not in SHIPPABLE:
                raise SampleError(f"{name} is not among the test films that may be shipped.")
        return {name: Film(name, (data / name).read_bytes(), rows[name]) for name in names}
    except OSError as error:
        raise SampleError(f"The shared X-rays could not be read: {error}.") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder with labels.csv")
    parser.add_argument("--out", type=Path, required=True, help="where the samples go")
    arguments = parser.parse_args()
    try:
        read = read_films(arguments.data)
        arguments.out.mkdir(parents=True, exist_ok=True)
        for sample in SAMPLES:
            made = sample.make(sample.name, [read[name] for name in sample.sources])
            (arguments.out / sample.name).write_bytes(made)
    except (SampleError, OSError) as error:
        sys.exit(f"make_samples: {error}")


if __name__ == "__main__":
    main()
