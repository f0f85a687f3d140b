"""The choice among candidates: by pace over the runtimes that are there, measured in turn."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.backends import BackendName
from lightbox_edge.errors import LightboxError
from lightbox_quantize import candidates
from lightbox_quantize.candidates import LATE, ROUNDS, Candidate, image_methods, timed

FILM = np.zeros((1, 4, 4), np.float32)


class Clock:
    """Time that passes only when a fake session runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ran: list[tuple[str, str]] = []

    def __call__(self) -> float:
        return self.now


class FakeSession:
    """Takes the milliseconds that its model's bytes say, ten times as long at first."""

    inputs, device = ("pixels",), "CPU"

    def __init__(self, clock: Clock, model: bytes, backend: str) -> None:
        self._clock, self._name, self._backend = clock, model.decode(), backend
        self._runs = count()

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        assert inputs["pixels"].shape == (1, 1, 4, 4)
        taken = float(self._name) * (10 if next(self._runs) == 0 else 1)
        self._clock.now += taken / 1000
        self._clock.ran.append((self._backend, self._name))
        return {}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """OpenVINO refuses whatever takes 3 ms."""
    made = Clock()

    def open_session(model: bytes, backend: BackendName, device: str) -> FakeSession:
        assert device == "cpu"
        if backend == "openvino" and model == b"3":
            raise LightboxError("OpenVINO cannot load the model.")
        return FakeSession(made, model, backend)

    monkeypatch.setattr(candidates, "perf_counter", made)
    monkeypatch.setattr(candidates, "open_session", open_session)
    return made


def test_the_pace_is_the_median_after_the_first_run(clock: Clock) -> None:
    slow, fast = timed([Candidate("slow", b"8"), Candidate("fast", b"2")], FILM)
    assert slow.milliseconds == pytest.approx({"onnxruntime": 8, "openvino": 8})
    assert fast.milliseconds == pytest.approx({"onnxruntime": 2, "openvino": 2})
    assert (slow.method, slow.model) == ("slow", b"8")
    assert slow.pace == pytest.approx(8)


def test_candidates_take_turns(clock: Clock) -> None:
    """So a busy moment strikes all alike."""
    timed([Candidate("a", b"8"), Candidate("b", b"2")], FILM)
    assert clock.ran[: 2 * ROUNDS] == [("onnxruntime", "8"), ("onnxruntime", "2")] * ROUNDS
    assert clock.ran[2 * ROUNDS :] == [("openvino", "8"), ("openvino", "2")] * ROUNDS


def test_the_pace_is_the_geometric_mean_over_runtimes() -> None:
    assert Candidate("", b"", {"onnxruntime": 2.0, "openvino": 8.0}).pace == pytest.approx(4)


def test_a_runtime_that_cannot_load_one_is_infinitely_slow_there(clock: Clock) -> None:
    refused, other = timed([Candidate("refused", b"3"), Candidate("other", b"9")], FILM)
    assert refused.milliseconds == pytest.approx({"onnxruntime": 3, "openvino": inf})
    assert refused.pace == inf
    assert other.pace == pytest.approx(9)


def test_a_runtime_that_loads_none_says_nothing(clock: Clock) -> None:
    """Whether it is not installed, or takes no such graph."""
    (alone,) = timed([Candidate("alone", b"3")], FILM)
    assert alone.milliseconds == pytest.approx({"onnxruntime": 3})
    assert alone.pace == pytest.approx(3)


def test_a_runtime_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()

    def open_session(model: bytes, backend: BackendName, device: str) -> FakeSession:
        if backend == "openvino":
            raise LightboxError("The backend openvino is not installed.")
        return FakeSession(clock, model, backend)

    monkeypatch.setattr(candidates, "perf_counter", clock)
    monkeypatch.setattr(candidates, "open_session", open_session)
    assert [one.milliseconds for one in timed([Candidate("a", b"1"), Candidate("b", b"2")], FILM)] == [
        pytest.approx({"onnxruntime": 1}),
        pytest.approx({"onnxruntime": 2}),
    ]


def test_each_precision_has_its_ways() -> None:
    """Dynamic quantization of a convolutional network would leave it in fp32, so it is no way there."""
    for transformer in (True, False):
        assert list(image_methods("int8_weights", transformer)) == ["weights only"]
    for precision in ("int8", "int8_avx2"):
        assert list(image_methods(precision, transformer=False)) == ["ONNX Runtime static", "NNCF", LATE]
        ways = image_methods(precision, transformer=True)
        assert list(ways) == ["ONNX Runtime static", "NNCF", "ONNX Runtime dynamic"]


def test_what_no_runtime_loads_is_the_slowest() -> None:
    assert Candidate("a way", b"").pace == float("inf")
