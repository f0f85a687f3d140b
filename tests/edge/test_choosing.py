"""The choice of a rung: by flags and by times that the tests make up; kept, and lost without harm."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from lightbox_edge import choosing, remembering
from lightbox_edge.backends import BackendName, RealBackendName
from lightbox_edge.bundle import Bundle
from lightbox_edge.choosing import BY_ACCURACY, Choice, choose, decide
from lightbox_edge.errors import BundleError
from lightbox_edge.machine import Cpu
from lightbox_edge.manifest import Precision
from lightbox_edge.speed import Candidate

HASWELL = Cpu("an old laptop", "x86_64", ("avx2",))
ALDER_LAKE = Cpu("a new laptop", "x86_64", ("avx2", "avx_vnni"))
PI = Cpu("a small board", "aarch64", ("asimd",))
Times = Mapping[Candidate, float]


class FakeBackend:
    VERSION = "1.0"

    def __init__(self, *gpus: str) -> None:
        self._gpus = list(gpus)

    def gpus(self) -> list[str]:
        return self._gpus


class Stopwatch:
    """Gives times that were made up, and remembers what it was asked for."""

    def __init__(self, **milliseconds: float) -> None:
        self.milliseconds = milliseconds
        self.asked: list[list[str]] = []

    def __call__(self, bundle: Bundle, candidates: Sequence[Candidate], threads: int) -> Times:
        self.asked.append([f"{one.precision}_{one.backend}" for one in candidates])
        return {
            one: self.milliseconds[name] / 1000
            for one, name in zip(candidates, self.asked[-1], strict=True)
            if name in self.milliseconds
        }


@pytest.fixture(autouse=True)
def _on_an_alder_lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path / "cache"))
    on(monkeypatch, ALDER_LAKE)
    have(monkeypatch, onnxruntime=FakeBackend(), openvino=FakeBackend())


def on(monkeypatch: pytest.MonkeyPatch, cpu: Cpu) -> None:
    monkeypatch.setattr(choosing, "read_cpu", lambda: cpu)


def have(monkeypatch: pytest.MonkeyPatch, **backends: FakeBackend) -> None:
    def installed(backend: BackendName = "auto") -> dict[str, FakeBackend]:
        return {name: one for name, one in backends.items() if backend in ("auto", name)}

    monkeypatch.setattr(choosing, "installed", installed)


def ladder(bundle: Bundle, *precisions: Precision) -> Bundle:
    """The bundle with other names on its rungs, as if it had these."""
    (rung,) = bundle.manifest.ladder.values()
    manifest = msgspec.structs.replace(bundle.manifest, ladder=dict.fromkeys(precisions, rung))
    return replace(bundle, manifest=manifest)


def chosen(bundle: Bundle, watch: Stopwatch, **asked: object) -> Choice:
    call: dict[str, object] = {"precision": "auto", "backend": "auto", "device": "auto", "threads": 2}
    return choose(bundle, measure=watch, **(call | asked))  # type: ignore[arg-type]


def words(choice: Choice) -> tuple[Precision, RealBackendName]:
    return choice.precision, choice.backend


def test_the_fastest_is_taken(bundle: Bundle) -> None:
    watch = Stopwatch(fp32_onnxruntime=290, fp32_openvino=250, int8_onnxruntime=108, int8_openvino=89)
    choice = chosen(ladder(bundle, "int8", "fp32"), watch)
    assert choice == Choice(
        "int8",
        "openvino",
        "It took 89.0 ms a film, int8 on onnxruntime 108.0, "
        "fp32 on openvino 250.0, fp32 on onnxruntime 290.0.",
    )
    assert watch.asked == [["fp32_onnxruntime", "fp32_openvino", "int8_onnxruntime", "int8_openvino"]]


def test_a_measurement_is_announced_and_a_remembered_choice_is_not(
    bundle: Bundle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "lightbox_edge")
    watch = Stopwatch(fp32_onnxruntime=290, int8_onnxruntime=108)
    for _ in range(2):
        chosen(ladder(bundle, "int8", "fp32"), watch, backend="onnxruntime")
    assert [one.message for one in caplog.records] == [
        "Measuring which of 2 models runs fastest here; it takes seconds, once."
    ]


def test_about_as_fast_and_more_accurate_wins(bundle: Bundle) -> None:
    watch = Stopwatch(fp32_onnxruntime=10.9, int8_onnxruntime=10.0)
    choice = chosen(ladder(bundle, "int8", "fp32"), watch, backend="onnxruntime")
    assert choice == Choice(
        "fp32",
        "onnxruntime",
        "It took 10.9 ms a film, is more accurate and about as fast as the fastest, "
        "int8 on onnxruntime with 10.0.",
    )


def test_more_than_a_tenth_is_not_about_as_fast() -> None:
    slow, fast = Candidate("fp32", "onnxruntime"), Candidate("int8", "onnxruntime")
    assert decide({slow: 0.01101, fast: 0.01})[0] == fast
    assert decide({slow: 0.01099, fast: 0.01})[0] == slow


def test_of_equals_the_most_accurate_wins_in_a_fixed_order() -> None:
    equal = {Candidate(one, "openvino"): 0.01 for one in reversed(BY_ACCURACY)}
    won = []
    while equal:
        best, _ = decide(equal)
        won.append(best.precision)
        del equal[best]
    assert won == ["fp32", "int8_weights", "int8", "int8_avx2"]


def test_of_backends_about_as_fast_the_first_wins() -> None:
    first, second = Candidate("int8", "onnxruntime"), Candidate("int8", "openvino")
    best, reason = decide({second: 0.0100, first: 0.0105})
    assert best == first
    assert reason == "It took 10.5 ms a film, about as fast as the fastest, int8 on openvino with 10.0."


def test_without_vnni_int8_is_left_aside(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, HASWELL)
    watch = Stopwatch(fp32_onnxruntime=20, int8_onnxruntime=1, int8_avx2_onnxruntime=11)
    choice = chosen(ladder(bundle, "int8", "int8_avx2", "fp32"), watch, backend="onnxruntime")
    assert watch.asked == [["fp32_onnxruntime", "int8_avx2_onnxruntime"]]
    assert choice == Choice(
        "int8_avx2",
        "onnxruntime",
        "It took 11.0 ms a film, fp32 on onnxruntime 20.0. "
        "int8 is left aside, for this CPU has no VNNI and its 16-bit sums would saturate.",
    )


def test_with_vnni_or_on_arm_int8_stands_for_its_safe_twin(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the same work, so that chance alone would choose between them."""
    for cpu in (ALDER_LAKE, PI):
        on(monkeypatch, cpu)
        watch = Stopwatch(int8_onnxruntime=10.5, int8_avx2_onnxruntime=9, fp32_onnxruntime=30)
        choice = chosen(ladder(bundle, "int8_avx2", "int8", "fp32"), watch, backend="onnxruntime")
        assert choice == Choice(
            "int8",
            "onnxruntime",
            "It took 10.5 ms a film, fp32 on onnxruntime 30.0. "
            "int8_avx2 is left aside, for on this CPU int8 is as fast and more accurate.",
        )
        assert watch.asked == [["fp32_onnxruntime", "int8_onnxruntime"]]


