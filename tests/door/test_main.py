"""The command: help with an example that parses, one sentence for an error, exit codes as documented."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lightbox_door import main as main_module
from lightbox_door.main import COMMANDS, main, parser
from lightbox_edge import Outcome, Result, Worklist, open_bundle
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.reading import Source
from lightbox_edge.results import FindingScore
from lightbox_edge.worklist import FileResults, Judge

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
Told = pytest.CaptureFixture[str]

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "onnx", "nncf"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from lightbox_door.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def worklist(tmp_path: Path) -> Path:
    path = tmp_path / "t.worklist"
    judge = Judge("j", "chest-open", "int8", ("effusion",))
    flagged = Outcome("judged", "flagged", (), (FindingScore("effusion", 0.9, 0.5, True),))
    with Worklist(path) as made:
        made.add_judge(judge)
        for name, outcome in (("ü.png", flagged), ("b.png", Outcome("judged", "not flagged"))):
            row = Result(name, None, "a" * 64, outcome)
            made.commit(judge, [FileResults(Source(name, name, (), 1, 1), row.sha256, (row,))])
    return path


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a picture, a damaged one and a text; decoders find the package where we do."""
    folder = tmp_path / "films"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (64, 48), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "a.png")
    (folder / "b.png").write_bytes((folder / "a.png").read_bytes()[:200])
    (folder / "notes.txt").write_text("no film")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return folder


def lightbox(*arguments: object, program: str | None = None, **environment: str) -> tuple[int, bytes, str]:
    start = ["-m", "lightbox_door"] if program is None else ["-c", program]
    done = subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_the_example_and_the_example_parses(command: str, capsys: Told) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    example = import_module(f"lightbox_door.{command}_command").EXAMPLE
    assert capsys.readouterr().out.endswith(f"\nexample:  {example}\n")
    program, *arguments = shlex.split(example)
    assert program == "lightbox"
    parsed = parser().parse_args(arguments)
    assert parsed.name == command
    assert parsed.command.HELP.endswith(".")


def test_help_lists_every_command_and_the_exit_codes(capsys: Told) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert set(COMMANDS) <= {line.split()[0] for line in told.splitlines() if line.startswith("    ")}
    for code in ("0 done", "1 done, but", "2 the call", "3 the bundle", "130 interrupted"):
        assert code in " ".join(told.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["surprise"], "invalid choice: 'surprise'"),
        (["screen"], "PATH"),
        (["screen", "x", "--threads", "0"], "'0' is no whole number of at least 1"),
        (["screen", "x", "--threads", "many"], "'many' is no whole number of at least 1"),
        (["screen", "x", "--precision", "int4"], "'int4'"),
        (["bundle", "burn"], "'burn'"),
        (["export", "chest-open"], "--out"),
        (["distill", "b", "--images", "x", "--out", "y"], "--student"),
        (["distill", "b", "--role", "text_encoder"], "'text_encoder'"),
    ],
)
def test_a_wrong_call_ends_with_2(arguments: list[str], said: str, capsys: Told) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (LightboxError("A thing is wrong."), 2, "lightbox: A thing is wrong.\n"),
        (BundleError("It is damaged."), 3, "lightbox: It is damaged.\n"),
        (KeyboardInterrupt(), 130, "lightbox: interrupted; run the same command again to go on.\n"),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    def fail(_: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr("lightbox_door.report_command.run", fail)
    assert main(["report"]) == code
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", said)


def test_a_bug_is_not_hidden_as_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: argparse.Namespace) -> int:
        raise ModuleNotFoundError("No module named 'x'", name="x")

    monkeypatch.setattr("lightbox_door.report_command.run", fail)
    with pytest.raises(ModuleNotFoundError):
        main(["report"])


@pytest.mark.parametrize(
    ("command", "needs", "extra"),
    [("export", "torch", "export"), ("distill", "torch", "export"), ("quantize", "onnx", "quantize")],
)
def test_a_missing_extra_is_named(command: str, needs: str, extra: str) -> None:
    example = shlex.split(import_module(f"lightbox_door.{command}_command").EXAMPLE)[1:]
    code, out, err = lightbox(*example, program=WITHOUT)
    assert (code, out) == (2, b"")
    assert err == f"lightbox: '{command}' needs {needs}: pip install 'lightbox-triage[{extra}]'.\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_needs_an_extra_for_its_help(command: str) -> None:
    assert lightbox(command, "--help", program=WITHOUT)[0] == 0


@pytest.mark.parametrize("command", ["report", "review"])
def test_no_worklist_is_a_sentence_and_makes_none(command: str, tmp_path: Path, capsys: Told) -> None:
    path = tmp_path / "nowhere.worklist"
    assert main([command, "--worklist", str(path)]) == 2
    assert capsys.readouterr().err == f"lightbox: There is no worklist {path}: run lightbox screen first.\n"
    assert not path.exists()


def test_a_report_on_stdout_and_in_a_file_are_the_same(worklist: Path, tmp_path: Path, capsys: Told) -> None:
    assert main(["report", "--worklist", str(worklist)]) == 0
    table = capsys.readouterr().out
    header, *rows = csv.reader(io.StringIO(table))
    assert header[:4] == ["path", "sha256", "status", "triage"]
    assert [(row[0], row[3], row[-1]) for row in rows] == [
        ("ü.png", "flagged", "0.9000"),
        ("b.png", "not flagged", ""),
    ]
    out = tmp_path / "out.csv"
    assert main(["report", "--worklist", str(worklist), "--out", str(out)]) == 0
    assert out.read_bytes() == table.encode()
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"2 rows written to {out}.\n")


