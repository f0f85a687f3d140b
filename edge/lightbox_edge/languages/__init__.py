"""What screens and reports say in the reader's language: a file of sentences that a clinic can mend.

A file is TOML, ``fr.toml`` for French: its language's own name and a table from each English sentence to its
translation. A sentence that it lacks is said in English, so a file that is half done is of use.

>>> from lightbox_edge.languages import ENGLISH, load_language
>>> load_language("fr")("Agree")
"D'accord"
>>> ENGLISH("films: {count}", count=3)
'films: 3'
"""

from lightbox_edge.languages.choosing import choose_language
from lightbox_edge.languages.files import known_sentences, languages, load_language, to_toml
from lightbox_edge.languages.language import ENGLISH, Language

__all__ = [
    "ENGLISH",
    "Language",
    "choose_language",
    "known_sentences",
    "languages",
    "load_language",
    "to_toml",
]
