"""A pack holds the films, what was said of them and a form; of the patient it holds nothing."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from lightbox_edge import LightboxError, Outcome, Result, Worklist
from lightbox_edge.reading import Source, read_frames
from lightbox_edge.referring import packing as packing_module
from lightbox_edge.referring import referrals
from lightbox_edge.referring.choosing_films import (
    ChosenFile,
    LeftOut,
    files_named,
    films_by_content,
    flagged_films,
)
from lightbox_edge.referring.packing import Packing, PreparedFile
from lightbox_edge.worklist import FileResults
from tests.edge.referring.planted import GIVEN, NAME, NUMBER, traces
from tests.referred_films import JUDGE


def members(packing: Packing) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packing.zipped())) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def test_the_patient_is_nowhere_in_a_pack(packing: Packing, worklist: Worklist) -> None:
    assert traces(packing.zipped()) == []
    packed = members(packing)
    assert sorted(packed) == [
        "READ-ME.txt", "answers.csv", "film-01.tif", "film-03.jpg", "film-04.dcm", "film-05.png", "films.csv",
        "films.json",
    ]  # fmt: skip
    here = {part for row in packing.rows for part in (row.row.film or ("",))[:1]}
    for name, content in packed.items():
        assert traces(content) == [], name
        assert b"063Y" not in content, name
        assert not any(sha256.encode() in content for sha256 in here), name
        assert Path(worklist.path).name.encode() not in content, name


def test_no_time_and_no_owner_stand_in_the_zip(packing: Packing) -> None:
    with zipfile.ZipFile(io.BytesIO(packing.zipped())) as archive:
        for info in archive.infolist():
            assert (info.date_time[:3], info.extra, info.comment) == ((1980, 1, 1), b"", b"")


def test_the_films_are_films(packing: Packing) -> None:
    for name, content in members(packing).items():
        if name.startswith("film-"):
            assert len(list(read_frames(content))) == (2 if name == "film-01.tif" else 1)


def test_what_lightbox_said_goes_with_them(packing: Packing) -> None:
    packed = members(packing)
    told = json.loads(packed["films.json"])
    assert told["referral"] == packing.referral
    assert [(one["film"], one["file"], one["triage"]) for one in told["films"]] == [
        (1, "film-01.tif#1", "not flagged"),
        (2, "film-01.tif#2", "not flagged"),
        (3, "film-03.jpg", "flagged"),
        (4, "film-04.dcm", "flagged"),
        (5, "film-05.png", "flagged"),
    ]
    assert told["films"][2]["findings"][0] == {
        "name": "effusion", "probability": 0.9, "threshold": 0.5, "flagged": True, "validated": True,
    }  # fmt: skip
    assert "knows adults alone" in told["films"][2]["reasons"][0]
    rows = list(csv.DictReader(io.StringIO(packed["films.csv"].decode("utf-8-sig"))))
    assert [row["effusion"] for row in rows] == ["0.1000", "0.1000", "0.9000", "0.9000", "0.9000"]
    form = list(csv.DictReader(io.StringIO(packed["answers.csv"].decode("utf-8-sig"))))
    assert [(row["film"], row["answer"]) for row in form] == [(str(number), "") for number in range(1, 6)]


def test_the_key_table_stays_at_home_and_is_its_owners_alone(packing: Packing, worklist: Worklist) -> None:
    known = referrals.find(worklist.path, packing.referral)
    assert [one.film for one in known.films] == [row.row.film for row in packing.rows]
    folder = Path(f"{worklist.path}.referrals")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in folder.iterdir()] == [0o600]
    assert traces(msgspec.json.encode(known)) == []


def test_a_film_is_packed_once(packing: Packing, worklist: Worklist) -> None:
    again = [packing.add(one) for one in flagged_films(worklist) if isinstance(one, ChosenFile)]
    assert again == [None, None, None]


def test_flagged_films_are_found_again_also_in_a_zip(worklist: Worklist) -> None:
    found = list(flagged_films(worklist))
    assert [len(one.source.members) for one in found if isinstance(one, ChosenFile)] == [0, 0, 1]


def test_a_film_is_found_by_its_content_or_said_to_be_gone(worklist: Worklist, films: Path) -> None:
    (jpeg,) = [row for row in worklist.results() if row.file.endswith(".jpg")]
    (found,) = films_by_content(worklist, [(jpeg.sha256 or "").upper()])
    assert isinstance(found, ChosenFile)
    assert found.rows[0].result == jpeg
    (films / f"{NAME} {GIVEN}.jpg").write_bytes(b"another")
    (gone,) = films_by_content(worklist, [jpeg.sha256 or ""])
    assert isinstance(gone, LeftOut)
    assert "has changed" in gone.reason
    with pytest.raises(LightboxError, match="has no film with the SHA-256"):
        list(films_by_content(worklist, ["f" * 64]))


def test_what_was_not_screened_or_is_broken_is_left_out(worklist: Worklist, films: Path) -> None:
    (films / "new.dcm").write_bytes((films / f"{NAME}.dcm").read_bytes() + b"\0\0")
    (films / "notes.txt").write_text("no film")
    (films / "empty.png").write_bytes(b"")
    left = [one for one in files_named(worklist, [films]) if isinstance(one, LeftOut)]
    assert [(Path(one.path).name, one.reason.split(":")[0]) for one in left] == [
        ("empty.png", "The file is empty"),
        ("new.dcm", "It is not in the worklist"),
    ]


def test_a_film_that_cannot_be_packed_is_left_out(worklist: Worklist, tmp_path: Path) -> None:
    file = tmp_path / "cut.png"
    file.write_bytes((tmp_path / "films" / f"{NUMBER}.tif").read_bytes()[:300])
    row = Result(str(file), None, "a" * 64, Outcome("unreadable", "not judged", ("It is damaged.",)))
    source = Source(str(file), str(file), (), 300, 0)
    worklist.commit(JUDGE, [FileResults(source, "a" * 64, (row,))])
    (chosen,) = [one for one in flagged_films(worklist) if isinstance(one, ChosenFile)][:1]
    packing = Packing(referrals.new_id())
    broken = ChosenFile(source, chosen.rows)
    assert isinstance(packing.add(broken), LeftOut)
    assert packing.rows == ()


def test_a_pack_has_an_end(packing: Packing, worklist: Worklist, monkeypatch: pytest.MonkeyPatch) -> None:
    *first, last = (len(file.content) for file in packing.files if not file.name.endswith(".tif"))
    monkeypatch.setattr(packing_module, "MOST_BYTES", sum(first) + last - 100)  # new UIDs may be shorter
    again = Packing(referrals.new_id())
    chosen = [one for one in flagged_films(worklist) if isinstance(one, ChosenFile)]
    assert [isinstance(again.add(one), PreparedFile) for one in chosen[:-1]] == [True] * len(first)
    with pytest.raises(LightboxError, match="make two packs"):
        again.add(chosen[-1])