def test_one_candidate_is_taken_unseen(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the CPU is looked at: starting stays as quick as it was."""
    monkeypatch.setattr(choosing, "read_cpu", None)
    watch = Stopwatch()
    for only in ("int8", "int8_avx2"):
        choice = chosen(ladder(bundle, only), watch, backend="onnxruntime")
        assert choice == Choice(only, "onnxruntime", "There is no other.")
    two = ladder(bundle, "int8", "fp32")
    asked = chosen(two, watch, precision="fp32", backend="openvino")
    assert asked == Choice("fp32", "openvino", "There is no other.")
    assert watch.asked == []


def test_an_only_rung_runs_even_without_vnni(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, HASWELL)
    watch = Stopwatch(int8_onnxruntime=10, int8_openvino=20)
    assert words(chosen(ladder(bundle, "int8"), watch)) == ("int8", "onnxruntime")


def test_what_is_left_after_setting_aside_is_taken_unseen(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, HASWELL)
    watch = Stopwatch()
    choice = chosen(ladder(bundle, "int8", "int8_avx2"), watch, backend="openvino")
    assert choice == Choice(
        "int8_avx2",
        "openvino",
        "There is no other. int8 is left aside, for this CPU has no VNNI and its 16-bit sums would saturate.",
    )
    assert watch.asked == []


def test_a_rung_that_is_asked_for_is_not_questioned(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, HASWELL)
    watch = Stopwatch(int8_onnxruntime=10, int8_openvino=5)
    choice = chosen(ladder(bundle, "int8", "int8_avx2"), watch, precision="int8")
    assert words(choice) == ("int8", "openvino")


def test_a_rung_that_is_not_there_is_one_sentence(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match="has no fp32 models: it has int8, int8_avx2"):
        chosen(ladder(bundle, "int8", "int8_avx2"), Stopwatch(), precision="fp32")


@pytest.mark.parametrize("device", ["auto", "gpu"])
def test_a_gpu_takes_the_most_accurate_rung_unmeasured(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    have(monkeypatch, onnxruntime=FakeBackend(), openvino=FakeBackend("GPU.0"))
    watch = Stopwatch(fp32_onnxruntime=20, fp32_openvino=20, int8_onnxruntime=10, int8_openvino=10)
    two = ladder(bundle, "int8", "fp32")
    assert chosen(two, watch, device=device) == Choice(
        "fp32", "openvino", "There is a GPU (GPU.0), and it runs the most accurate rung."
    )
    assert watch.asked == []
    assert words(chosen(two, watch, device="cpu")) == ("int8", "onnxruntime")


def test_a_second_run_measures_nothing_and_chooses_the_same(bundle: Bundle) -> None:
    two = ladder(bundle, "int8", "fp32")
    watch = Stopwatch(fp32_onnxruntime=20, int8_onnxruntime=10)
    first = chosen(two, watch, backend="onnxruntime")
    other = Stopwatch(fp32_onnxruntime=1, int8_onnxruntime=10)
    assert chosen(two, other, backend="onnxruntime") == first
    assert (words(first), other.asked) == (("int8", "onnxruntime"), [])
    anew = chosen(two, other, backend="onnxruntime", again=True)
    assert (words(anew), len(other.asked)) == (("fp32", "onnxruntime"), 1)
    assert chosen(two, watch, backend="onnxruntime") == anew


def test_another_machine_bundle_runtime_or_question_is_measured_again(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = ladder(bundle, "int8", "fp32")
    watch = Stopwatch(fp32_onnxruntime=20, int8_onnxruntime=10, fp32_openvino=20, int8_openvino=10)
    chosen(two, watch)
    chosen(two, watch)
    assert len(watch.asked) == 1
    chosen(two, watch, threads=1)
    chosen(two, watch, backend="onnxruntime")
    chosen(replace(two, identity="another"), watch)
    on(monkeypatch, replace(ALDER_LAKE, name="another"))
    chosen(two, watch)
    on(monkeypatch, replace(ALDER_LAKE, flags=("avx2", "avx_vnni", "amx_int8")))
    chosen(two, watch)
    monkeypatch.setattr(FakeBackend, "VERSION", "1.1")
    chosen(two, watch)
    assert len(watch.asked) == 7


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 5000,
        b"{}",
        b'{"key": "another", "precision": "fp32", "backend": "onnxruntime", "reason": ""}',
        b" " * 100_000,
    ],
    ids=["empty", "cut off", "no UTF-8", "deep", "no fields", "another's", "large"],
)
def test_a_damaged_memory_only_costs_the_measurement(bundle: Bundle, tmp_path: Path, damage: bytes) -> None:
    two = ladder(bundle, "int8", "fp32")
    watch = Stopwatch(fp32_onnxruntime=20, int8_onnxruntime=10)
    first = chosen(two, watch, backend="onnxruntime")
    (kept,) = (tmp_path / "cache" / "choices").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert chosen(two, watch, backend="onnxruntime") == first
    assert len(watch.asked) == 2
    assert kept.read_bytes() == whole


@pytest.mark.parametrize(
    "change",
    [
        {"precision": "int4"},
        {"precision": "int8_avx2"},
        {"backend": "openvino"},
        {"backend": "auto"},
        {"more": 1},
        {"reason": None},
    ],
    ids=str,
)
def test_a_memory_that_names_no_candidate_is_not_believed(
    bundle: Bundle, tmp_path: Path, change: dict[str, object]
) -> None:
    two = ladder(bundle, "int8", "fp32")
    watch = Stopwatch(fp32_onnxruntime=20, int8_onnxruntime=10)
    first = chosen(two, watch, backend="onnxruntime")
    (kept,) = (tmp_path / "cache" / "choices").iterdir()
    kept.write_text(json.dumps(json.loads(kept.read_bytes()) | change))
    assert chosen(two, watch, backend="onnxruntime") == first
    assert len(watch.asked) == 2


def test_a_cache_that_cannot_be_written_only_costs_the_measurement(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(remembering, "cache_folder", lambda _: tmp_path / "file")
    watch = Stopwatch(fp32_onnxruntime=20, int8_onnxruntime=10)
    two = ladder(bundle, "int8", "fp32")
    for times in (1, 2):
        assert words(chosen(two, watch, backend="onnxruntime")) == ("int8", "onnxruntime")
        assert len(watch.asked) == times
