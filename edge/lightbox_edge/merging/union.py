"""The union of open worklists, in a new one.

What comes out depends on what went in and not on its order or grouping, and merging again adds nothing:
rows, readers and logs are united as sets. That holds of all tables but for the pictures' row numbers, and
of ranks, which no merged worklist has.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from sqlite3 import Connection

from lightbox_edge.decisions import log
from lightbox_edge.decisions.namesakes import shown_names
from lightbox_edge.merging import persons, tables
from lightbox_edge.merging.logs import united
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist import Worklist


@dataclass(frozen=True, slots=True)
class Union:
    """The films of each source; places at which they had different ones; readers who were kept apart."""

    films: tuple[frozenset[FilmKey], ...]
    crowded: int
    namesakes: tuple[str, ...]


def unite(sources: Sequence[Worklist], made: Worklist, one_person: Collection[str] = ()) -> Union:
    """Write into an empty worklist what several hold, whose logs were each verified.

    Raises:
        LightboxError: a file cannot be read or written, or nobody can tell two readers of one name apart.
    """
    with ExitStack() as stack:
        reading = [stack.enter_context(source.reading()) for source in sources]
        writing = stack.enter_context(made.writing())
        places = _rows(reading, writing)
        namesakes = _decisions(reading, writing, one_person)
        films = tuple(frozenset(tables.films(one)) for one in reading)
    return Union(films, len(places.crowded), namesakes)


def _rows(sources: Sequence[Connection], made: Connection) -> tables.Places:
    places = tables.Places()
    for source in sources:
        places.see(source)
    tables.add_judges(made, sources)
    for source in sources:
        tables.add_pictures(made, source, places)
        tables.add_films(made, source)
    return places


def _decisions(
    sources: Sequence[Connection], made: Connection, one_person: Collection[str]
) -> tuple[str, ...]:
    """Write readers and log; the names of readers that were kept apart."""
    logs = [list(log.links(source)) for source in sources]
    readers = persons.together((one for source in sources for one in persons.registered(source)), one_person)
    names = persons.namesakes(readers)
    persons.refuse_the_untold(names, logs)
    persons.write(made, readers)
    log.write(made, united(logs))
    shown = shown_names(made)
    return tuple(dict.fromkeys(shown[one.registration] for one in readers if one.key in names))
