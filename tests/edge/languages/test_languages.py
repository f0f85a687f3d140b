"""Languages are files that a person can mend; what they lack is said in English."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.input_checks.reason import Code, Reason
from lightbox_edge.languages import (
    ENGLISH,
    Language,
    choose_language,
    known_sentences,
    languages,
    load_language,
    to_toml,
)
from lightbox_edge.languages.reasons import IN_SHORT


def test_a_sentence_is_said_in_each_language() -> None:
    said = {load_language(code)("Agree") for code in languages()}
    assert len(said) == len(languages()) == 5


@pytest.mark.parametrize("lacking", ["", "Agree = ''\n"])
def test_a_sentence_that_a_file_lacks_is_said_in_english(tmp_path: Path, lacking: str) -> None:
    file = tmp_path / "rw.toml"
    file.write_text(
        f'name = "Ikinyarwanda"\n[sentences]\n"films: {{count}}" = "amafoto: {{count}}"\n{lacking}', "utf-8"
    )
    language = load_language(str(file))
    assert language.code == "rw"
    assert language("films: {count}", count=3) == "amafoto: 3"
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


@pytest.mark.parametrize(
    "said", ["amafoto", "amafoto: {n}", "amafoto: {count", "{count} {count}", "{count.x}"]
)
def test_a_translation_that_would_lose_a_value_is_refused(tmp_path: Path, said: str) -> None:
    file = tmp_path / "rw.toml"
    file.write_text(f"name = 'x'\n[sentences]\n'films: {{count}}' = '{said}'\n", "utf-8")
    with pytest.raises(LightboxError, match="the words in braces must be the same"):
        load_language(str(file))


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(LightboxError, match="en, es, fr, pt, sw"):
        load_language("tlh")


@pytest.mark.parametrize("code", languages())
def test_a_written_file_is_read_as_the_same_language(tmp_path: Path, code: str) -> None:
    language = load_language(code)
    file = tmp_path / f"{code}.toml"
    file.write_text(to_toml(language), "utf-8")
    again = load_language(str(file))
    assert (again.code, again.name) == (code, language.name)
    assert tuple(again.sentences) == known_sentences()
    assert {one: said for one, said in again.sentences.items() if said} == language.sentences


@pytest.mark.parametrize(
    ("wanted", "environment", "code"),
    [
        ("sw", {"LIGHTBOX_LANGUAGE": "fr"}, "sw"),
        (None, {"LIGHTBOX_LANGUAGE": "fr", "LANG": "pt_MZ.UTF-8"}, "fr"),
        (None, {"LANG": "pt_MZ.UTF-8"}, "pt"),
        (None, {"LC_ALL": "es_PE", "LC_MESSAGES": "pt", "LANG": "fr_CD.UTF-8"}, "es"),
        (None, {"LC_ALL": "", "LANG": "sw"}, "sw"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_who_chooses_the_language(wanted: str | None, environment: Mapping[str, str], code: str) -> None:
    assert choose_language(wanted, environment).code == code


def test_a_language_named_and_not_there_is_an_error() -> None:
    with pytest.raises(LightboxError, match="no language xx"):
        choose_language(None, {"LIGHTBOX_LANGUAGE": "xx"})


def test_every_code_of_a_reason_has_its_sentence() -> None:
    assert set(IN_SHORT) == set(get_args(Code))


def test_a_reason_is_said_by_its_code() -> None:
    told = str(Reason("blank", "The picture is nearly blank; expose or scan the film again"))
    french = Language("fr", "Français", {IN_SHORT["blank"]: "Le cliché est presque vide"})
    assert french.reason(told) == "Le cliché est presque vide (blank)."
    assert ENGLISH.reason(told) == told
    for other in ("It is cut [off].", "A newer check says so (not_known_here)."):
        assert french.reason(other) == other


def test_an_error_is_said_with_its_values() -> None:
    sentence = "This is not the PIN of {reader}."
    error = LightboxError(sentence, reader="Amina")
    assert str(error) == ENGLISH.error(error) == "This is not the PIN of Amina."
    assert Language("fr", "", {sentence: "PIN faux : {reader}"}).error(error) == "PIN faux : Amina"
    assert ENGLISH.error(LightboxError("{left alone}")) == "{left alone}"
