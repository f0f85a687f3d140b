"""A worklist of real films, and films that are made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

Dicom = Callable[..., Path]


@pytest.fixture
def dicom(tmp_path: Path) -> Dicom:
    """Writes a 12-bit DICOM film; attributes by keyword."""

    def write(name: str, pixels: NDArray[np.uint16], **attributes: object) -> Path:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = FileDataset(name, {}, file_meta=meta, preamble=b"\0" * 128)
        frames = pixels.shape[0] if pixels.ndim == 3 else 1
        dataset.Rows, dataset.Columns = pixels.shape[-2:]
        dataset.update({})
        for keyword, value in {
            "SOPClassUID": meta.MediaStorageSOPClassUID,
            "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
            "Modality": "CR",
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 12,
            "HighBit": 11,
            "PixelRepresentation": 0,
            **({"NumberOfFrames": frames} if frames > 1 else {}),
            **attributes,
        }.items():
            setattr(dataset, keyword, value)
        dataset.PixelData = pixels.astype("<u2").tobytes()
        path = tmp_path / name
        pydicom.dcmwrite(path, dataset, enforce_file_format=True)
        return path

    return write
