"""One language: English sentences in, its own out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lightbox_edge.errors import LightboxError
from lightbox_edge.languages.reasons import IN_SHORT, code_of
from lightbox_edge.printable import in_one_line


@dataclass(frozen=True, slots=True)
class Language:
    """Says English sentences in another language; ``name`` is what its speakers call it.

    Sentences need no plural: they say "films: 3", for languages count in too many ways.
    """

    code: str
    name: str
    sentences: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, sentence: str, /, **values: object) -> str:
        """The sentence, or the English one where there is none; ``{name}`` in it stands for a value."""
        said = self.sentences.get(sentence) or sentence
        return said.format_map(values) if values else said

    def error(self, error: LightboxError) -> str:
        """What went wrong; in English where the error was not raised with a sentence and its values."""
        return in_one_line(self(error.sentence, **error.values))

    def reason(self, reason: str) -> str:
        """Why a film was not judged, by the code in the reason.

        What the English sentence counts (pixels, a distance) is left out in a translation. A reason without
        a code, of a file that cannot be read, stays as it is.
        """
        code = code_of(reason)
        said = self.sentences.get(IN_SHORT.get(code, ""))
        return f"{said} ({code})." if said else reason


ENGLISH = Language("en", "English")
