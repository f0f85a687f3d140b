"""A clinic's table: what a spreadsheet writes is read, and each mistake is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightbox_edge.case_table import read_cases, years
from lightbox_edge.cases import Case
from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm, write_labels

FINDINGS = ("effusion", "any, abnormality")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "b.png", "sub/c.png"):
        (folder / name).write_bytes(b"")
    return folder


def read(films: Path, content: str | bytes, part: str | None = None) -> tuple[Case, ...]:
    table = films.parent / "t.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_cases(table, films, FINDINGS, part).cases


def test_what_excel_writes(films: Path) -> None:
    content = '\ufeffFile;Effusion;"ANY, abnormality";Age\r\na.png;1;;63\r\nsub\\c.png; 0 ;1.0;\r\n;;;\r\n'
    assert read(films, content) == (
        Case(films / "a.png", "a.png", {"": {"effusion": True, "any, abnormality": None}}, age="63"),
        Case(films / "sub/c.png", "sub\\c.png", {"": {"effusion": False, "any, abnormality": True}}),
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_separator(films: Path, separator: str) -> None:
    (case,) = read(films, separator.join(("effusion", "file")) + "\n" + separator.join("1a") + ".png\n")
    assert (case.name, case.readings) == ("a.png", {"": {"effusion": True}})


def test_the_tables_of_export_are_tables_here(films: Path) -> None:
    truths: dict[str, bool | None] = {"effusion": True, "any, abnormality": None}
    rows = [
        LabelledFilm(films / name, "nih", part, truths)
        for name, part in (("a.png", "train"), ("b.png", "test"))
    ]
    table = films.parent / "t.csv"
    write_labels(table, films, rows)
    assert read_cases(table, films, FINDINGS).cases == tuple(
        Case(one.file, one.file.name, {"": truths}, one.part, "nih") for one in rows
    )
    (only,) = read_cases(table, films, FINDINGS, "test").cases
    assert only.name == "b.png"


def test_columns_that_mean_nothing_are_told(films: Path) -> None:
    table = films.parent / "t.csv"
    table.write_text("file,note,effusion,\na.png,x,1,\n")
    read_in = read_cases(table, films, FINDINGS)
    assert (read_in.findings, read_in.passed_over) == (("effusion",), ("note",))


def test_films_of_other_parts_need_not_be_there(films: Path) -> None:
    (case,) = read(films, "file,part,effusion\nelsewhere.png,train,1\na.png,test,0\n", "test")
    assert case.name == "a.png"


def test_a_film_has_a_row_for_each_reader(films: Path) -> None:
    first, second = read(films, "file,reader,effusion\na.png,Ada,1\nb.png,Ada,0\n./a.png,Ben,\n")
    assert first.readings == {"Ada": {"effusion": True}, "Ben": {"effusion": None}}
    assert second.readings == {"Ada": {"effusion": False}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "TABLE is empty: it needs a column 'file' and one for each finding."),
        (b"\xff\xfef\x00i\x00", "TABLE is no text in UTF-8: save it again as CSV UTF-8."),
        ("effusion\n1\n", "TABLE has no column 'file': its first line must name the columns."),
        (
            "file,fracture\na.png,1\n",
            (
                "TABLE has no column for any finding of the bundle: "
                "add one or more of effusion, any, abnormality."
            ),
        ),
        ("file,effusion,Effusion\na.png,1,1\n", "TABLE has two columns 'effusion': keep one."),
        ("file,effusion\na.png,-1\n", "TABLE, line 2: 'effusion' is '-1'; write 1, 0 or nothing."),
        ("file,effusion\n\na.png,yes\n", "TABLE, line 3: 'effusion' is 'yes'; write 1, 0 or nothing."),
        (
            "file,effusion\na.png,1,0\n",
            "TABLE, line 2 has 3 cells and the header has 2: quote a cell that holds a separator.",
        ),
        ('file,effusion\n"a.png,1\n', "TABLE, line 2, is no CSV: unexpected end of data."),
        ("file,effusion\n,1\n", "TABLE, line 2 names no file: fill it in or delete the row."),
        ("file,effusion\nx.png,1\n", "TABLE, line 2: there is no file FILMS/x.png."),
        ("file,effusion\nsub,1\n", "TABLE, line 2: there is no file FILMS/sub."),
        (f"file,effusion\n{'x' * 300},1\n", f"TABLE, line 2: there is no file FILMS/{'x' * 300}."),
        ("file,effusion,age\na.png,1,old\n", "TABLE, line 2: age is 'old'; write years, such as 63."),
        (
            "file,effusion\na.png,1\nsub/../a.png,1\n",
            (
                "TABLE, line 3 names sub/../a.png again: "
                "keep one row, or one for each reader with a column 'reader'."
            ),
        ),
        (
            "file,reader,effusion\na.png,Ada,1\na.png,,1\n",
            "TABLE, line 3 names a.png again: keep one row, or one for each reader with a column 'reader'.",
        ),
        (
            "file,reader,sex,effusion\na.png,Ada,F,1\na.png,Ben,M,1\n",
            "TABLE, line 3: sex of a.png is 'M' here and 'F' before: correct one.",
        ),
        (
            "file,effusion\na.png,\n",
            "TABLE says 1 or 0 of no finding on any film: fill in what is confirmed.",
        ),
        ("file,effusion\n", "TABLE says 1 or 0 of no finding on any film: fill in what is confirmed."),
    ],
)
def test_each_mistake_is_one_sentence(films: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(LightboxError) as caught:
        read(films, content)
    told = str(caught.value).replace(str(films.parent / "t.csv"), "TABLE").replace(str(films), "FILMS")
    assert told == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("file,effusion\na.png,1\n", "has no column 'part': add it, or take all films, without --part"),
        ("file,part,effusion\na.png,train,1\nb.png,,1\n", "has no film of part 'test': it has train."),
    ],
)
def test_a_part_that_is_not_there(films: Path, content: str, said: str) -> None:
    with pytest.raises(LightboxError, match=said):
        read(films, content, "test")


def test_no_table_and_no_folder(films: Path) -> None:
    with pytest.raises(
        LightboxError, match=r"^The labels .*no\.csv cannot be read: No such file or directory\.$"
    ):
        read_cases(films / "no.csv", films, FINDINGS)
    with pytest.raises(LightboxError, match=r"^There is no folder .*nowhere: name the one"):
        read_cases(films / "no.csv", films / "nowhere", FINDINGS)


@pytest.mark.parametrize(
    ("age", "expected"), [("63", 63), ("063Y", 63), ("006M", 0.5), ("0.5", 0.5), ("7d", 7 / 365.25)]
)
def test_years(age: str, expected: float) -> None:
    assert years(age) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("age", "why"),
    [
        ("", "could not convert"),
        ("Y", "could not convert"),
        ("old", "could not convert"),
        ("-1", "-1"),
        ("nan", "nan"),
        ("1e9", "1e9"),
    ],
)
def test_no_years(age: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        years(age)
