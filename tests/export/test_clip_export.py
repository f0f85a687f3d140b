"""``lightbox export`` for image-text models: from the published folder to films that are screened."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tokenizers import Tokenizer

from lightbox_door.main import main
from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.manifest import OperatingPoint, Target
from lightbox_edge.text import encode_sentences
from lightbox_export.clip.words import set_lengths
from lightbox_export.export_clip import export_clip
from lightbox_export.recipe import load_recipe
from lightbox_export.teachers import load_teachers
from lightbox_export.wanted import wanted_findings
from tests.export.published import write_biomedclip, write_clip, write_siglip
from tests.processes import SHIM, environment, kill_when, lightbox

Film = Callable[[int], NDArray[np.uint8]]

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
NO_NETWORK = """

def guard(event, _arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"the network was touched: {event}")

sys.addaudithook(guard)
"""


@pytest.fixture(scope="session")
def biomedclip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """BiomedCLIP's architecture at full size with random weights, 784 MB; gone after the session."""
    folder = tmp_path_factory.mktemp("published")
    write_biomedclip(folder / "BiomedCLIP")
    yield folder / "BiomedCLIP"
    shutil.rmtree(folder)


def sealed(place: Path) -> dict[str, str]:
    """The environment of a process with every socket forbidden."""
    (place / "sitecustomize.py").write_text(SHIM.read_text() + NO_NETWORK)
    return environment(place)


