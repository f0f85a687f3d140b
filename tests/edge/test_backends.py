"""Runtimes: the same features from either, and a sentence where one or its device is missing."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.backends import BackendName, open_session, usable_cpus
from lightbox_edge.bundle import open_bundle
from lightbox_edge.errors import LightboxError

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
SHIPPED = next(iter(open_bundle(BUNDLE).manifest.ladder))
# INT8 sums are exact in both; they round at different places in between (cosine 0.999 was seen).
LEAST_COSINE = 0.98

MISSING = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from lightbox_edge.backends import open_session
from lightbox_edge.errors import LightboxError
try:
    print(type(open_session(open(sys.argv[2], "rb").read(), sys.argv[3], sys.argv[4])).__module__)
except LightboxError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def model() -> bytes:
    bundle = open_bundle(BUNDLE)
    return bundle.read(bundle.rung(SHIPPED).image_encoder)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """Three pictures that are smooth, as films are."""
    size = open_bundle(BUNDLE).manifest.preprocessing.input_size
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    pictures = [2 * np.sin(one * x) * np.cos(y * (4 - one)) for one in (1, 2, 3)]
    return np.stack(pictures)[:, np.newaxis].astype(np.float32)


def missing(modules: str, backend: str, device: str = "cpu") -> str:
    model = BUNDLE / open_bundle(BUNDLE).rung(SHIPPED).image_encoder.path
    done = subprocess.run(
        [sys.executable, "-c", MISSING, modules, str(model), backend, device],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_onnxruntime_and_openvino_agree(model: bytes, pixels: np.ndarray) -> None:
    pytest.importorskip("openvino")
    one, other = (
        open_session(model, name, "cpu", 1).run({"pixels": pixels})["image_features"]
        for name in ("onnxruntime", "openvino")
    )
    assert (one * other).sum(axis=1).min() >= LEAST_COSINE


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_a_batch_is_the_same_as_one_at_a_time(model: bytes, pixels: np.ndarray, backend: BackendName) -> None:
    pytest.importorskip(backend)
    session = open_session(model, backend, "cpu", 1)
    together = session.run({"pixels": pixels})["image_features"]
    alone = [session.run({"pixels": one[np.newaxis]})["image_features"] for one in pixels]
    assert together == pytest.approx(np.concatenate(alone), abs=1e-4)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(3), abs=1e-4)


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_a_result_stays_what_it_was_after_the_next_run(
    model: bytes, pixels: np.ndarray, backend: BackendName
) -> None:
    pytest.importorskip(backend)
    session = open_session(model, backend, "cpu", 1)
    first = session.run({"pixels": pixels[:1]})["image_features"]
    kept = first.copy()
    session.run({"pixels": pixels[1:2]})
    assert np.array_equal(first, kept)


def test_the_number_of_threads_is_honoured(model: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    asked = []
    real = onnxruntime.InferenceSession

    def record(content: bytes, options: onnxruntime.SessionOptions, **more: object) -> object:
        asked.append((options.intra_op_num_threads, options.inter_op_num_threads))
        return real(content, options, **more)

    monkeypatch.setattr(onnxruntime, "InferenceSession", record)
    open_session(model, "onnxruntime", "cpu", 3)
    open_session(model, "onnxruntime", "cpu")
    assert asked == [(3, 1), (usable_cpus(), 1)]


def test_one_thread_starts_no_other(model: bytes) -> None:
    before = threading.active_count(), native_threads()
    session = open_session(model, "onnxruntime", "cpu", 1)
    assert (threading.active_count(), native_threads()) == before
    assert session.device == "CPU"


def native_threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 0


def test_openvino_honours_threads(model: bytes) -> None:
    pytest.importorskip("openvino")
    session = open_session(model, "openvino", "cpu", 1)
    compiled = session._request.get_compiled_model()  # type: ignore[attr-defined]  # its own, to look inside
    assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name() == "f32"


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("content", [b"no model at all", b"", b"\x08\x09"])
def test_bytes_that_are_no_model_are_one_sentence(backend: BackendName, content: bytes) -> None:
    pytest.importorskip(backend)
    with pytest.raises(LightboxError, match=r"cannot load the model|is no ONNX graph") as caught:
        open_session(content, backend, "cpu")
    assert "\n" not in str(caught.value)


def test_a_missing_gpu_is_one_sentence(model: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from lightbox_edge.backends import onnxruntime_backend

    monkeypatch.setattr(onnxruntime_backend, "gpus", list)
    with pytest.raises(LightboxError) as caught:
        open_session(model, "onnxruntime", "gpu")
    assert str(caught.value) == (
        "No GPU is there for onnxruntime, which here run on the CPU alone: use --device cpu."
    )


def test_a_missing_backend_names_what_to_install() -> None:
    told = missing("openvino", "openvino")
    assert told == "The backend openvino is not installed: pip install 'lightbox-triage[openvino]'."
    told = missing("onnxruntime", "onnxruntime")
    assert told == "The backend onnxruntime is not installed: pip install 'lightbox-triage'."


def test_auto_takes_what_is_there() -> None:
    assert missing("openvino", "auto") == "lightbox_edge.backends.onnxruntime_backend"
    pytest.importorskip("openvino")
    assert missing("onnxruntime", "auto") == "lightbox_edge.backends.openvino_backend"


@pytest.mark.parametrize("device", ["auto", "cpu", "gpu"])
def test_no_backend_at_all_is_one_sentence(device: str) -> None:
    told = missing("onnxruntime,openvino", "auto", device)
    assert told == "No backend is installed: pip install 'lightbox-triage'."
