"""The files of the languages: read, checked, and written for a person to go on with."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

import msgspec

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.errors import LightboxError
from lightbox_edge.languages.language import ENGLISH, Language
from lightbox_edge.printable import is_line

_HERE = Path(__file__).parent
_LARGEST = 1 << 20  # bytes of a file
_HEAD = """\
# What Lightbox says. On the left the English sentence, which must stay as it is; on the right yours.
# Where the right is empty, the English sentence is said. Words in braces stand for values: keep them all.
# Use it with: lightbox review --language THIS_FILE
"""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language's file."""

    name: str
    sentences: dict[str, str]


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
        read = msgspec.toml.decode(read_at_most(file, _LARGEST), type=_File)
    except OSError as error:
        raise LightboxError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:  # ValueError: TOML, UTF-8, digits
        raise LightboxError(f"{file} is no file of a language: {error}.") from error
    if not all(map(is_line, (read.name, *filter(None, read.sentences.values())))):
        raise LightboxError(f"{file} is no file of a language: its name and sentences must be one line each.")
    for sentence, said in read.sentences.items():
        if said and _values(said) != _values(sentence):
            raise LightboxError(
                f"{file} says {said!r} for {sentence!r}: the words in braces must be the same in both."
            )
    return Language(file.stem, read.name, read.sentences)


def known_sentences() -> tuple[str, ...]:
    """Every English sentence that Lightbox says, in the order of the files: each has all, by test."""
    return tuple(dict.fromkeys(one for code in languages() for one in load_language(code).sentences))


def to_toml(language: Language) -> str:
    """A language as a file to mend: all sentences, empty where it has none."""
    wanted = dict.fromkeys((*known_sentences(), *language.sentences))
    pairs = (f"{_quoted(one)} = {_quoted(language.sentences.get(one, ''))}" for one in wanted)
    return "\n".join([_HEAD, f"name = {_quoted(language.name)}", "", "[sentences]", *pairs, ""])


def _values(sentence: str) -> object:
    """The fields in braces with their formats; braces that do not pair are like no others."""
    try:
        return sorted(field[1:] for field in Formatter().parse(sentence) if field[1] is not None)
    except ValueError:
        return sentence


def _quoted(text: str) -> str:
    """A TOML basic string; what JSON escapes, TOML reads alike."""
    return json.dumps(text, ensure_ascii=False)
