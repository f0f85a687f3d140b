"""Every DICOM file of pydicom and pydicom-data goes through the program: judged, or refused in a sentence."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import data_store  # type: ignore[import-untyped]  # it ships none
import pydicom
import pytest
from pydicom.errors import InvalidDicomError

Run = Callable[..., subprocess.CompletedProcess[str]]

COLLECTIONS = {
    "pydicom": (Path(pydicom.__file__).parent / "data", 191),
    "pydicom-data": (Path(data_store.__file__).parent / "data", 68),
}
WITHOUT_PREAMBLE = {  # no_meta.dcm is not one: it starts in the middle of a word, and pydicom reads noise
    "ExplVR_BigEndNoMeta.dcm",
    "ExplVR_LitEndNoMeta.dcm",
    "rtstruct.dcm",
    "OT-PAL-8-face.dcm",
}
RADIOGRAPHS = {f"RG{film}_{form}.dcm" for film in (1, 3) for form in ("J2KI", "J2KR", "UNCI", "UNCR")}
SENTENCE = re.compile(r"[A-Z][^\n]*\.")


def is_dicom(path: Path) -> bool:
    """What pydicom says of it, not our own reader."""
    if path.name in WITHOUT_PREAMBLE:
        return True
    try:
        pydicom.dcmread(path, stop_before_pixels=True)
    except InvalidDicomError:
        return False
    return True


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_file_is_judged_or_refused_in_a_sentence(name: str, screen: Run, tmp_path: Path) -> None:
    folder, at_least = COLLECTIONS[name]
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file() and is_dicom(path))
    assert len(files) >= at_least
    run = screen(folder, "--json", "--worklist", tmp_path / "w.worklist")
    assert run.returncode in (0, 1), run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert len(run.stderr.splitlines()) == 2, run.stderr

    rows = [json.loads(line) for line in run.stdout.splitlines()]
    frames: dict[str, list[str]] = {}
    for row in rows:
        path, _, frame = row["path"].partition("#")
        frames.setdefault(path, []).append(frame)
        if row["status"] == "judged":
            assert row["reasons"] == []
            assert row["findings"]
            assert all(0 <= finding["probability"] <= 1 for finding in row["findings"])
        else:
            assert row["findings"] == []
            assert row["triage"] == "not judged"
            (sentence,) = row["reasons"]
            assert SENTENCE.fullmatch(sentence), sentence
    assert sorted(frames) == files
    for path, numbers in frames.items():
        assert numbers == ([""] if len(numbers) == 1 else [str(n + 1) for n in range(len(numbers))]), path
    statuses = [row["status"] for row in rows]
    print(
        f"\n{name}: {len(files)} DICOM files, {len(rows)} rows:",
        {status: statuses.count(status) for status in sorted(set(statuses))},
    )
    assert (run.returncode == 1) == ("unreadable" in statuses)
    assert not [
        row for row in rows if Path(row["path"]).name in RADIOGRAPHS and row["status"] == "unreadable"
    ]
