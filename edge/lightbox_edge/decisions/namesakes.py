"""Two readers of one name: after a merge a name may have several PINs, of one person or of several.

A registration is a name with the PIN that it was added with; ``person`` is the id of the registrations
that are one person's, the smallest of them. Nothing takes two for one unless somebody says so.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from sqlite3 import Connection

from lightbox_edge.decisions.records import one_line
from lightbox_edge.errors import LightboxError

_SIGNS = 6  # of a registration, beside a name that is two people's


def shown_names(connection: Connection) -> dict[str, str]:
    """The name that each registration's decisions are shown by, in the order of the names.

    It is the reader's own; where several people have it, with the beginning of the person's id.
    """
    names: dict[str, dict[str, str]] = defaultdict(dict)
    persons: dict[str, tuple[str, str]] = {}
    found = connection.execute(
        "SELECT registration, person, key, name FROM reader ORDER BY key, registration"
    )
    for registration, person, key, name in found:
        names[key].setdefault(person, name)
        persons[registration] = key, person
    return {
        registration: names[key][person]
        if len(names[key]) == 1
        else f"{names[key][person]} ({person[:_SIGNS]})"
        for registration, (key, person) in persons.items()
    }


def registrations(connection: Connection) -> dict[str, list[str]]:
    """Those of each reader by the shown name, in the order of the names."""
    shown: dict[str, list[str]] = defaultdict(list)
    for registration, name in shown_names(connection).items():
        shown[name].append(registration)
    return dict(shown)


def registered(connection: Connection, name: str) -> tuple[str, list[str]]:
    """The reader of that name as it is shown, and the registrations."""
    for shown, own in registrations(connection).items():
        if name_key(shown) == name_key(name):
            return shown, own
    found = connection.execute("SELECT registration FROM reader WHERE key = ?", (name_key(name),)).fetchall()
    if found:
        names = shown_names(connection)
        raise LightboxError(
            "Several readers have this name: sign in as one of {readers}.",
            readers=", ".join(dict.fromkeys(names[one] for (one,) in found)),
        )
    raise LightboxError("There is no reader {name} in this worklist: check the name.", name=repr(name))


def name_key(name: str) -> str:
    """A name without regard to its case and its spaces."""
    return kept_name(name).casefold()


def kept_name(name: str) -> str:
    """A name as it is kept: composed, on one line."""
    return one_line(unicodedata.normalize("NFC", name))
