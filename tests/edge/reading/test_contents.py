"""Bytes are fetched once, with limits, and no further than the first KiB of what is no image."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from lightbox_edge.errors import NotAnImage, UnreadableImage
from lightbox_edge.reading import Limits, Refused, Source, find_sources, read_bytes

PNG = b"\x89PNG\r\n\x1a\n"


def sources(path: Path) -> list[Source]:
    found = list(find_sources([path]))
    assert not [item for item in found if isinstance(item, Refused)]
    return [item for item in found if isinstance(item, Source)]


def zip_of(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_plain_files_and_members_come_whole(tmp_path: Path) -> None:
    data = PNG + os.urandom(5000)
    (tmp_path / "a").write_bytes(data)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("c", data + b"c")
    zip_of(tmp_path / "z", {"b": data + b"b", "inner": inner.getvalue()})
    assert [read_bytes(source) for source in sources(tmp_path)] == [data, data + b"b", data + b"c"]


def test_a_huge_text_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "video").open("wb") as file:
        file.write(b"no picture")
        file.truncate(5 << 30)
    (source,) = sources(tmp_path)
    start = time.monotonic()
    with pytest.raises(NotAnImage):
        read_bytes(source)
    assert time.monotonic() - start < 0.5


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(PNG + bytes(100))
    zip_of(tmp_path / "z", {"b": PNG + bytes(100), "text": b"a text" * 100})
    file, member, text = sources(tmp_path)
    for source in (file, member):
        with pytest.raises(UnreadableImage, match="108 bytes and Lightbox reads up to 100"):
            read_bytes(source, Limits(bytes=100))
    with pytest.raises(NotAnImage):
        read_bytes(text, Limits(bytes=100))


def test_a_bomb_is_told_by_its_ratio_before_it_goes_off(tmp_path: Path) -> None:
    zip_of(tmp_path / "z", {"film": PNG + bytes(70 << 20)})
    (source,) = sources(tmp_path)
    with pytest.raises(UnreadableImage, match="times its size, which no picture does"):
        read_bytes(source)


def test_a_member_longer_than_it_says_is_cut_off(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "z", {"film": PNG + bytes(50_000)})
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\1\2")
    data[entry + 24 : entry + 28] = (2000).to_bytes(4, "little")
    path.write_bytes(data)
    (source,) = sources(path)
    with pytest.raises(UnreadableImage, match="damaged inside its zip"):
        read_bytes(source)


def test_an_empty_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    zip_of(tmp_path / "z", {"b": b""})
    for source in sources(tmp_path):
        with pytest.raises(UnreadableImage, match="is empty"):
            read_bytes(source)


def test_documents_are_no_images(tmp_path: Path) -> None:
    zip_of(tmp_path / "report", {"[Content_Types].xml": b"<x/>"})
    (source,) = sources(tmp_path)
    with pytest.raises(NotAnImage):
        read_bytes(source)


def test_a_zip_that_vanishes_or_changes_is_noticed(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "z", {"a": PNG + b"1", "b": PNG + b"2"})
    first, second = sources(path)
    assert read_bytes(first) == PNG + b"1"
    zip_of(path, {"b": PNG + b"other"})
    assert read_bytes(second) == PNG + b"other"
    with pytest.raises(UnreadableImage, match="no longer in its zip"):
        read_bytes(first)
    path.unlink()
    with pytest.raises(UnreadableImage, match="no longer there"):
        read_bytes(second)


def test_a_file_that_vanishes_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(PNG)
    (source,) = sources(tmp_path)
    (tmp_path / "a").unlink()
    with pytest.raises(UnreadableImage, match="no longer there"):
        read_bytes(source)


def test_a_damaged_member_is_one_sentence_and_the_others_come(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "z", {"a": PNG + b"first" * 400, "b": PNG}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"first") + 1500] ^= 1
    path.write_bytes(data)
    damaged, whole = sources(path)
    with pytest.raises(UnreadableImage, match="damaged inside its zip"):
        read_bytes(damaged)
    assert read_bytes(whole) == PNG


def test_a_zip_of_many_films_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zip_of(tmp_path / "z", {f"{n:04}": PNG + bytes([n % 256]) for n in range(2000)})
    found = sources(path)
    opened: list[object] = []
    real = zipfile.ZipFile.__init__

    def count(self: zipfile.ZipFile, *args: object, **kwargs: object) -> None:
        opened.append(args)
        real(self, *args, **kwargs)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(zipfile.ZipFile, "__init__", count)
    assert [read_bytes(source)[-1] for source in found] == [n % 256 for n in range(2000)]
    assert len(opened) == 1
