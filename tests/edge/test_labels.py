"""Tables of labels: a round trip, and each mistake named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import PARTS, LabelledFilm, read_labels, write_labels

FINDINGS = ("effusion", "any, abnormality")
HEADER = 'file,dataset,part,effusion,"any, abnormality"\n'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "b.png", "sub/c.png"):
        (folder / name).write_bytes(b"")
    return folder


def sentence(table: Path, images: Path, content: str | bytes) -> str:
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LightboxError) as caught:
        read_labels(table, images, FINDINGS)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(table), "TABLE").replace(str(images), "IMAGES")


_row = st.tuples(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8),
    st.sampled_from(PARTS),
    st.none() | st.booleans(),
    st.none() | st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.tuples(_row, _row, _row))
def test_a_table_comes_back_as_it_was(
    tmp_path: Path, images: Path, rows: tuple[tuple[str, str, bool | None, bool | None], ...]
) -> None:
    files = [images / name for name in ("a.png", "b.png", "sub/c.png")]
    films = [
        LabelledFilm(file, dataset, part, dict(zip(FINDINGS, truths, strict=True)))
        for file, (dataset, part, *truths) in zip(files, rows, strict=True)
    ]
    write_labels(tmp_path / "t.csv", images, films)
    assert read_labels(tmp_path / "t.csv", images, FINDINGS) == films


def test_the_table_that_is_written(tmp_path: Path, images: Path) -> None:
    truths: dict[str, bool | None] = {"effusion": True, "any, abnormality": None}
    write_labels(tmp_path / "t.csv", images, [LabelledFilm(images / "sub/c.png", "nih", "test", truths)])
    assert (tmp_path / "t.csv").read_text() == f"{HEADER}sub/c.png,nih,test,1,\n"


def test_other_columns_and_another_order_are_fine(tmp_path: Path, images: Path) -> None:
    (tmp_path / "t.csv").write_text("note,effusion,part,file,dataset\nx,0,train,b.png,nih\n")
    (film,) = read_labels(tmp_path / "t.csv", images, ["effusion"])
    assert film == LabelledFilm(images / "b.png", "nih", "train", {"effusion": False})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "TABLE has no column 'file': add it, empty where unknown."),
        (
            "file,dataset,part,effusion\n",
            "TABLE has no column 'any, abnormality': add it, empty where unknown.",
        ),
        (HEADER + "a.png,nih,test,2,\n", "TABLE, line 2: 'effusion' is '2'; write 1, 0 or nothing."),
        (HEADER + "a.png,nih,test,1\n", "TABLE, line 2: 'any, abnormality' is None; write 1, 0 or nothing."),
        (
            HEADER + "a.png,nih,test,,\nb.png,nih,tset,,\n",
            "TABLE, line 3: part is 'tset'; write one of train, calibration, test.",
        ),
        (HEADER + "x.png,nih,test,,\n", "TABLE, line 2: there is no file IMAGES/x.png."),
        (HEADER + "sub,nih,test,,\n", "TABLE, line 2: there is no file IMAGES/sub."),
        (HEADER + ",nih,test,,\n", "TABLE, line 2: there is no file IMAGES."),
        (HEADER + "a.png,n,test,,\na.png,n,train,,\n", "TABLE names a.png twice: keep one row."),
    ],
)
def test_each_mistake_is_one_sentence(tmp_path: Path, images: Path, content: str, said: str) -> None:
    assert sentence(tmp_path / "t.csv", images, content) == said


def test_a_short_row_whose_file_comes_last_is_one_sentence(tmp_path: Path, images: Path) -> None:
    short = 'dataset,part,effusion,"any, abnormality",file\nnih,test,1,0\n'
    assert "line 2" in sentence(tmp_path / "t.csv", images, short)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"file\0,dataset"])
def test_a_table_that_is_no_text_is_one_sentence(tmp_path: Path, images: Path, content: bytes) -> None:
    assert sentence(tmp_path / "t.csv", images, content).startswith("T")


def test_a_table_that_is_not_there_is_one_sentence(tmp_path: Path, images: Path) -> None:
    with pytest.raises(LightboxError, match=r"^The labels .*t\.csv cannot be read: "):
        read_labels(tmp_path / "t.csv", images, FINDINGS)
