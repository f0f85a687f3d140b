"""A bundle that nobody trusted signed runs only when that is said, and then everything says so."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_edge import Screener, Worklist, open_bundle
from lightbox_edge.asking import Asker
from lightbox_edge.bundle_signing import sign_bundle
from lightbox_edge.trust import make_key_pair, open_secret_key
from tests import tiny

Told = pytest.CaptureFixture[str]
RUNTIME = ("--threads", "1", "--backend", "onnxruntime")
SAYS = "is not signed by anybody who is trusted here (unsigned)."


@dataclass(frozen=True, slots=True)
class Made:
    """A film, a file that is none, and a bundle signed, not signed, signed by a stranger, and changed."""

    films: Path
    signed: Path
    unsigned: Path
    stranger: Path
    changed: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, film: tiny.Film) -> Made:
    place = tmp_path_factory.mktemp("unsigned")
    films = tiny.write_films(place / "films", film, 5)
    (place / "films" / "cut.png").write_bytes(films[0].file.read_bytes()[:200])
    tiny.write_bundle(place / "signed", films, segmenter=False, patches=True)
    for name in ("unsigned", "stranger", "changed"):
        shutil.copytree(place / "signed", place / name)
    (place / "unsigned" / "manifest.json.minisig").unlink()
    (place / "stranger.key").write_bytes(make_key_pair(None, "stranger")[0])
    sign_bundle(place / "stranger", open_secret_key(place / "stranger.key", lambda: ""))
    manifest = place / "changed" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"threshold": 0.5', b'"threshold": 0.9'))
    return Made(place / "films", *(place / name for name in ("signed", "unsigned", "stranger", "changed")))


def calls(made: Made, place: Path) -> list[list[str]]:
    """Each command that judges, asks or outlines, without its bundle."""
    films, worklist = str(made.films), str(place / "w.worklist")
    return [
        ["screen", films, "--worklist", worklist, "--json", *RUNTIME],
        ["ask", "there is fluid", films, "--json", *RUNTIME],
        ["regions", films, "--out", str(place / "out"), "--json", *RUNTIME],
    ]


def test_what_nobody_trusted_signed_is_refused(made: Made, tmp_path: Path, capsys: Told) -> None:
    for call in calls(made, tmp_path):
        for bundle, why in ((made.unsigned, "is not signed"), (made.stranger, "is signed by the key")):
            assert main([*call, "--bundle", str(bundle)]) == 3, call
            told = capsys.readouterr()
            assert told.out == ""
            assert (why in told.err, told.err.count("\n")) == (True, 1)
            assert told.err.endswith(", or run it all the same with --unsigned.\n")
    assert not (tmp_path / "w.worklist").exists()


def test_what_was_changed_is_never_run(made: Made, tmp_path: Path, capsys: Told) -> None:
    more = [["bundle", "verify"], ["bundle", "info"], ["doctor"], ["evaluate", "x", "--labels", "y"]]
    for call in calls(made, tmp_path):
        assert main([*call, "--bundle", str(made.changed), "--unsigned"]) == 3, call
        told = capsys.readouterr()
        assert "was changed or damaged" in told.err
        assert "--unsigned" not in told.err
    for call in more:
        named = ["--bundle"] if call[0] != "bundle" else []
        assert main([*call, *named, str(made.changed)]) == 3, call


@pytest.mark.parametrize("which", ["unsigned", "stranger"])
def test_unsigned_is_said_everywhere(made: Made, tmp_path: Path, capsys: Told, which: str) -> None:
    bundle = str(getattr(made, which))
    for call in calls(made, tmp_path):
        assert main([*call, "--bundle", bundle, "--unsigned"]) == 1  # one file cannot be read
        told = capsys.readouterr()
        assert "runs unsigned: nobody who is trusted here answers for it" in told.err
        lines = [json.loads(line) for line in told.out.splitlines()]
        assert lines
        for line in lines:
            if call[0] == "regions":
                assert line["measurements"]["bundle"] == "unsigned"
            else:
                assert line["reasons"][-1].endswith(SAYS), line
    report = ["report", "--worklist", str(tmp_path / "w.worklist")]
    assert main(report) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 6
    assert all(row["reasons"].endswith(SAYS) for row in rows)
    for format_ in ("json", "html"):
        said = [*report, "--format", format_, "--bundle", bundle, "--unsigned", "--pictures", "none"]
        assert main(said) == 0
        page = capsys.readouterr().out
        assert "tiny, unsigned" in page
        assert SAYS.removesuffix(" (unsigned).") in page
    assert main([*report, "--format", "html", "--bundle", bundle]) == 3


def test_rows_of_an_unsigned_bundle_are_not_taken_for_those_of_a_signed_one(made: Made) -> None:
    ids = []
    for bundle in map(open_bundle, (made.signed, made.unsigned, made.stranger)):
        with (
            Worklist(":memory:") as worklist,
            Screener(bundle, worklist, threads=1, backend="onnxruntime") as screener,
        ):
            ids.append(screener.model.judge.id)
            results = list(screener.screen([made.films]))
            says = {any(SAYS in reason for reason in one.outcome.reasons) for one in results}
            assert says == {bundle.signed is None}, "from Python as well"
    assert ids[1] == ids[2] != ids[0]


def test_review_asks_no_unsigned_bundle_unless_it_is_said(made: Made, tmp_path: Path, capsys: Told) -> None:
    Worklist(tmp_path / "w").close()
    assert main(["review", "--worklist", str(tmp_path / "w"), "--bundle", str(made.unsigned)]) == 3
    assert "--unsigned" in capsys.readouterr().err
    asker = Asker(lambda: open_bundle(made.unsigned), str(tmp_path / "w"))
    assert asker._open().model.judge.bundle == "tiny, unsigned"


def test_bundle_verify_says_who_signed(made: Made, capsys: Told) -> None:
    assert main(["bundle", "verify", str(made.signed)]) == 0
    assert "Signed by the trusted key " in capsys.readouterr().out
    for bundle in (made.unsigned, made.stranger):
        assert main(["bundle", "verify", str(bundle)]) == 3
        assert main(["bundle", "verify", "--unsigned", str(bundle)]) == 0
        assert main(["bundle", "info", str(bundle)]) == 0
    assert "is signed by the key" in capsys.readouterr().out


def test_measuring_asks_for_no_signature(made: Made, tmp_path: Path, capsys: Told) -> None:
    """What makes and measures bundles runs before anybody signs them."""
    labels = tmp_path / "labels.csv"
    labels.write_text("file,effusion\n000.png,0\n004.png,1\n")
    call = ["evaluate", str(made.films), "--labels", str(labels), "--json", *RUNTIME]
    assert main([*call, "--bundle", str(made.unsigned)]) == 0
    told = capsys.readouterr()
    assert "signed" not in told.out + told.err
