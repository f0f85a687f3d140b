"""Each target holds over a few hundred inputs, the same ones each time; long runs are in docs/fuzzing.md."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.fuzz.judging import fault_of, judge
from tests.fuzz.places import ROOT
from tests.fuzz.target import Target, WrongValue
from tests.fuzz.targets import BY_NAME
from tests.fuzz.worker import made

SLOW = {"dicom": 100, "deflated": 60}  # inputs, of the targets that take longest over one


def test_every_target_holds() -> None:
    """In a process of its own: workers are forked, which is not for one that runs threads."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--count", "250", "--seed", "3"]
        + [word for name in BY_NAME if name not in SLOW for word in ("--target", name)],
        capture_output=True, encoding="utf-8", cwd=ROOT, check=False,
    )  # fmt: skip
    told = re.findall(r"^([\w-]+): 250 inputs, \d+ s, 0 failures", ran.stdout, re.MULTILINE)
    assert (ran.returncode, set(told)) == (0, set(BY_NAME) - set(SLOW)), ran.stdout + ran.stderr


@pytest.mark.parametrize("name", SLOW)
def test_every_slow_target_holds(name: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--target", name, "--count", str(SLOW[name]), "--seed", "3"],
        capture_output=True, encoding="utf-8", cwd=ROOT, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_same_seed_makes_the_same_inputs() -> None:
    target = BY_NAME["findings"]
    first, again = ([made(target, seed, number) for number in range(60)] for seed in (7, 7))
    assert first == again
    assert first[10:] != [made(target, 8, number) for number in range(60)][10:]


def _failing(data: bytes) -> list[str]:
    raise {b"k": KeyError("x"), b"w": WrongValue("NaN")}[data[:1]]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"k", "exception"), (b"w", "value")],
)
def test_a_failure_is_told_from_a_sentence(data: bytes, kind: str) -> None:
    target = Target("made", _failing, lambda: (data,), lambda data, choose: data)
    failure = judge(target, data)
    assert failure is not None
    assert failure.kind == kind


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("The file is damaged: copy it again.", ""),
        ("The file \x1b[2J is damaged.", "control characters"),
        ("The file \u202e is damaged.", "control characters"),
        ("The file is\ndamaged.", "control characters"),
        (f"The file {'x' * 700} is damaged.", "longer than 700 letters"),
        ("[Errno 2] No such file.", "words of a program"),
        ("The file is damaged", "no full stop"),
    ],
)
def test_what_a_sentence_must_be(sentence: str, fault: str) -> None:
    assert fault_of(sentence) == fault
