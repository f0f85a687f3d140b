"""One real film in every compressed transfer syntax that a modality may send (PS3.5 chapter 8 and A.4)."""

from __future__ import annotations

from pathlib import Path

import gdcm
import pydicom
from pydicom import uid

SAMPLE = Path(__file__).parents[1] / "samples" / "film-07-monochrome2.dcm"
SIDE = 512  # pixels; 12 bits

LOSSLESS = {
    "rle": uid.RLELossless,
    "jpeg-lossless": uid.JPEGLossless,
    "jpeg-lossless-sv1": uid.JPEGLosslessSV1,
    "jpeg-ls": uid.JPEGLSLossless,
    "jpeg-2000": uid.JPEG2000Lossless,
    "deflated": uid.DeflatedExplicitVRLittleEndian,
}
LOSSY = {
    "jpeg-12-bit": uid.JPEGExtended12Bit,
    "jpeg-ls-near": uid.JPEGLSNearLossless,
    "jpeg-2000-lossy": uid.JPEG2000,
}
_GDCM = {
    uid.RLELossless: gdcm.TransferSyntax.RLELossless,
    uid.JPEGLossless: gdcm.TransferSyntax.JPEGLosslessProcess14,
    uid.JPEGLosslessSV1: gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    uid.JPEGLSLossless: gdcm.TransferSyntax.JPEGLSLossless,
    uid.JPEGLSNearLossless: gdcm.TransferSyntax.JPEGLSNearLossless,
    uid.JPEG2000Lossless: gdcm.TransferSyntax.JPEG2000Lossless,
    uid.JPEG2000: gdcm.TransferSyntax.JPEG2000,
    uid.JPEGExtended12Bit: gdcm.TransferSyntax.JPEGExtendedProcess2_4,
}


def compressed_films(folder: Path) -> dict[str, Path]:
    """Write the film into a folder in every syntax above, and as it is (``plain``); the files by name."""
    plain = folder / "plain.dcm"
    plain.write_bytes(SAMPLE.read_bytes())
    made = {"plain": plain}
    for name, syntax in {**LOSSLESS, **LOSSY}.items():
        made[name] = folder / f"{name}.dcm"
        if syntax == uid.DeflatedExplicitVRLittleEndian:
            film = pydicom.dcmread(plain)
            film.file_meta.TransferSyntaxUID = syntax
            film.save_as(made[name])
        else:
            _compress(plain, made[name], syntax)
        assert pydicom.dcmread(made[name]).file_meta.TransferSyntaxUID == syntax
    return made


def _compress(plain: Path, out: Path, syntax: uid.UID) -> None:
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(_GDCM[syntax]))
    change.SetInput(reader.GetImage())
    assert change.Change(), syntax.name
    writer.SetFileName(str(out))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