def test_biomedclip_at_full_size_with_the_network_forbidden(biomedclip: Path, tmp_path: Path) -> None:
    """One command to an fp32 bundle, one to screen with it."""
    out, env = tmp_path / "bundle", sealed(tmp_path)
    proof = subprocess.run(
        [sys.executable, "-c", "import socket; socket.socket()"], env=env, capture_output=True, check=False
    )
    assert proof.returncode != 0
    export = lightbox("export", "biomedclip", "--source", biomedclip, "--images", SAMPLES, "--out", out)
    done = subprocess.run(export, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr == f"The bundle is {out}: now run lightbox quantize.\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bundle", "sitecustomize.py"]

    bundle = open_bundle(out)
    verify_bundle(bundle)
    manifest, rung = bundle.manifest, bundle.manifest.ladder["fp32"]
    assert manifest.name == "biomedclip"
    assert manifest.licence == "MIT"
    assert manifest.findings == load_recipe("chest-open").findings()
    assert manifest.logit_scale == pytest.approx(1 / 0.07)
    assert (manifest.preprocessing.input_size, manifest.preprocessing.mean, manifest.preprocessing.std) == (
        224,
        0.0,
        1.0,
    )
    assert 344e6 < rung.image_encoder.bytes < 348e6
    assert set(rung.operating_points.values()) == {OperatingPoint(1.0, 0.0, 0.5, 0.5)}
    assert rung.out_of_distribution is None
    assert rung.results == ()
    assert manifest.text_encoder
    assert manifest.text_encoder.max_tokens == 256
    features = np.load(out / manifest.text_features.path)
    assert features.shape == (len(descriptor_sentences(manifest.findings)) // 2, 2, 512)
    assert np.linalg.norm(features, axis=2) == pytest.approx(1, abs=1e-5)
    assert "Nothing was measured on labelled films" in (out / "MODEL_CARD.md").read_text("utf-8")
    assert "| BiomedCLIP (microsoft/BiomedCLIP-" in (out / "LICENCES.md").read_text("utf-8")

    screen = lightbox("screen", SAMPLES, "--unsigned", "--bundle", out, "--precision", "fp32", "--json")
    done = subprocess.run(
        [*screen, "--worklist", tmp_path / "w.worklist"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) >= 10
    refused = [Path(one["path"]).name for one in told if one["status"] != "judged"]
    assert refused == ["not-a-chest-film.png"]
    assert all(0 < finding["probability"] < 1 for one in told for finding in one["findings"])


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    write_clip(folder)
    return folder


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Path:
    """More than two hundred films."""
    folder = tmp_path_factory.mktemp("films")
    for number in range(208):
        Image.fromarray(film(number)).resize((64, 64)).save(folder / f"{number:03}.png")
    return folder


def test_siglip_with_many_films_learns_what_is_usual(films: Path, tmp_path: Path) -> None:
    """Its words are padded to the full length, on the laptop as in its own library."""
    write_siglip(tmp_path / "siglip", descriptor_sentences(load_recipe("chest-open").findings()))
    (tmp_path / "findings.toml").write_text(
        '[[finding]]\nname = "effusion"\nthreshold = 0.7\n'
        'descriptors = [["There is a pleural effusion.", "There is no pleural effusion."]]\n'
    )
    out = tmp_path / "bundle"
    call = ["export", "medsiglip", "--source", str(tmp_path / "siglip"), "--images", str(films)]
    assert main([*call, "--findings", str(tmp_path / "findings.toml"), "--out", str(out)]) == 0
    bundle = open_bundle(out)
    rung = bundle.rung("fp32")
    assert rung.operating_points == {"effusion": OperatingPoint(1.0, 0.0, 0.7, 0.7)}
    assert rung.out_of_distribution
    statistics = np.load(out / rung.out_of_distribution.statistics.path)
    assert statistics.shape == (33, 32)
    shipped = np.load(out / bundle.manifest.text_features.path)[0]
    spoken = encode_sentences(bundle, ["There is a pleural effusion.", "There is no pleural effusion."])
    assert spoken == pytest.approx(shipped, abs=1e-5)
    openvino = encode_sentences(bundle, ["There is a pleural effusion.", "no"], "openvino")
    assert openvino[0] == pytest.approx(shipped[0], abs=1e-4)


def test_labels_calibrate_and_test(small_clip: Path, films: Path, tmp_path: Path) -> None:
    parts = ["train", "calibration", "calibration", "test"]
    rows = [f"{one:03}.png,made,{parts[one % 4]},{one // 4 % 2}" for one in range(160)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,dataset,part,effusion", *rows, ""]))
    (tmp_path / "findings.toml").write_text(
        '[[finding]]\nname = "effusion"\ndescriptors = [["There is fluid.", "There is none."]]\n'
    )
    out = tmp_path / "bundle"
    call = ["export", "clip", "--source", str(small_clip), "--images", str(films), "--out", str(out)]
    call += ["--findings", str(tmp_path / "findings.toml"), "--labels", str(tmp_path / "labels.csv")]
    assert main(call) == 0
    rung = open_bundle(out).rung("fp32")
    point = rung.operating_points["effusion"]
    assert point.set_for == Target("sensitivity", 0.9)
    assert point.sensitivity is not None
    assert point.sensitivity >= 0.9
    (result,) = rung.results
    assert (result.dataset, result.positives, result.negatives) == ("made test", 20, 20)
    assert rung.out_of_distribution
    assert "Nothing was measured" not in (out / "MODEL_CARD.md").read_text("utf-8")


def test_a_kill_during_export_leaves_the_old_bundle_and_the_next_run_clears_up(
    small_clip: Path, bundle: Bundle, tmp_path: Path
) -> None:
    """``kill -9`` as soon as the image encoder's export has begun."""
    out = tmp_path / "bundle"
    shutil.copytree(bundle.folder, out)
    place = tmp_path / "site"
    place.mkdir()
    call = lightbox("export", "clip", "--source", small_clip, "--images", SAMPLES, "--out", out)
    kill_when(lambda: list(tmp_path.glob(".bundle.unfinished-*")), call, sealed(place))
    assert open_bundle(out).identity == bundle.identity
    verify_bundle(open_bundle(out))
    assert list(tmp_path.glob(".bundle.unfinished-*"))
    with pytest.raises(LightboxError, match="stopped"), new_bundle(out):
        raise LightboxError("stopped")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bundle", "site"]
    assert open_bundle(out).identity == bundle.identity


def test_a_graph_that_differs_from_torch_leaves_no_bundle(
    small_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The laptop's tokenizer is made to disagree with the teacher's own: parity covers it too."""
    import lightbox_export.clip.hf_clip as module

    def without_the_end(tokenizer: Tokenizer, *arguments: Any) -> Tokenizer:
        set_lengths(tokenizer, *arguments)
        tokenizer.enable_truncation(4)
        return tokenizer

    monkeypatch.setattr(module, "set_lengths", without_the_end)
    call = ["export", "clip", "--source", str(small_clip), "--images", str(SAMPLES)]
    assert main([*call, "--out", str(tmp_path / "bundle")]) == 2
    assert "The exported text_features differ from torch's (cosine " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["biomedclip"], "biomedclip is an image-text model and needs --images."),
        (["litemedsam", "--images", "x"], "litemedsam is a segmenter and needs --bundle."),
        (["chest-open"], "chest-open is a recipe and needs --data."),
        (
            ["biomedclip", "--images", "x", "--data", "y"],
            "--data does not go with biomedclip, which is an image-text model.",
        ),
        (
            ["litemedsam", "--images", "x", "--bundle", "y", "--labels", "z"],
            "--labels does not go with litemedsam, which is a segmenter.",
        ),
        (
            ["biomedclib", "--images", "x"],
            "There is no teacher or recipe 'biomedclib': name one of biomedclip, open_clip",
        ),
        (["chest-open", "--images", "x"], "--images does not go with chest-open, which is a recipe."),
        (
            ["medsam", "--images", "x", "--bundle", "y"],
            "MedSAM is not fetched: get it from https://zenodo.org/records/10689643 and name the file",
        ),
        (["biomedclip", "--images", "nowhere"], "nowhere does not exist: check the spelling."),
    ],
)
def test_a_wrong_call_is_one_sentence(
    tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments, "--out", str(tmp_path / "bundle")]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"lightbox: {said}")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_films_is_one_sentence(small_clip: Path, tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    with pytest.raises(LightboxError, match="holds fewer than 2 films that can be read"):
        export_clip(
            load_teachers()["clip"], str(small_clip), tmp_path / "films", None, None, tmp_path / "bundle"
        )
    assert [one.name for one in tmp_path.iterdir()] == ["films"]


@pytest.mark.parametrize(
    ("content", "labels", "said"),
    [
        ('name = "x"', False, "'x' has no descriptors, and a new bundle has none: add them."),
        (
            'name = "x"\nthreshold = 0.3\ndescriptors = [["a", "b"]]',
            True,
            "sets a threshold for 'x', and --labels measures it: drop one.",
        ),
    ],
)
def test_findings_that_cannot_be_exported_are_one_sentence(
    tmp_path: Path, content: str, labels: bool, said: str
) -> None:
    file = tmp_path / "findings.toml"
    file.write_text(f"[[finding]]\n{content}\n")
    with pytest.raises(LightboxError) as caught:
        wanted_findings(file, measured=labels)
    assert str(caught.value).endswith(said)


def test_the_recipes_findings_are_the_default() -> None:
    wanted = wanted_findings(None, measured=True)
    assert [one.name for one in wanted.findings] == list(wanted.targets) == list(wanted.assumed)
    assert wanted.targets["any abnormality"] == Target("sensitivity", 0.9)
    assert wanted.assumed["pneumothorax"] == OperatingPoint(1.0, 0.0, 0.5, 0.5)
