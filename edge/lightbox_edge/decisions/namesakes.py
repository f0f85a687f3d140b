"""Two readers of one name: after a merge a name may have several PINs, of one person or of several.

A registration is a name with the PIN that it was added with; ``person`` is the id of the registrations
that are one person's, the smallest of them. Nothing takes two for one unless somebody says so.
"""

from __future__ import annotations

from collections import defaultdict
from sqlite3 import Connection

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
