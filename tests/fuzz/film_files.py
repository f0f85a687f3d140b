"""Films in every format that Lightbox reads: what the fuzz of films begins from."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless, SecondaryCaptureImageStorage

from tests.fuzz.places import ROOT, SAMPLES

_STREAMS = ROOT / "tests" / "edge" / "reading" / "streams.json"
_SMALL = (  # of pydicom's own test files: each transfer syntax, photometric interpretation and depth
    "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm", "JPGExtended.dcm", "JPEG-lossy.dcm",
    "JPEG2000.dcm", "693_J2KI.dcm", "MR_small_jp2klossless.dcm", "MR_small_RLE.dcm",
    "SC_rgb_rle_2frame.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_jls_lossy_sample.dcm",
    "JPEGLSNearLossless_16.dcm", "JPEGLSNearLossless_08.dcm", "SC_rgb_dcmtk_+eb+cr.dcm",
    "SC_rgb_jpeg_dcmtk.dcm", "MR_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm",
    "SC_rgb_small_odd.dcm", "SC_rgb_small_odd_jpeg.dcm", "rtdose_rle.dcm", "ExplVR_LitEndNoMeta.dcm",
    "ExplVR_BigEndNoMeta.dcm", "test-SR.dcm", "UN_sequence.dcm", "priv_SQ.dcm", "nested_priv_SQ.dcm",
    "meta_missing_tsyntax.dcm", "SC_ybr_full_422_uncompressed.dcm", "GDCMJ2K_TextGBR.dcm",
)  # fmt: skip


@cache
def pictures() -> Sequence[bytes]:
    """A film of 48 x 40 pixels in every kind of picture file."""
    with Image.open(SAMPLES / "film-05-8-bit.png") as image:
        gray = image.convert("L").resize((48, 40))
    wide = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    colour, real = Image.merge("RGB", (gray, gray, gray)), Image.fromarray(np.asarray(gray, np.float32) / 7)
    turned = Image.Exif()
    turned[274] = 6
    black_or_white = gray.convert("1")
    kinds = (gray, wide, colour, black_or_white)
    made = [_saved(one, kind) for kind in ("PNG", "TIFF") for one in kinds]
    made += [_saved(one, "PNG") for one in (gray.convert("P"), gray.convert("LA"))]
    made += [
        _saved(gray, "TIFF", compression=how)
        for how in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
    ]
    made += [
        _saved(black_or_white, "TIFF", compression="group4"),
        _saved(wide, "TIFF", compression="tiff_lzw"),
    ]
    made += [_saved(real, "TIFF"), _saved(colour, "TIFF", big_tiff=True)]
    made += [_saved(gray, "TIFF", save_all=True, append_images=[gray, gray])]
    made += [_saved(one, "JPEG") for one in (gray, colour, colour.convert("CMYK"))]
    made += [_saved(gray, "JPEG", progressive=True), _saved(colour, "JPEG", exif=turned.tobytes())]
    made += [_saved(one, "BMP") for one in (gray, colour, black_or_white, colour.convert("RGBA"))]
    made += [_saved(colour, "WEBP"), _saved(colour, "WEBP", lossless=True)]
    made += [_saved(colour, "WEBP", save_all=True, append_images=[colour.rotate(9)])]
    made += [_saved(one, "JPEG2000") for one in (gray, wide, colour)]
    made += [_saved(gray, "JPEG2000", no_jp2=True, num_resolutions=3)]
    made += [_saved(wide, "JPEG2000", tile_size=(16, 16))]
    return tuple(made)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]  # each format has its own
    return out.getvalue()


@cache
def dicoms() -> Sequence[bytes]:
    """Small DICOM files of every transfer syntax, made radiographs where they are others."""
    files = [*map(_of_pydicom, _SMALL)]
    streams = [
        base64.b64decode(one) for kind, one in json.loads(_STREAMS.read_text()).items() if kind != "made with"
    ]
    files += [_dicom(np.zeros((24, 20), np.uint16), stream) for stream in streams]
    numbers = np.arange(24 * 20, dtype=np.uint16).reshape(24, 20)
    files += [_dicom(numbers), _dicom(numbers.astype(np.float32)), _dicom(numbers.astype(np.uint8))]
    return tuple(files)


def deflated() -> Sequence[bytes]:
    """One deflated file."""
    return (_of_pydicom("image_dfl.dcm"),)


def _of_pydicom(name: str) -> bytes:
    path = get_testdata_file(name, download=False)
    if path is None:
        raise FileNotFoundError(name)
    dataset = pydicom.dcmread(path, force=True)
    if "PixelData" not in dataset or "TransferSyntaxUID" not in dataset.file_meta:
        return Path(path).read_bytes()
    dataset.Modality = "CR"
    file = io.BytesIO()
    dataset.save_as(file)
    return file.getvalue()


def _dicom(pixels: NDArray[np.generic], stream: bytes | None = None) -> bytes:
    """A film of one frame with everything that is shown by: windows, a table, padding, spacing."""
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless if stream else ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = (
        SecondaryCaptureImageStorage,
        "1.2.3",
        "DX",
    )
    dataset.PatientID, dataset.PatientAge, dataset.ViewPosition = "made", "040Y", "PA"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME1"
    bits = 8 * pixels.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelSpacing, dataset.RescaleSlope, dataset.RescaleIntercept = ["0.2", "0.2"], "1", "0"
    dataset.WindowCenter, dataset.WindowWidth = ["100", "200"], ["200", "300"]
    dataset.PixelPaddingValue = 0
    table = pydicom.Dataset()
    table.add_new("LUTDescriptor", "US", [4, 0, 16])
    table.add_new("LUTData", "US", [0, 100, 2000, 65535])
    dataset.VOILUTSequence = [table]
    if stream:
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelData = encapsulate([stream])
        dataset["PixelData"].is_undefined_length = True
    elif pixels.dtype.kind == "f":
        dataset.FloatPixelData = pixels.tobytes()
    else:
        dataset.PixelData = pixels.tobytes()
        dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
    file = io.BytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()
