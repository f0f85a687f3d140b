"""``lightbox doctor`` run for real: facts of this machine, speed, the choice that screening takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest

from lightbox_door.arguments import PRECISIONS
from lightbox_door.doctor_command import told
from lightbox_edge.backends import usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.checkup import Checkup, MeasuredRung, Runtime
from lightbox_edge.choosing import Choice, choose
from lightbox_edge.machine import Cpu, Memory, read_cpu
from lightbox_edge.manifest import Precision
from lightbox_edge.speed import BATCH
from tests.processes import environment, lightbox

BACKENDS = [name for name in ("onnxruntime", "openvino") if find_spec(name)]
Doctor = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def doctor(bundle: Bundle, tmp_path: Path) -> Doctor:
    def run(*arguments: object, folder: Path = bundle.folder) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            lightbox("doctor", "--bundle", folder, *arguments),
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_json_is_true_and_what_screening_takes(doctor: Doctor, bundle: Bundle, tmp_path: Path) -> None:
    done = doctor("--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert list(told) == list(Checkup.__struct_fields__)
    cpu = read_cpu()
    assert told["cpu"] == {"name": cpu.name, "architecture": cpu.architecture, "flags": list(cpu.flags)}
    assert told["usable_cpus"] == usable_cpus()
    assert 0 < told["memory"]["available"] < told["memory"]["total"]
    runtimes = {one["name"]: one["version"] for one in told["runtimes"]}
    assert runtimes == {name: version(name) for name in BACKENDS}
    assert all("CPU" in one["devices"] for one in told["runtimes"])
    ladder = bundle.manifest.ladder
    rows = [(one["precision"], one["backend"], one["bytes"]) for one in told["rungs"]]
    assert rows == [(name, one, ladder[name].image_encoder.bytes) for name in ladder for one in BACKENDS]
    assert all(0.5 < one["single"] < 5000 and 0.5 < one["batch"] < 5000 for one in told["rungs"])
    assert told["batch"] == BATCH
    assert told["worklist"] == str(tmp_path / "lightbox.worklist")
    assert told["worklist_free"] == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2)
    assert not list(tmp_path.iterdir())
    remembered = choose(bundle, "auto", "auto", "auto", told["threads"], measure=no_measuring)
    assert told["choice"] == {
        "precision": remembered.precision,
        "backend": remembered.backend,
        "reason": remembered.reason,
    }


def no_measuring(*_: object) -> dict[object, float]:
    raise AssertionError("the choice was not remembered")


def test_people_get_the_same_in_words(doctor: Doctor, bundle: Bundle, tmp_path: Path) -> None:
    done = doctor("--worklist", tmp_path / "mine.worklist")
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
    assert read_cpu().name in lines["CPU"]
    assert all(flag in lines["CPU flags"] for flag in read_cpu().flags)
    assert str(tmp_path / "mine.worklist") in lines["worklist"]
    assert os.environ["LIGHTBOX_CACHE"] in lines["caches"]
    assert "was refused by its own guard" in lines["network"]
    precision = lines["choice"].removeprefix("choice").split()[0]
    assert precision in bundle.manifest.ladder
    assert lines["bundle"].split()[1] == bundle.manifest.name


def test_a_damaged_bundle_ends_with_3_and_one_sentence(
    doctor: Doctor, bundle: Bundle, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle.folder, copy)
    licences = copy / "LICENCES.md"
    licences.write_text(licences.read_text().replace("a", "b", 1))
    done = doctor(folder=copy)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"lightbox: {licences} is not the file its manifest names (SHA-256): copy the bundle again.\n"
    )
    licences.unlink()
    done = doctor("--json", folder=copy)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert f"{licences} cannot be read" in done.stderr


def test_a_worklist_in_no_folder_is_one_sentence(doctor: Doctor, tmp_path: Path) -> None:
    done = doctor("--worklist", tmp_path / "nowhere" / "w")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"lightbox: The folder of the worklist {tmp_path}/nowhere/w cannot be looked at "
        "(No such file or directory): name another.\n"
    )


def test_the_words_for_an_old_laptop() -> None:
    rungs = (
        MeasuredRung("int8", "onnxruntime", 87_000_000, False, 300.04, 250.0),
        MeasuredRung("int8_avx2", "onnxruntime", 87_000_000, True, 310.0, 260.0),
        MeasuredRung("fp32", "openvino", 345_000_000, True, None, None),
    )
    checkup = Checkup(
        cpu=Cpu("An old CPU", "x86_64", ("avx2",)),
        usable_cpus=4,
        memory=Memory(4_100_000_000, 900_000_000),
        runtimes=(
            Runtime("onnxruntime", "1.31.1", ("CPU",)),
            Runtime("openvino", "2026.4.1", ("CPU", "GPU")),
        ),
        bundle="big",
        bundle_version="3",
        signed_by=None,
        threads=2,
        batch=8,
        rungs=rungs,
        choice=Choice("int8_avx2", "onnxruntime", "So it is."),
        caches="/home/nurse/.cache/lightbox",
        worklist="/home/nurse/lightbox.worklist",
        worklist_free=12_340_000_000,
        network_is_refused=False,
    )
    assert told(checkup).splitlines() == [
        "CPU          An old CPU (x86_64), 4 usable",
        "CPU flags    avx2; no VNNI, so 8-bit sums would saturate",
        "memory       4.1 GB, 0.9 GB free",
        "runtime      onnxruntime 1.31.1: CPU",
        "runtime      openvino 2026.4.1: CPU, GPU",
        "bundle       big 3, every file is the one its manifest names; unsigned",
        "speed        milliseconds a film, 2 threads:",
        "             rung         runtime           MB    single   8 at once",
        "             int8         onnxruntime     87.0     300.0       250.0  left aside",
        "             int8_avx2    onnxruntime     87.0     310.0       260.0",
        "             fp32         openvino       345.0  cannot be loaded",
        "choice       int8_avx2 on onnxruntime. So it is.",
        "caches       /home/nurse/.cache/lightbox",
        "worklist     /home/nurse/lightbox.worklist, 12.3 GB free on its disk",
        "network      The guard that refuses connections is not in force in this process.",
    ]


def test_every_precision_can_be_asked_for() -> None:
    assert ("auto", *get_args(Precision)) == PRECISIONS
