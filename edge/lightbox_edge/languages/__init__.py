"""What screens and reports say in the reader's language: a file of sentences that a clinic can mend.

A file is TOML, ``fr.toml`` for French: its language's own name and a table from each English sentence to its
translation. A sentence that it lacks is said in English, so a file that is half done is of use.

>>> from lightbox_edge.languages import ENGLISH, load_language
>>> load_language("fr")("Agree")
"D'accord"
>>> ENGLISH("{count} films", count=3)
'3 films'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from lightbox_edge.errors import LightboxError

_HERE = Path(__file__).parent
_LARGEST = 1 << 20  # bytes of a file


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language's file."""

    name: str
    sentences: dict[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """Says English sentences in another language; ``name`` is what its speakers call it."""

    code: str
    name: str
    sentences: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, sentence: str, /, **values: object) -> str:
        """The sentence, or the English one where there is none; ``{name}`` in it stands for a value."""
        said = self.sentences.get(sentence, sentence)
        return said.format_map(values) if values else said


ENGLISH = Language("en", "English")


def languages() -> tuple[str, ...]:
    """The codes of the languages that Lightbox comes with, English first."""
    return (ENGLISH.code, *sorted(file.stem for file in _HERE.glob("*.toml")))


def load_language(code: str) -> Language:
    """One of `languages`, or a file of a clinic's own by its path, ``clinic/fr.toml``.

    Raises:
        LightboxError: there is no such language, or its file is not one.
    """
    if code == ENGLISH.code:
        return ENGLISH
    file = Path(code) if code.endswith(".toml") else _HERE / f"{code}.toml"
    if not file.is_file():
        raise LightboxError(
            f"There is no language {code}: take one of {', '.join(languages())}, or a file of your own."
        )
    try:
        with file.open("rb") as stream:
            read = msgspec.toml.decode(stream.read(_LARGEST), type=_File)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise LightboxError(f"{file} is no file of a language: {error}.") from error
    return Language(file.stem, read.name, read.sentences)