def test_a_report_that_cannot_be_written_is_a_sentence(worklist: Path, tmp_path: Path, capsys: Told) -> None:
    out = tmp_path / "nowhere" / "out.csv"
    assert main(["report", "--worklist", str(worklist), "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"lightbox: {out} cannot be written: No such file or directory.\n"


def test_a_pipe_carries_utf_8_whatever_the_code_page(worklist: Path) -> None:
    code, out, err = lightbox("report", "--worklist", worklist, PYTHONIOENCODING="cp437", PYTHONUTF8="0")
    assert (code, err) == (0, "")
    assert "ü.png" in out.decode()


def test_a_reader_that_goes_away_ends_it_quietly(worklist: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "lightbox_door", "report", "--worklist", str(worklist)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_bundle_info_names_it_its_use_and_its_figures(capsys: Told) -> None:
    assert main(["bundle", "info", str(BUNDLE)]) == 0
    told = capsys.readouterr().out
    manifest = open_bundle(BUNDLE).manifest
    assert told.startswith(
        f"{manifest.name} {manifest.version}, {manifest.licence}\nSigned by the trusted key "
    )
    assert f".\n{manifest.intended_use}\n" in told
    for precision, rung in manifest.ladder.items():
        assert f"\n{precision}: image encoder {rung.image_encoder.bytes / 1e6:.1f} MB\n" in told
        for one in rung.results:
            assert f"{one.positives} with, {one.negatives} without, {one.dataset}\n" in told
    assert told.count(" AUC ") == sum(len(rung.results) for rung in manifest.ladder.values())


@pytest.mark.parametrize("action", ["info", "verify"])
def test_no_bundle_ends_with_3(action: str, tmp_path: Path, capsys: Told) -> None:
    assert main(["bundle", action, str(tmp_path)]) == 3
    assert capsys.readouterr().err.startswith(f"lightbox: There is no bundle in {tmp_path} (manifest.json: ")


def rows_of(out: str) -> Iterator[dict[str, object]]:
    for line in out.splitlines():
        yield json.loads(line)


def test_screening_one_bad_file_ends_with_1(films: Path, tmp_path: Path, capsys: Told) -> None:
    call = [
        "screen",
        str(films),
        "--bundle",
        str(BUNDLE),
        "--worklist",
        str(tmp_path / "w"),
        "--threads",
        "1",
    ]
    assert main([*call, "--json"]) == 1
    told = capsys.readouterr()
    rows = list(rows_of(told.out))
    assert [row["path"] for row in rows] == [f"{films}/a.png", f"{films}/b.png"]
    assert rows[0]["status"] in ("judged", "not judged")
    assert rows[1]["status"] == "unreadable"
    assert "0 known from before; 1 other files passed over.\n" in told.err
    assert main(call) == 1
    told = capsys.readouterr()
    assert "2 known from before" in told.err
    assert told.out.splitlines()[1].startswith(f"not judged   {films}/b.png  ")


def test_asking_warns_and_keeps_nothing(films: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    (films / "b.png").unlink()
    monkeypatch.chdir(films)
    before = sorted(films.iterdir())
    call = ["ask", "rib fracture", "a.png", "--bundle", str(BUNDLE), "--threads", "1"]
    assert main(call) == 0
    told = capsys.readouterr()
    assert told.err.startswith("The words 'rib fracture' were never validated: ")
    assert told.out.split()[1] == "a.png"
    assert main([*call, "--json"]) == 0
    (row,) = rows_of(capsys.readouterr().out)
    assert row["path"] == "a.png"
    assert sorted(films.iterdir()) == before


def test_no_words_are_a_sentence(capsys: Told) -> None:
    assert main(["ask", " . ", "x"]) == 2
    assert capsys.readouterr().err == (
        "lightbox: There are no words to look for: name a finding, e.g. 'rib fracture'.\n"
    )


def test_every_command_module_is_listed() -> None:
    there = {
        path.stem.removesuffix("_command") for path in Path(main_module.__file__).parent.glob("*_command.py")
    }
    assert there == set(COMMANDS)


def test_a_language_is_written_as_a_file_to_mend(tmp_path: Path, capsys: Told) -> None:
    out = tmp_path / "clinic-fr.toml"
    assert main(["language", "fr", "--out", str(out)]) == 0
    assert capsys.readouterr().err.endswith(f" sentences written to {out}.\n")
    mended = out.read_text("utf-8").replace('"Agree" = "D\'accord"', '"Agree" = "Oui"')
    out.write_text(mended, "utf-8")
    assert main(["language", str(out)]) == 0
    assert capsys.readouterr().out == mended
    assert main(["language"]) == 0
    assert "fr  Français\n" in capsys.readouterr().out


def test_a_language_that_is_not_there_is_a_sentence(worklist: Path, capsys: Told) -> None:
    assert main(["review", "--worklist", str(worklist), "--language", "tlh"]) == 2
    assert "There is no language tlh" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--language", "sw", "--theme", "light", "--no-mouse"], ("sw", "light", False)),
        (["--language", "fr"], ("fr", "ascii", True)),
    ],
)
def test_a_review_speaks_and_looks_as_it_is_told(
    worklist: Path, arguments: list[str], shown: tuple[str, str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lightbox_tui import ReviewApp

    seen = []
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.setattr(
        ReviewApp, "run", lambda app, mouse: seen.append((app._say.code, app.theme.partition("-")[2], mouse))
    )
    assert main(["review", "--worklist", str(worklist), *arguments]) == 0
    assert seen == [shown]
