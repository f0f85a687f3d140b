"""Compressed frames of every coding that DICOM has lose what is planted in them, and no sample."""

from __future__ import annotations

import base64
import io
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import uid
from pydicom.encaps import encapsulate

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading import read_frames
from lightbox_edge.referring.bare_film import bare_film
from lightbox_edge.referring.bare_pixels import bare_frame
from lightbox_edge.referring.jpeg2000_stream import bare_jpeg2000
from lightbox_edge.referring.pseudonyms import Pseudonyms
from tests.edge.referring.planted import PATIENT, film, traces, written

STREAMS = {
    name: base64.b64decode(stream)
    for name, stream in json.loads(
        (Path(__file__).parents[1] / "reading" / "streams.json").read_text("utf-8")
    ).items()
    if name != "made with"
}
SYNTAXES = {
    "HTJ2K": uid.HTJ2KLossless,
    "JPEG lossless, predictor 1": uid.JPEGLosslessSV1,
    "JPEG lossless, predictor 5": uid.JPEGLossless,
    "JPEG-LS": uid.JPEGLSLossless,
    "JPEG 2000": uid.JPEG2000Lossless,
    "JPEG 12 bit": uid.JPEGExtended12Bit,
}


def planted(stream: bytes) -> bytes:
    """With the patient in a comment and behind the end."""
    body = (len(PATIENT) + 4).to_bytes(2) + b"\0\1" + PATIENT.encode()
    if stream[:2] == b"\xff\xd8":
        return stream[:2] + b"\xff\xfe" + body + stream[2:] + PATIENT.encode()
    after_size = 4 + int.from_bytes(stream[4:6])
    return stream[:after_size] + b"\xff\x64" + body + stream[after_size:] + PATIENT.encode()


def in_dicom(stream: bytes, name: str) -> bytes:
    dataset = film(Rows=24, Columns=20)
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = SYNTAXES[name]
    return written(dataset)


@pytest.mark.parametrize("name", SYNTAXES)
def test_a_comment_goes_and_the_samples_stay(name: str) -> None:
    data = in_dicom(planted(STREAMS[name]), name)
    assert traces(data)
    made = bare_film(data, 1, Pseudonyms("0" * 32)).content
    assert traces(made) == []
    assert pydicom.dcmread(io.BytesIO(made)).file_meta.TransferSyntaxUID == SYNTAXES[name]
    ((before,), (after,)) = (list(read_frames(one)) for one in (data, made))
    assert np.array_equal(before.outcome.pixels, after.outcome.pixels)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", STREAMS)
def test_a_bare_stream_stays_as_it_is(name: str) -> None:
    bare = bare_frame(STREAMS[name])
    assert bare_frame(bare) == bare
    assert bare_frame(planted(STREAMS[name])) == bare


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_stream_cut_or_changed_anywhere_ends_in_one_error(data: st.DataObject) -> None:
    stream = bytearray(STREAMS[data.draw(st.sampled_from(sorted(STREAMS)))])
    place = data.draw(st.integers(0, len(stream) - 1))
    stream[place] = data.draw(st.integers(0, 255))
    del stream[data.draw(st.integers(1, len(stream))) :]
    for walk, error in ((bare_frame, UnreadableImage), (bare_jpeg2000, ValueError)):
        with suppress(error):
            walk(bytes(stream))


def test_run_lengths_keep_their_segments_and_lose_what_stands_in_the_header() -> None:
    segment = bytes((0, 7, 0xFF, 9))
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little")
    hidden = header + PATIENT.encode().ljust(56, b"\1") + segment
    assert bare_frame(hidden) == header + bytes(56) + segment
    assert bare_frame(header[:4]) == header[:4] + bytes(56)
