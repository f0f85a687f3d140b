"""Where a film is found again: copies, names with slashes in zips, what is gone, places that films share."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError
from lightbox_edge.film_places import Place, place_of, places, sources
from lightbox_edge.reading import Source, find_sources
from tests.edge.merging.laptops import laptop, merged, screened
from tests.reviewed_films import JUDGE

NAME = "disc/a.zip/film.png"


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def there(location: Path, member: str = "") -> list[tuple[tuple[str, ...], int]]:
    return [(one.members, one.bytes) for one in sources(Place("p", str(location), member, 0, None))]


def test_every_listed_member_is_found_again_by_its_names(tmp_path: Path) -> None:
    inner = zipped({"film.png": b"12", "deep/er.zip": zipped({"a/b": b"123"})})
    path = tmp_path / "cd.zip"
    path.write_bytes(zipped({"film.png": b"1", "disc/a.zip": inner, "with/slash/x": b"1234"}))
    listed = [one for one in find_sources([path]) if isinstance(one, Source)]
    assert len(listed) == 4
    for one in listed:
        assert there(path, "/".join(one.members)) == [(one.members, one.bytes)]


def test_of_two_with_one_name_the_member_itself_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "cd.zip"
    path.write_bytes(zipped({"disc/a.zip": zipped({"film.png": b"12"}), NAME: b"1"}))
    assert there(path, NAME) == [((NAME,), 1), (("disc/a.zip", "film.png"), 2)]


@pytest.mark.parametrize("content", [None, b"no zip", zipped({"other": b"1"}), zipped({"disc/a.zip": b"PK"})])
def test_where_nothing_is_there_is_one_without_bytes(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "cd.zip").write_bytes(content)
    assert there(tmp_path / "cd.zip", NAME) == [((NAME,), 0)]
    assert there(tmp_path / "gone.png") == [((), 0)]


def test_a_row_has_its_own_place_also_where_another_film_lay_there() -> None:
    first, second = laptop(), laptop()
    screened(first, 1, 1)
    screened(second, 1, 2)
    both = merged(first, second)
    rows = [ReviewRow(result, judge) for judge, result in both.judged()]
    assert [place_of(both, row).location for row in rows] == ["/media/card/1.png"] * 2
    assert [place_of(both, row).sha256 for row in rows] == ["1" * 64, "2" * 64]
    with pytest.raises(LightboxError, match=r"has no film /media/card/1\.png any more"):
        place_of(first, rows[1])


def test_the_path_asked_for_comes_before_its_copies() -> None:
    worklist = laptop()
    for place in (1, 2, 3):
        screened(worklist, place, 1)
    found = [one.path[-5] for one in places(worklist, JUDGE.id, "1" * 64, "/media/card/2.png")]
    assert found == ["2", "1", "3"]
    assert places(worklist, JUDGE.id, None) == []
