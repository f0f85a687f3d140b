"""Each language says all that is said and nothing else, at a length that has room where it is shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from rich.cells import cell_len
from textual.binding import Binding

from lightbox_edge.languages import known_sentences, languages, load_language
from lightbox_tui.film_keys import FILM_KEYS
from tests.said_sentences import bindings, literals, said, trees

TRANSLATED = languages()[1:]
all_said = cache(said)


@pytest.mark.parametrize("code", TRANSLATED)
def test_each_sentence_is_there_and_nothing_superfluous(code: str) -> None:
    there = {one for one, words in load_language(code).sentences.items() if words}
    assert sorted(all_said() - there) == [], "not translated"
    assert sorted(there - all_said()) == [], "said nowhere"


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_ends_as_its_sentence_does(code: str) -> None:
    for sentence, words in load_language(code).sentences.items():
        last = sentence[-1]
        assert words[-1] == last if last in ".:?!" else words[-1] not in ".:?!", words


# What 80 columns hold: at most two lines of keys, and the columns of the table of films.
LONGEST = {
    **dict.fromkeys(bindings(trees()), 16),
    **dict.fromkeys(
        (one.description for one in FILM_KEYS if isinstance(one, Binding)), 24
    ),  # in the help alone
    "Keys of the picture": 40,  # a heading of it
    **dict.fromkeys(("flagged", "uncertain", "not flagged", "not judged", "hidden"), 11),
    **dict.fromkeys(("agree", "disagree", "refer", "repeat", "cannot tell", "nothing", "seen"), 11),
    "disputed": 11,
    **dict.fromkeys(("pleural effusion", "lung mass or nodule", "any abnormality", "pulmonary edema"), 19),
}


def _too_long(code: str) -> Iterator[str]:
    say = load_language(code)
    for sentence, most in LONGEST.items():
        if cell_len(say(sentence)) > most:
            yield f"{say(sentence)!r} has {cell_len(say(sentence))} letters and room for {most}"


@pytest.mark.parametrize("code", languages())
def test_nothing_is_longer_than_its_place(code: str) -> None:
    assert list(_too_long(code)) == []


def test_what_is_said_is_found_in_programs() -> None:
    tree = ast.parse(
        'say("a"); self._say("b" "c", x=1); say("d" if x else "e"); raise LightboxError("f {x}", x=2)\n'
        "say(name); say(f'{x}'); LightboxError(f'{x}')\n"
        'class A:\n    BINDINGS = [("k", "act", "g"), Binding("k", "act", "h", group=Binding.Group("i")),\n'
        '        quiet("k", "act", "l")]\n'
        'app.bind("k", "act", description="j")\n'
    )
    assert sorted(literals(tree)) == ["a", "bc", "d", "e", "f {x}"]
    assert sorted(bindings([tree])) == ["g", "h", "i", "j", "l"]


def test_a_file_holds_no_sentence_twice_in_its_own_words() -> None:
    """Two English sentences that differ in a full stop alone are one too many."""
    bare = [one.strip(".:").casefold() for one in known_sentences() if one[-1] in ".:"]
    assert len(bare) == len(set(bare))
