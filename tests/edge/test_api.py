"""The edge's public names: few, loaded late, and the example in the docstring runs."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lightbox_edge
from lightbox_edge import bundle

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
HEAVY = (
    *("torch", "onnx", "onnxruntime", "openvino", "textual", "pydicom", "tokenizers", "PIL", "tqdm"),
    "reportlab",
)


def test_the_names_are_few_and_all_there() -> None:
    assert len(lightbox_edge.__all__) <= 12
    assert list(lightbox_edge.__all__) == sorted(lightbox_edge.__all__)
    assert set(lightbox_edge._HOME) == set(lightbox_edge.__all__)
    for name in lightbox_edge.__all__:
        assert getattr(lightbox_edge, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'surprise'"):
        _ = lightbox_edge.surprise


def test_importing_the_edge_costs_nothing() -> None:
    program = f"import sys, lightbox_edge; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_example_in_the_docstring_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "samples").mkdir()
    for name in ("a.png", "b.png"):
        noise = np.random.default_rng(len(name)).integers(0, 256, (64, 48), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "samples" / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # for the decoder processes
    monkeypatch.setattr(bundle, "default_bundle", lambda: BUNDLE)
    (example,) = doctest.DocTestFinder(recurse=False).find(lightbox_edge, "lightbox_edge")
    source = "".join(one.source for one in example.examples)
    assert source.count("\n") >= 4
    exec(source, {})  # noqa: S102  # the example is what is tested
    shown = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[0] for line in shown] == ["samples/a.png", "samples/b.png"]
    assert {line.split(" ", 1)[1] for line in shown} <= {"flagged", "uncertain", "not flagged", "not judged"}
    assert (tmp_path / "clinic.worklist").is_file()
