"""The folders that the benchmark screens: the shipped sample films, enlarged to a clinic's sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    generate_uid,
)

FILM = Path(__file__).parents[2] / "samples"


def make_folder(name: str, folder: Path, films: int) -> Path:
    """Write ``films`` different files of one kind and return the folder."""
    folder.mkdir()
    for number in range(films):
        FOLDERS[name](folder / f"{number:03d}", number)
    return folder


def _film(side: int, number: int) -> NDArray[np.float64]:
    """A real film enlarged, with the grain that enlarging takes away; every number is another picture."""
    files = sorted(FILM.glob("*.jpg"))
    with Image.open(files[number % len(files)]) as picture:
        large = picture.convert("L").resize((side, side), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(number).normal(0, 1.5, (side, side))
    film: NDArray[np.float64] = np.clip(np.asarray(large, dtype=np.float64) + grain, 0, 255)
    return film


def _png(path: Path, number: int) -> None:
    Image.fromarray(_film(1024, number).astype(np.uint8)).save(path.with_suffix(".png"))


def _dicom(path: Path, number: int) -> Dataset:
    pixels = (_film(1414, number) * 16).astype(np.uint16)
    film = Dataset()
    film.SOPClassUID, film.SOPInstanceUID = DigitalXRayImageStorageForPresentation, generate_uid()
    film.Modality, film.PatientID = "DX", f"BENCH-{number}"
    film.Rows, film.Columns = pixels.shape
    film.SamplesPerPixel, film.PhotometricInterpretation = 1, "MONOCHROME2"
    film.BitsAllocated, film.BitsStored, film.HighBit, film.PixelRepresentation = 16, 12, 11, 0
    film.WindowCenter, film.WindowWidth = 2048, 4096
    film.PixelData = pixels.tobytes()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return film


def _uncompressed(path: Path, number: int) -> None:
    _dicom(path, number).save_as(path.with_suffix(".dcm"), enforce_file_format=True)


def _jpeg2000(path: Path, number: int) -> None:
    film = _dicom(path, number)
    film.compress(JPEG2000Lossless, encoding_plugin="pylibjpeg")
    film.save_as(path.with_suffix(".dcm"), enforce_file_format=True)


FOLDERS: dict[str, Callable[[Path, int], None]] = {
    "png-1024": _png,
    "dicom-2mp": _uncompressed,
    "dicom-2mp-jpeg2000": _jpeg2000,
}
