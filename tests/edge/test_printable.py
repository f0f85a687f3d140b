"""Whatever a file says, a person gets one line of it that no terminal obeys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.printable import LONGEST, escaped, in_one_line, is_line, plain_line, printable

# Control signs, a line separator, one that turns the direction, a lone surrogate, and any other.
TEXTS = st.text(st.sampled_from("\x00\t\n\x1b\x85\u2028\u202e\ud800 a\u00e9") | st.characters())


@given(TEXTS)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for made in (printable(text), escaped(text), in_one_line(text), plain_line(text, 80)):
        assert is_line(f"a{made}")
    assert len(printable(text)) == len(text)
    assert len(in_one_line(text * LONGEST)) <= LONGEST + len(" ... ")


@given(TEXTS, st.integers(1, 20))
def test_a_line_that_is_kept_stays_as_it_is(text: str, longest: int) -> None:
    kept = plain_line(text, longest)
    assert kept.isprintable()
    assert len(kept) <= longest
    assert "  " not in kept
    assert plain_line(kept, longest) == kept.rstrip()


def test_two_names_stay_two() -> None:
    assert escaped("a\x1b") == "a\\x1b" != escaped("a\u202e") == "a\\u202e"
