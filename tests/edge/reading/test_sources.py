"""Files, folders and zips become a sorted list, and nothing stops it."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.reading import Limits, Refused, Source, find_sources
from lightbox_edge.reading import sources as sources_module


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def paths(folder: Path, limits: Limits | None = None) -> list[str]:
    found = find_sources([folder], limits or Limits())
    return [f"{'!' * isinstance(item, Refused)}{item.path.removeprefix(f'{folder}/')}" for item in found]


def refusal(folder: Path, limits: Limits | None = None) -> str:
    (refused,) = [x for x in find_sources([folder], limits or Limits()) if isinstance(x, Refused)]
    assert "\n" not in refused.reason
    return refused.reason


def test_folders_are_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b", "a/2", "a/10", "a/1/x", "B"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert paths(tmp_path) == ["B", "a/1/x", "a/10", "a/2", "b"]


def test_a_source_says_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("films").mkdir()
    Path("films/one").write_bytes(b"12345")
    (source,) = find_sources(["films/"])
    assert isinstance(source, Source)
    assert source.path == "films/one"
    assert source.location == str(tmp_path / "films" / "one")
    assert (source.members, source.bytes) == ((), 5)
    assert source.modified_ns == Path("films/one").stat().st_mtime_ns
    assert pickle.loads(pickle.dumps(source)) == source  # noqa: S301  # our own bytes


def test_a_name_that_is_no_text_is_shown_as_text(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    (source,) = find_sources([tmp_path])
    assert isinstance(source, Source)
    assert source.path.endswith("/\\xff")
    assert os.fsencode(source.location) == raw


def test_a_missing_path_is_an_error_before_anything_is_listed(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match="nowhere does not exist"):
        find_sources([tmp_path, tmp_path / "nowhere"])
    with pytest.raises(LightboxError):
        find_sources([""])


def test_zips_are_folders_also_inside_zips_and_whatever_their_name(tmp_path: Path) -> None:
    inner = zipped(deep=b"1")
    (tmp_path / "cd.bin").write_bytes(zipped(z=b"22", DICOM__IM1=b"333", more=inner))
    found = [item for item in find_sources([tmp_path / "cd.bin"]) if isinstance(item, Source)]
    assert [item.path.rsplit("cd.bin")[1] for item in found] == ["/DICOM/IM1", "/more/deep", "/z"]
    assert [item.members for item in found] == [("DICOM/IM1",), ("more", "deep"), ("z",)]
    assert [item.bytes for item in found] == [3, 1, 2]


def test_zips_in_zips_have_a_limit(tmp_path: Path) -> None:
    data = zipped(film=b"x")
    for _ in range(3):
        data = zipped(next=data)
    (tmp_path / "z").write_bytes(data)
    assert paths(tmp_path, Limits(nesting=4)) == ["z/next/next/next/film"]
    assert paths(tmp_path, Limits(nesting=3)) == ["!z/next/next/next"]
    assert "unpack it" in refusal(tmp_path)


def test_documents_are_no_folders(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(zipped(**{"[Content_Types].xml": b"<x/>", "media": b"x"}))
    (tmp_path / "viewer.jar").write_bytes(zipped(**{"META-INF__MANIFEST.MF": b"x", "icon": b"x"}))
    assert paths(tmp_path) == ["report.docx", "viewer.jar"]


def test_names_that_climb_are_only_names(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(zipped(**{"..__..__etc": b"x", "__abs": b"x"}))
    assert paths(tmp_path) == ["z/../../etc", "z//abs"]


def test_a_dicom_with_a_zip_in_its_preamble_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(b"PK\3\4".ljust(128, b"\0") + b"DICM")
    assert paths(tmp_path) == ["film"]


def test_damaged_and_encrypted_zips_are_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(zipped(a=b"x" * 999)[:-30])
    (tmp_path / "ok").write_bytes(b"x")
    assert paths(tmp_path) == ["!cut", "ok"]
    assert "damaged" in refusal(tmp_path)
    (tmp_path / "cut").unlink()
    data = bytearray(zipped(a=b"x", b=b"y"))
    data[6] |= 1  # the local header of a
    data[data.index(b"PK\1\2") + 8] |= 1  # its entry in the table of contents
    (tmp_path / "locked").write_bytes(data)
    assert paths(tmp_path) == ["locked/b", "!locked", "ok"]
    assert "encrypted" in refusal(tmp_path)


def test_a_zip_of_too_many_files_stops(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(zipped(**{f"{n:03}": b"x" for n in range(20)}))
    assert paths(tmp_path, Limits(members=5)) == [*(f"z/{n:03}" for n in range(5)), "!z"]


def test_a_table_of_contents_that_claims_too_much_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(zipped(**{f"{n:03}" + "n" * 600: b"x" for n in range(20)}))
    assert paths(tmp_path, Limits(members=2)) == ["!z"]


def test_links_that_go_round_are_refused_once(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "film").write_bytes(b"x")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "void").symlink_to("nothing")
    (tmp_path / "z").symlink_to(tmp_path / "a" / "film")
    assert paths(tmp_path) == ["!a/b/up", "a/film", "!self", "!void", "z"]
    assert paths(tmp_path / "void") == [f"!{tmp_path}/void"]


def test_folders_have_a_depth(tmp_path: Path) -> None:
    (tmp_path / "1/2/3").mkdir(parents=True)
    (tmp_path / "1/film").write_bytes(b"x")
    assert paths(tmp_path, Limits(depth=3)) == ["!1/2/3", "1/film"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "film").write_bytes(b"x")
    assert paths(tmp_path) == ["film", "!pipe"]


def test_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").write_bytes(b"x")
    real = os.listdir

    def listdir(path: str) -> list[str]:  # root may open everything, so permissions cannot be tested
        if path.endswith("closed"):
            raise PermissionError
        return real(path)

    monkeypatch.setattr(sources_module.os, "listdir", listdir)
    assert paths(tmp_path) == ["!closed", "open"]
    assert "permissions" in refusal(tmp_path)


def test_listing_holds_no_list(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"x")
    listing = find_sources([tmp_path])
    next(listing)
    (tmp_path / "b").unlink()
    assert isinstance(next(listing), Refused)
