"""Real DICOM files of pydicom and pydicom-data, and small ones built to order."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, read_frames

Build = Callable[..., bytes]


@pytest.fixture(scope="session")
def real() -> Callable[..., bytes]:
    """The bytes of a file of pydicom's by its name; with attributes, they are set first."""

    def load(name: str, **attributes: Any) -> bytes:
        path = get_testdata_file(name, download=False)
        assert path is not None, name
        if not attributes:
            return Path(path).read_bytes()
        dataset = pydicom.dcmread(path, force=True)
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        return saved(dataset)

    return load


def saved(dataset: pydicom.Dataset) -> bytes:
    file = io.BytesIO()
    dataset.save_as(file)
    return file.getvalue()


@pytest.fixture(scope="session")
def build() -> Build:
    """A DICOM file around ``pixels``: (rows, columns), (rows, columns, 3) or (frames, rows, columns).

    ``frames`` gives compressed frames instead of the pixels' own bytes; an attribute None is removed.
    """

    def make(
        pixels: np.ndarray[Any, Any],
        syntax: str = ExplicitVRLittleEndian,
        frames: list[bytes] | None = None,
        **attributes: Any,
    ) -> bytes:
        dataset = pydicom.Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
        dataset.SOPClassUID = SecondaryCaptureImageStorage
        dataset.SOPInstanceUID = "1.2.3"
        dataset.Modality = "DX"
        colour = pixels.ndim == 3 and pixels.shape[-1] == 3
        if pixels.ndim == 3 and not colour:
            dataset.NumberOfFrames = len(pixels)
        dataset.Rows, dataset.Columns = pixels.shape[:2] if colour else pixels.shape[-2:]
        dataset.SamplesPerPixel = 3 if colour else 1
        if colour:
            dataset.PlanarConfiguration = 0
        dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
        size = pixels.dtype.itemsize
        dataset.BitsAllocated = 8 * size
        dataset.BitsStored = attributes.pop("BitsStored", 8 * size)
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        big = dataset.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRBigEndian
        raw = pixels.astype(pixels.dtype.newbyteorder(">" if big else "<")).tobytes()
        if frames is None:
            dataset.PixelData = raw + b"\0" * (len(raw) % 2)
            dataset["PixelData"].VR = "OW" if size > 1 else "OB"
        else:
            dataset.PixelData = pydicom.encaps.encapsulate(frames)
            dataset["PixelData"].VR = "OB"
            dataset["PixelData"].is_undefined_length = True
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        file = io.BytesIO()
        pydicom.dcmwrite(file, dataset, enforce_file_format=True)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def one() -> Callable[..., Radiograph]:
    """Read bytes that must hold exactly one picture."""

    def read(data: bytes, longer_side: int | None = None, limits: Limits | None = None) -> Radiograph:
        (frame,) = read_frames(data, longer_side, limits or Limits())
        assert frame.number is None
        assert isinstance(frame.outcome, Radiograph), frame.outcome
        return frame.outcome

    return read
