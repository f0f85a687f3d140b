"""The kit as it is built here: frozen once, then used as a clinic would, without this Python."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest

from lightbox_edge.languages import languages
from tests.compressed_films import LOSSLESS, compressed_films
from tests.processes import environment, lightbox
from tests.received_films import FILM
from tests.receiving import associate, receiving
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
MEGABYTES = 450  # of the whole kit, with one runtime
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kit of this system is built elsewhere")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("built")
    out, key = place / "kit", place / "maker.key"
    for call in (
        lightbox("keys", "make", key, "--no-passphrase"),
        lightbox("kit", "build", "--bundle", ROOT / "bundles" / "chest-open", "--out", out, "--key", key),
    ):
        done = subprocess.run(call, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    yield out
    shutil.rmtree(out)


@pytest.fixture
def run(kit: Path, tmp_path: Path) -> Run:
    """Run the kit's start file with nothing of this environment: no Python, no network, no writing to it."""

    def started(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*sealed_off(kit), "sh", str(kit / "start-linux.sh"), *map(str, arguments)],
            cwd=tmp_path,
            env=bare(tmp_path),
            capture_output=True,
            text=True,
            check=check,
        )

    return started


def bare(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color"}


def sealed_off(kit: Path) -> list[str]:
    """What mounts the kit read-only, without a network, and runs the rest; empty without namespaces."""
    mounted = f'mount --bind {kit} {kit} && mount -o remount,bind,ro {kit} && exec "$@"'
    call = ["unshare", "-rnm", "sh", "-c", mounted, "sh"]
    possible = shutil.which("unshare") and subprocess.run([*call, "true"], check=False).returncode == 0
    return call if possible else []


def probabilities(stdout: str) -> dict[str, list[float]]:
    """Of each film by the name of its file."""
    films: list[dict[str, Any]] = [json.loads(line) for line in stdout.splitlines()]
    return {Path(film["path"]).name: [one["probability"] for one in film["findings"]] for film in films}


def test_what_lies_in_it_and_what_it_weighs(kit: Path) -> None:
    assert {path.name for path in kit.iterdir()} >= {
        "program", "bundles", "samples", "guide", "keys", "start-linux.sh", "START-LINUX.txt", "LICENSE",
        "THIRD-PARTY.txt",
    }  # fmt: skip
    assert sum(path.stat().st_size for path in kit.rglob("*") if path.is_file()) < MEGABYTES << 20
    assert {path.name for path in (kit / "guide").iterdir()} == {f"guide-{one}.html" for one in languages()}


def test_no_name_of_this_machine_travels_with_it(kit: Path) -> None:
    texts = [*kit.glob("*.txt"), *kit.glob("*.sh"), *(kit / "guide").iterdir()]
    assert [path.name for path in texts if str(ROOT) in path.read_text("utf-8")] == []


def test_everybodys_licence_travels_with_it_and_no_gpl(kit: Path) -> None:
    """What is linked to readline or carries libjpeg's GPL wrapper would be GPL as a whole."""
    told = (kit / "THIRD-PARTY.txt").read_text("utf-8")
    for name in (
        "onnxruntime",
        "numpy",
        "textual-image",
        "python-gdcm",
        "Python ",
        "tokenizers",
        "cryptography",
    ):
        assert re.search(rf"^{name}.*\d", told, re.M), name
    names = {path.name.lower() for path in (kit / "program").rglob("*")}
    assert not [name for name in names if re.search(r"readline|_libjpeg|darkgarden", name)]


def test_what_is_under_the_lgpl_can_be_replaced(kit: Path) -> None:
    """textual-image lies there as files of its own, which are what is imported."""
    assert (kit / "program" / "_internal" / "textual_image" / "widget" / "__init__.py").is_file()


def test_the_samples_are_judged_as_from_source(run: Run, kit: Path, tmp_path: Path) -> None:
    frozen = run("screen", kit / "samples", "--json", "--worklist", "frozen.worklist")
    source = subprocess.run(
        lightbox("screen", kit / "samples", "--json", "--bundle", kit / "bundles" / "chest-open",
                 "--backend", "onnxruntime"),  # the kit's only one
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(probabilities(frozen.stdout)) == 12
    assert probabilities(frozen.stdout) == probabilities(source.stdout)


def test_every_compressed_transfer_syntax_is_read(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    made = compressed_films(folder)
    judged = probabilities(run("screen", folder, "--json").stdout)
    assert set(judged) == {path.name for path in made.values()}
    plain = judged["plain.dcm"]
    for name in LOSSLESS:
        assert judged[f"{name}.dcm"] == pytest.approx(plain, abs=1e-6), name
    for path in made.values():
        assert judged[path.name] == pytest.approx(plain, abs=0.05), path.name


def test_reports_of_every_kind_are_written(run: Run, kit: Path, tmp_path: Path) -> None:
    film = kit / "samples" / "film-07-monochrome2.dcm"
    run("screen", film, "--worklist", tmp_path / "w.worklist")
    for kind in ("csv", "json", "html", "pdf"):
        out = tmp_path / f"films.{kind}"
        run("report", "--worklist", tmp_path / "w.worklist", "--format", kind, "--out", out)
        assert out.stat().st_size > 500, kind


def test_dicom_objects_are_written(run: Run, kit: Path, tmp_path: Path) -> None:
    film = kit / "samples" / "film-07-monochrome2.dcm"
    run("screen", film, "--worklist", "w.worklist")
    for kind in ("sr", "seg"):
        run("report", "--worklist", "w.worklist", "--format", f"dicom-{kind}", "--out", kind)
        (written,) = (tmp_path / kind).iterdir()
        assert pydicom.dcmread(written).Modality == kind.upper()


def test_films_for_a_distant_reader_are_packed(run: Run, kit: Path, tmp_path: Path) -> None:
    run("screen", kit / "samples" / "film-07-monochrome2.dcm", "--worklist", "w.worklist")
    run("refer", "--make-key", "key.txt")
    run("refer", "--flagged", "--worklist", "w.worklist", "--to", "key.txt.pub", "--out", "p.age", "--yes")
    run("refer", "--open", "p.age", "--identity", "key.txt", "--out", "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as pack:
        assert "film-01.dcm" in pack.namelist()
        assert all(b"SAMPLE-07" not in pack.read(name) for name in pack.namelist())


def test_films_are_received_and_judged(kit: Path, tmp_path: Path) -> None:
    into = ("--into", tmp_path / "in", "--screen", "--json", "--worklist", tmp_path / "w.worklist")
    program = [str(kit / "program" / "lightbox")]
    with receiving(*into, program=program, env=bare(tmp_path)) as (process, port):
        association = associate(port)
        assert association.send_c_store(pydicom.dcmread(FILM)).Status == 0
        association.release()
        assert process.stdout
        assert json.loads(process.stdout.readline())["status"] == "judged"


TOUCHED = (
    "program/lightbox", "program/_internal/base_library.zip", "bundles/chest-open/manifest.json",
    "bundles/chest-open/manifest.json.minisig", "bundles/chest-open/int8_avx2/image_encoder.onnx",
    "samples/film-01-normal.jpg", "guide/guide-sw.html", "start-linux.sh", "KIT.json", "SHA256SUMS",
    "SHA256SUMS.minisig",
)  # fmt: skip


def test_a_byte_changed_anywhere_is_found_and_named(kit: Path) -> None:
    """By the kit's own program: it is the only one that a clinic has."""
    keys = ("--key", kit.parent / "maker.pub", "--key", ROOT / "keys" / "lightbox.pub")
    call = [kit / "program" / "lightbox", "kit", "verify", *keys]
    assert subprocess.run(call, capture_output=True, check=False).returncode == 0
    for name in TOUCHED:
        file = kit / name
        whole = file.read_bytes()
        content = bytearray(whole)
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        try:
            other = lightbox("kit", "verify", kit, *keys) if name == "program/lightbox" else call
            done = subprocess.run(other, env=environment(), capture_output=True, text=True, check=False)
        finally:
            file.write_bytes(whole)
        named = name.removesuffix(".minisig") in done.stdout + done.stderr
        assert (done.returncode, named) == (3, True), (name, done.stderr)


def test_a_workstations_command_says_where_it_runs(run: Run, tmp_path: Path) -> None:
    done = run("quantize", tmp_path, "--images", tmp_path, "--out", tmp_path / "out", check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_start_file_asks_and_opens_the_review(kit: Path, tmp_path: Path) -> None:
    """Double click, a folder, the list: with no network, from a write-protected place."""
    environment = [f"{name}={value}" for name, value in bare(tmp_path).items()]
    call = [
        *sealed_off(kit),
        "env",
        "-i",
        *environment,
        "LIGHTBOX_LANGUAGE=en",
        "sh",
        str(kit / "start-linux.sh"),
    ]
    terminal = Terminal(tmp_path, "kit", (140, 45), call)
    try:
        terminal.sees("Which folder has the X-rays?")
        terminal.press(str(kit / "samples"), "Enter")
        terminal.sees("explains all keys")  # the tour of a first start
        terminal.press("Enter")
        terminal.sees("Be its first reader")
        terminal.press("Escape")
        terminal.sees("covid-19.jpg", "jpeg-2000.dcm", "Screening is done", without="Be its first reader")
        terminal.press("Enter")
        terminal.sees("▀▀▀", "flags at")  # a film in half-cells
        terminal.press("q", "q")
        terminal.ended()
    finally:
        terminal.close()
    assert list((tmp_path / "Lightbox").glob("*.worklist"))
    assert pydicom.dcmread(kit / "samples" / "film-07-monochrome2.dcm").Modality == "CR"  # as it was
