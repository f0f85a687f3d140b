"""The form comes back from any spreadsheet, or it is refused in one sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge import LightboxError
from lightbox_edge.referring.answer_form import ANSWERS, GivenAnswer, answer_form, read_answers
from lightbox_edge.referring.films_told import ToldFilm, table

FORM = Path("answers.csv")
ID = "0123456789abcdef" * 2
HEADER = ["referral", "film", "file", "reader", "answer", "seen", "note"]
FILM = ToldFilm(1, "film-01.dcm", "flagged", (), (), None, "chest-open", "1.0", "int8")


def filled(*rows: list[str]) -> bytes:
    return table([HEADER, *rows])


def row(film: int, answer: str, *, reader: str = "Dr Mbeki", seen: str = "", note: str = "") -> list[str]:
    return [ID, str(film), f"film-{film:02}.dcm", reader, answer, seen, note]


def test_a_form_is_read() -> None:
    given = read_answers(
        FORM,
        filled(
            row(1, "Something  Seen", seen="effusion; mass, left"),
            row(2, ""),
            row(3, "repeat", reader="", note="blurred"),
        ),
    )
    assert (given.referral, given.reader) == (ID, "Dr Mbeki")
    assert given.answers == (
        GivenAnswer(2, 1, "something seen", ("effusion", "mass", "left"), ""),
        GivenAnswer(4, 3, "repeat", (), "blurred"),
    )


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_spreadsheet_writes_it_in_its_own_way(separator: str, encoding: str, end: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(
        [HEADER, row(1, "refer", note='"a"; b,\tc')]
    )
    given = read_answers(FORM, out.getvalue().encode(encoding))
    assert given.answers[0].note == '"a"; b, c'


def test_an_empty_form_has_no_answer() -> None:
    with pytest.raises(LightboxError, match="holds no answer"):
        read_answers(FORM, answer_form(ID, [FILM]))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no form of a referral"),
        (b"PK\3\4\0\0", "is no form of a referral"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (b"referral,film\n", "is no form of a referral"),
        (filled(), "holds no answer"),
        (filled(row(1, "maybe")), "line 2: 'maybe' is no answer"),
        (filled(row(1, "agree")[:5]), "line 2, has 5 cells and the header has 7"),
        (filled(row(0, "agree")), "'0' is no number of a film"),
        (filled([ID, "first", "", "A", "agree", "", ""]), "'first' is no number of a film"),
        (filled(row(1, "agree"), row(1, "repeat")), "answers film 1 more than once"),
        (filled(row(1, "agree"), row(2, "agree", reader="Dr Osei")), "names more than one reader"),
        (filled(row(1, "agree", reader="")), "names no reader"),
        (filled(row(1, "agree", reader="x" * 41)), "the reader's name has 41 letters"),
        (filled(row(1, "nothing seen", seen="mass")), "nothing is seen, and names what"),
        (filled(row(1, "agree"), [ID[::-1], *row(2, "agree")[1:]]), "names more than one referral"),
        (b'referral,film,reader,answer,seen,note\n"', "is no CSV"),
        (b'"a,referral",film,reader,answer,seen,note\n', "is no form of a referral"),
        (b"referral,film,reader,answer,seen,note,Answer\n", "two columns of one name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(LightboxError, match=sentence) as error:
        read_answers(FORM, content)
    assert "\n" not in str(error.value)


_texts = st.text(st.characters(exclude_categories=("C",)), max_size=30)


@given(
    answer=st.sampled_from(ANSWERS[:5]),
    seen=st.lists(_texts, max_size=3),
    note=_texts,
    reader=st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20),
)
def test_whatever_is_written_comes_back(answer: str, seen: list[str], note: str, reader: str) -> None:
    """Also what a spreadsheet would take for a formula, which has an apostrophe on the way."""
    given = read_answers(FORM, filled(row(7, answer, reader=reader, seen=";".join(seen), note=note)))
    (one,) = given.answers
    assert (one.film, one.answer) == (7, answer)
    written = " ".join(note.split())
    assert one.note in (written, written.removeprefix("'"))


@given(content=st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for start in (b"", b"referral,film,reader,answer,seen,note\n"):
        with pytest.raises(LightboxError):
            read_answers(FORM, start + content)
