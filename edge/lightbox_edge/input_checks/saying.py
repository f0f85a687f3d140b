"""The reasons of the input checks in a reader's language.

A row keeps its reasons in English, some with figures in them. Their codes say what is meant in any language.
"""

from __future__ import annotations

from collections.abc import Mapping

from lightbox_edge.input_checks.reason import Code, codes
from lightbox_edge.languages import Language


def say_reason(reason: str, say: Language) -> str:
    """A row's reason: word for word where the language has it so, else by its code, else in English."""
    if reason in say.sentences:
        return say(reason)
    known = _by_code(say)
    return next((known[code] for code in codes([reason]) if code in known), reason)


def _by_code(say: Language) -> Mapping[str, str]:
    """The sentences that the language has."""
    english, said = _sentences(Language("en", "English")), _sentences(say)
    return {code: words for code, words in said.items() if words != english[code]}


def _sentences(say: Language) -> dict[Code, str]:
    return {
        "low_resolution": say("The picture has too few pixels: get the film itself and not its preview."),
        "blank": say("The picture is nearly blank: expose or scan the film again."),
        "underexposed": say("Most of the picture is plain white: take or scan the film again."),
        "overexposed": say("Most of the picture is plain black: take or scan the film again."),
        "not_chest": say("It does not look like a frontal chest X-ray, so a person must look at it."),
        "lateral": say("It is a lateral view: screen the frontal film of the patient."),
        "cropped": say("It looks like a part of a chest film: screen the whole film."),
        "inverted": say("Black and white seem to be the wrong way round, but not for certain."),
        "inverted_corrected": say(
            "Black and white were the wrong way round and were put right before it was judged."
        ),
        "rotated_90": say("It is turned to the left by a quarter: turn it right and screen it again."),
        "rotated_180": say("It is upside down: turn it and screen it again."),
        "rotated_270": say("It is turned to the right by a quarter: turn it left and screen it again."),
        "mirrored": say("Its header says that it is mirrored: mirror it and screen it again."),
        "child": say("It is a child's film, and this bundle knows adults alone: a person must read it."),
    }
