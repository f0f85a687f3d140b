"""``lightbox report`` as DICOM objects, of real films by the real bundle, held to the standard.

dciodvfy (dicom3tools) knows the modules and the value sets of PS3.3, dsrdump (DCMTK) parses the whole tree.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_edge.bundle import Bundle
from lightbox_edge.worklist import Worklist
from tests.film_files import PYDICOM_DATA
from tests.received_films import dcmtk
from tests.reported_films import SAMPLES, decide, sha256

highdicom = pytest.importorskip("highdicom")

FILM = SAMPLES / "film-08-monochrome1.dcm"
CALL = ("--threads", "1", "--backend", "onnxruntime")


@pytest.fixture(scope="module")
def worklist(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DICOM samples, a film with spacing and a name from another country, and two decisions."""
    place = tmp_path_factory.mktemp("objects")
    films = [*sorted(SAMPLES.glob("*.dcm")), PYDICOM_DATA / "RG1_UNCR.dcm", SAMPLES / "film-05-8-bit.png"]
    made = place / "w.worklist"
    call = ["screen", *films, "--bundle", bundle.folder, "--worklist", made, *CALL]
    assert main([*map(str, call)]) == 0
    with Worklist(made) as opened:
        decide(opened, sha256(FILM), "Amina Yusuf", "agree", note="Compare with the film of 2024.")
        decide(opened, sha256(FILM), "Björn", "disagree", "second reading", blind=True)
    return made


def report(worklist: Path, bundle: Bundle, kind: str, out: Path, *more: str) -> list[Path]:
    call = ["report", "--format", kind, "--worklist", worklist, "--bundle", bundle.folder, "--out", out]
    assert main([*map(str, call), *more]) == 0
    return sorted(out.iterdir())


@pytest.fixture(scope="module")
def reports(worklist: Path, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return report(worklist, bundle, "dicom-sr", tmp_path_factory.mktemp("reports") / "out")


@pytest.mark.parametrize("kind", ["dicom-sr", "dicom-seg"])
def test_each_dicom_film_has_an_object_without_errors(
    kind: str, worklist: Path, bundle: Bundle, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = report(worklist, bundle, kind, tmp_path / "out")
    assert len(made) == 4
    said = capfd.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "4 objects written into" in said.err
    assert "Films without one: 1 (no DICOM file)." in said.err
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in made} == {0o600}
    [again] = report(worklist, bundle, kind, tmp_path / "again", "--patient", "SAMPLE-09")
    [first] = [one for one in made if one.name == again.name]
    assert first.read_bytes() == again.read_bytes()
    for one in made:
        assert errors(one) == []


@pytest.mark.skipif(not dcmtk("dsrdump"), reason="DCMTK is not here")
def test_dcmtk_reads_the_whole_tree(reports: list[Path]) -> None:
    for one in reports:
        done = subprocess.run(["dsrdump", "+Pl", str(one)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Not a diagnosis." in done.stdout
        assert '(60046008,SCT,"Pleural effusion")' in done.stdout
        if one.name.startswith(sha256(FILM)):
            assert done.stdout.count('"Answer of a reader"') == 2
            assert '"Cardiothoracic ratio, found by a machine"' in done.stdout


def errors(file: Path) -> list[str]:
    """What dciodvfy holds for wrong; nothing where it is not here."""
    program = shutil.which("dciodvfy")
    if program is None:
        return []
    told = subprocess.run([program, "-new", str(file)], capture_output=True, text=True, check=False).stderr
    assert "Comprehensive3DSR" in told or "Segmentation" in told
    return [line for line in told.splitlines() if line.startswith("Error")]


def test_the_check_finds_errors(reports: list[Path], tmp_path: Path) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dicom3tools is not here")
    made = highdicom.sr.srread(reports[0])
    del made.CompletionFlag
    made.save_as(tmp_path / "broken.dcm")
    assert errors(tmp_path / "broken.dcm") != []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a folder for them with --out"),
        (("--out", "file"), "name a folder for them with --out"),
        (("--out", "out", "--per", "patient"), "leave --per patient away"),
        (("--out", "out", "--patient", "nobody"), "No film in"),
    ],
)
def test_a_mistake_is_one_sentence(
    worklist: Path,
    bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    fixed = ["report", "--format", "dicom-sr", "--worklist", str(worklist), "--bundle", str(bundle.folder)]
    assert main([*fixed, *arguments]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert told in said.err
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_without_the_extra_its_name_is_told(
    worklist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "highdicom", None)
    call = ["report", "--format", "dicom-sr", "--worklist", str(worklist), "--out", str(tmp_path / "out")]
    assert main(call) == 2
    told = capsys.readouterr().err
    assert told == "lightbox: DICOM objects need highdicom: pip install 'lightbox-triage[dicom]'.\n"
