"""A reason is a sentence with a code that can be read out of it again."""

from __future__ import annotations

from lightbox_edge.input_checks import Reason, codes


def test_a_reason_is_a_sentence_with_its_code() -> None:
    assert str(Reason("blank", "There is nothing on it")) == "There is nothing on it (blank)."


def test_codes_are_read_out_of_reasons() -> None:
    said = (
        str(Reason("rotated_90", "It is turned")),
        "The file (a TIFF) is damaged.",
        "It is (one) of (two).",
    )
    assert codes(said) == ("rotated_90", "two")
    assert codes(()) == ()
