"""Merging: read copies of all worklists, write a new one beside the output, put it in place whole.

What comes out depends on what went in and not on its order or grouping, and merging again adds nothing:
rows, readers and the log are united as sets. Compared are all of them but the row numbers of pictures.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from sqlite3 import Connection

from lightbox_edge.decisions import DecisionLog, log, verify
from lightbox_edge.decisions.namesakes import shown_names
from lightbox_edge.durable import put_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.merging import persons, tables
from lightbox_edge.merging.copies import called, copied, opened, state
from lightbox_edge.merging.logs import united
from lightbox_edge.merging.outputs import let_go, output_among, workplace
from lightbox_edge.merging.records import Disputed, Merged, Origin, Said
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist import Worklist

BEFORE = ".before-merge"  # what the old file is called by whose name the output has


def merge(paths: Sequence[Path], out: Path, one_person: Collection[str] = ()) -> Merged:
    """Join worklists into one; none of them is written to, but that which has the output's name.

    Args:
        paths: the worklists.
        out: a file that is not there yet, or one of them: it is replaced, and kept with `BEFORE` behind its
            name.
        one_person: names of readers that are one person's, though the PINs differ.

    Raises:
        LightboxError: a worklist is missing, damaged or in use, its log does not fit together, the disk is
            full; nothing is changed then.
    """
    out = Path(os.path.realpath(out))
    replaces = output_among(paths, out)
    with workplace(out) as folder:
        if replaces is not None:
            let_go(out)
        before = state(out)
        copies = [copied(path, folder / str(number)) for number, path in enumerate(paths)]
        fresh = folder / out.name
        with ExitStack() as stack:
            stack.enter_context(called({fresh: out}))
            sources = [
                stack.enter_context(opened(path, copy)) for path, copy in zip(paths, copies, strict=True)
            ]
            made = stack.enter_context(Worklist(fresh))
            merged = _merged(paths, out, sources, made, one_person)
            made.fold()
        if state(out) != before:
            raise LightboxError(f"{out} was used while it was merged: nothing was changed; merge again.")
        if replaces is not None:
            let_go(copies[replaces])
            put_durably(copies[replaces], out.with_name(out.name + BEFORE))
        put_durably(fresh, out)
    return merged


def _merged(
    paths: Sequence[Path], out: Path, sources: Sequence[Worklist], made: Worklist, one_person: Collection[str]
) -> Merged:
    chains = [verify(source) for source in sources]
    with ExitStack() as stack:
        reading = [stack.enter_context(source.reading()) for source in sources]
        writing = stack.enter_context(made.writing())
        places = _write_rows(reading, writing)
        namesakes = _write_decisions(reading, writing, one_person)
        held = [set(tables.films(one)) for one in (*reading, writing)]
    counts = Counter(film for films in held[:-1] for film in films)
    whole = verify(made)  # the log's postcondition
    return Merged(
        str(out),
        tuple(
            Origin(str(path), len(films), chain.entries, chain.head)
            for path, films, chain in zip(paths, held[:-1], chains, strict=True)
        ),
        len(held[-1]),
        sum(count > 1 for count in counts.values()),
        len(places.crowded),
        whole.entries,
        whole.head,
        namesakes,
        tuple(_disputed(made)),
    )


def _write_rows(sources: Sequence[Connection], made: Connection) -> tables.Places:
    places = tables.Places()
    for source in sources:
        places.see(source)
    tables.add_judges(made, sources)
    for source in sources:
        tables.add_pictures(made, source, places)
        tables.add_films(made, source)
    return places


def _write_decisions(
    sources: Sequence[Connection], made: Connection, one_person: Collection[str]
) -> tuple[str, ...]:
    """The readers and the log; the names of readers that were kept apart."""
    logs = [list(log.links(source)) for source in sources]
    readers = persons.together((one for source in sources for one in persons.registered(source)), one_person)
    names = persons.namesakes(readers)
    persons.refuse_the_untold(names, logs)
    persons.write(made, readers)
    log.write(made, united(logs))
    shown = shown_names(made)
    return tuple(dict.fromkeys(shown[one.registration] for one in readers if one.name in names))


def _disputed(made: Worklist) -> Iterator[Disputed]:
    standings = DecisionLog(made).standings
    for film in standings.films():
        standing = standings.of(film)
        if standing.is_disputed:
            said = (Said(one.reader, one.kind, one.words, one.at) for one in standing.final)
            yield Disputed(_path(made, film), *film, tuple(said))


def _path(made: Worklist, film: FilmKey) -> str:
    """The first path of a film; empty where only decisions on it are left."""
    with made.reading() as connection:
        (found,) = connection.execute(
            "SELECT min(path) FROM picture"
            " WHERE judge IN (SELECT id FROM judge) AND sha256 = ? AND frame = ?",
            film,
        ).fetchone()
    return found or ""
