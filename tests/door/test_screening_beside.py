"""A screening beside its review: the same call, its one line when it fails, its end with the review."""

from __future__ import annotations

import argparse
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships none
import pytest

from lightbox_door.main import parser
from lightbox_door.screening_beside import ScreeningBeside, call
from lightbox_edge.worklist import Worklist

ALL = [
    "--bundle", "b", "--worklist", "w", "--findings", "f", "--precision", "int8", "--backend", "onnxruntime",
    "--device", "cpu", "--threads", "2",
]  # fmt: skip


def parsed(*words: str) -> dict[str, object]:
    """What a command line asks for, but for the review."""
    return {name: value for name, value in vars(parser().parse_args(words)).items() if name != "review"}


@pytest.mark.parametrize(
    "words", [[], ALL, [*ALL, "--site-calibration", "s"], ["--no-site-calibration", "--unsigned"]], ids=len
)
def test_the_screening_is_asked_for_what_the_user_asked(words: list[str]) -> None:
    asked = parser().parse_args(["screen", "--review", *words, "films", "--", "-1.png"])
    assert parsed(*call(asked)) == {name: value for name, value in vars(asked).items() if name != "review"}


def test_no_option_of_screen_is_left_out() -> None:
    """What a new one is given must be handed on, or said here to be of no matter to a screening."""
    more = ["--site-calibration", "s", "--unsigned"]
    asked = vars(parser().parse_args(["screen", "--review", *ALL, *more, "films"]))
    told = {name for name, value in asked.items() if value not in (None, False)}
    handed_on = {word[2:].replace("-", "_") for word in call(argparse.Namespace(**asked)) if word[:2] == "--"}
    assert told == handed_on - {""} | {"name", "command", "paths", "review"}
    assert set(asked) == told | {"json", "no_site_calibration"}


def test_json_and_review_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["screen", "films", "--json", "--review"])
    assert "not allowed with" in capsys.readouterr().err


def arguments(tmp_path: Path, *words: object) -> argparse.Namespace:
    call_of = ["screen", "--review", "--worklist", tmp_path / "w", *words]
    return parser().parse_args([str(word) for word in call_of])


def test_a_screening_that_fails_has_its_sentence_and_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScreeningBeside(arguments(tmp_path, "--bundle", tmp_path / "none", tmp_path)) as screening:
        assert screening.wait() == 3
    assert not screening.is_running
    assert "none" in screening.error
    assert capsys.readouterr().err == f"lightbox: {screening.error}\n"


def test_it_goes_on_until_it_is_done_and_its_rows_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bundle: object
) -> None:
    samples = Path(__file__).parents[2] / "samples" / "film-01-normal.jpg"
    folder = Path(__file__).parents[2] / "bundles" / "chest-open"
    with ScreeningBeside(arguments(tmp_path, "--bundle", folder, samples)) as screening:
        assert screening.is_running
        assert screening.wait() == 0
    assert screening.error == ""
    assert "1 judged" in capsys.readouterr().err
    with Worklist(tmp_path / "w") as worklist:
        assert [row.file for row in worklist.results()] == [str(samples)]


def test_a_review_that_ends_in_an_error_takes_the_screening_along(tmp_path: Path, bundle: object) -> None:
    root = Path(__file__).parents[2]
    asked = arguments(tmp_path, "--bundle", root / "bundles" / "chest-open", root / "samples")
    processes = []

    def interrupted() -> None:
        with ScreeningBeside(asked) as screening:
            processes.append(psutil.Process(screening._process.pid))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not processes[0].is_running()
