"""Every file of pydicom and pydicom-data is read, or refused in one sentence; nothing else comes out."""

from __future__ import annotations

import re
from pathlib import Path

import data_store
import pydicom
import pytest

from lightbox_edge.errors import NotAnImage, NotJudged, UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Source, find_sources, read_bytes, read_frames

FOLDERS = [Path(pydicom.__file__).parent / "data", Path(data_store.__file__).parent / "data"]
SOURCES = [item for item in find_sources(FOLDERS) if isinstance(item, Source)]
RADIOGRAPHS = {"RG1_J2KI.dcm", "RG1_J2KR.dcm", "RG1_UNCI.dcm", "RG1_UNCR.dcm"}
RADIOGRAPHS |= {"RG3_J2KI.dcm", "RG3_J2KR.dcm", "RG3_UNCI.dcm", "RG3_UNCR.dcm"}


def check(sentence: str) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*[.]", sentence), sentence
    assert not re.search(r"Traceback|[a-z]Error|Exception|object at|<class", sentence), sentence


def test_there_are_as_many_as_there_should_be() -> None:
    assert len(SOURCES) > 250


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path.rsplit("/data/")[-1])
def test_read_or_refused_in_one_sentence(source: Source, capfd: pytest.CaptureFixture[str]) -> None:
    try:
        frames = list(read_frames(read_bytes(source), longer_side=100))
    except (NotAnImage, NotJudged, UnreadableImage) as error:
        frames, refused = [], error
        check(str(refused))
    assert frames or Path(source.path).name not in RADIOGRAPHS
    for frame in frames:
        if isinstance(frame.outcome, Radiograph):
            assert frame.outcome.pixels.ndim == 2
            assert frame.outcome.pixels.dtype.name in ("uint8", "uint16")
            assert max(frame.outcome.pixels.shape) >= min(100, max(frame.outcome.stored_size))
        else:
            check(str(frame.outcome))
    assert capfd.readouterr() == ("", "")


def test_the_same_on_each_run() -> None:
    assert [item for item in find_sources(FOLDERS) if isinstance(item, Source)] == SOURCES
