"""Languages are files that a person can mend; what they lack is said in English."""

from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.languages import ENGLISH, languages, load_language


def test_a_sentence_is_said_in_each_language() -> None:
    said = {load_language(code)("Agree") for code in languages()}
    assert len(said) == len(languages()) == 5


def test_a_sentence_that_a_file_lacks_is_said_in_english(tmp_path: Path) -> None:
    file = tmp_path / "rw.toml"
    file.write_text('name = "Ikinyarwanda"\n[sentences]\n"{count} films" = "amafoto {count}"\n', "utf-8")
    language = load_language(str(file))
    assert language.code == "rw"
    assert language("{count} films", count=3) == "amafoto 3"
    assert language("Agree") == "Agree"


def test_braces_of_a_sentence_without_values_are_left_alone() -> None:
    assert ENGLISH("{untouched}") == "{untouched}"


@pytest.mark.parametrize(
    "text", ["", "name = 3", 'name = "x"\n[sentences]\na = 1', "name = 'x'\nother = 1", "\x00"]
)
def test_what_is_no_language_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(LightboxError, match="no file of a language"):
        load_language(str(file))


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(LightboxError, match="en, es, fr, pt, sw"):
        load_language("tlh")
