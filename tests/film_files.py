"""Chest films of 256 x 256 pixels, another one for each number, and the files that hold them."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import data_store  # type: ignore[import-untyped]  # it ships none
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

PYDICOM_DATA = Path(data_store.__file__).parent / "data"
SAMPLES = Path(__file__).parents[1] / "samples"

Film = NDArray[np.uint8]


def film(number: int) -> Film:
    """A real film, moved and toned a little."""
    random = np.random.default_rng(number)
    left, top, right, bottom = random.integers(0, 12, 4)
    original = _originals()[int(random.random() < 0.2)]
    moved = original.crop((left, top, 300 - right, 300 - bottom)).resize((256, 256))
    toned = np.clip(np.asarray(moved), 0, 1) ** random.uniform(0.8, 1.25)
    made: Film = np.rint(255 * toned).astype(np.uint8)
    return made


def encoded(pixels: Film, kind: str) -> bytes:
    """The file: ``dcm``, ``png`` or ``jpg``."""
    if kind == "dcm":
        return dicom(pixels)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, {"png": "PNG", "jpg": "JPEG"}[kind])
    return file.getvalue()


def dicom(pixels: Film) -> bytes:
    """An uncompressed one with no more attributes than it needs."""
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3"
    dataset.Modality, dataset.PhotometricInterpretation = "DX", "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelData = pixels.tobytes()
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


@cache
def _originals() -> tuple[Image.Image, Image.Image]:
    dataset = pydicom.dcmread(PYDICOM_DATA / "RG1_UNCR.dcm")
    values = dataset.pixel_array.astype(np.float32)
    values = 1 - (values - values.min()) / (values.max() - values.min())  # MONOCHROME1: white is 0
    with Image.open(SAMPLES / "film-05-8-bit.png") as sample:
        other = np.asarray(sample, dtype=np.float32) / 255
    first, second = (Image.fromarray(one).resize((300, 300), Image.Resampling.BOX) for one in (values, other))
    return first, second
