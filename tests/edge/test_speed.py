"""Measuring: real times of a real model, each in its turn, and none of a model that cannot be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import sleep

import msgspec
import numpy as np
import pytest

from lightbox_edge import speed
from lightbox_edge.backends import Session, Tensor
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.judging import Model
from lightbox_edge.machine import Memory
from lightbox_edge.speed import BATCH, Candidate, measure

FP32, INT8 = Candidate("fp32", "onnxruntime"), Candidate("int8", "onnxruntime")


class FakeSession:
    device = "CPU"

    def __init__(self, seconds: float, log: list[tuple[float, int]]) -> None:
        self._seconds, self._log = seconds, log

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        self._log.append((self._seconds, len(inputs["pixels"])))
        sleep(self._seconds)
        return {"image_features": np.zeros((len(inputs["pixels"]), 4), np.float32)}


def with_fp32(bundle: Bundle) -> Bundle:
    (rung,) = bundle.manifest.ladder.values()
    manifest = msgspec.structs.replace(bundle.manifest, ladder={"fp32": rung, "int8": rung})
    return replace(bundle, manifest=manifest)


def fake(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> list[tuple[float, int]]:
    """Sessions that take this long, in the order in which they are opened; what they ran is returned."""
    log: list[tuple[float, int]] = []
    left = iter(seconds)
    monkeypatch.setattr(speed, "open_session", lambda *_: FakeSession(next(left), log))
    return log


def test_a_real_model_takes_time(bundle: Bundle) -> None:
    (precision,) = bundle.manifest.ladder
    one = Candidate(precision, "onnxruntime")
    assert 0.0005 < measure(bundle, [one], 1)[one] < 1


def test_a_second_model_is_the_same_judge_and_measures_nothing(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path))
    first = Model(with_fp32(bundle), backend="onnxruntime", threads=1)
    monkeypatch.setattr(speed, "open_session", None)
    second = Model(with_fp32(bundle), backend="onnxruntime", threads=1)
    assert (second.choice, second.judge) == (first.choice, first.judge)
    assert second.judge.precision == second.choice.precision
    assert second.choice.reason.startswith("It took ")


def test_each_has_its_turn_with_the_batch_of_screening(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = fake(monkeypatch, 0.032, 0.004)
    seconds = measure(with_fp32(bundle), [FP32, INT8], 1)
    assert log[:6] == [(0.032, BATCH), (0.004, BATCH)] * 3
    assert len(log) == 2 * (1 + speed.ROUNDS)
    assert 0.004 <= seconds[FP32] < 0.1
    assert 0.0005 <= seconds[INT8] < seconds[FP32]


def test_what_is_hopelessly_slow_is_not_run_again(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    log = fake(monkeypatch, 1.0, 0.01)
    seconds = measure(with_fp32(bundle), [FP32, INT8], 1, 1)
    assert [one for one, _ in log].count(1.0) == 1
    assert seconds[FP32] == pytest.approx(1.0, abs=0.1)


def test_rounds_end_with_the_time(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "SECONDS", 0.0)
    log = fake(monkeypatch, 0.01, 0.01)
    assert set(measure(with_fp32(bundle), [FP32, INT8], 1)) == {FP32, INT8}
    assert len(log) == 4


def test_what_does_not_fit_together_is_measured_alone(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "read_memory", lambda: Memory(8_000_000, 8_000_000))
    log = fake(monkeypatch, 0.002, 0.001)
    measure(with_fp32(bundle), [FP32, INT8], 1)
    order = [seconds for seconds, _ in log]
    assert order == [0.002] * (1 + speed.ROUNDS) + [0.001] * (1 + speed.ROUNDS)


def test_what_cannot_be_loaded_is_left_out(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions: list[Session | None] = [None, FakeSession(0.001, [])]

    def open_session(*_: object) -> Session:
        session = sessions.pop(0)
        if session is None:
            raise LightboxError("It cannot load the model.")
        return session

    monkeypatch.setattr(speed, "open_session", open_session)
    assert list(measure(with_fp32(bundle), [FP32, INT8], 1)) == [INT8]
    sessions += [None, None]
    with pytest.raises(LightboxError, match="It cannot load the model"):
        measure(with_fp32(bundle), [FP32, INT8], 1)


def test_a_damaged_model_is_not_passed_over(bundle: Bundle) -> None:
    two = with_fp32(bundle)
    damaged = msgspec.structs.replace(two.manifest.ladder["fp32"].image_encoder, sha256="0" * 64)
    rung = msgspec.structs.replace(two.manifest.ladder["fp32"], image_encoder=damaged)
    ladder = two.manifest.ladder | {"fp32": rung}
    manifest = msgspec.structs.replace(two.manifest, ladder=ladder)
    with pytest.raises(BundleError, match="SHA-256"):
        measure(replace(two, manifest=manifest), [INT8, FP32], 1)
