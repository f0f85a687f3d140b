"""Merging: read copies of all worklists, write a new one beside the output, put it in place whole."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

from lightbox_edge.decisions import verify
from lightbox_edge.durable import put_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.merging.copies import called, copied, opened, state
from lightbox_edge.merging.disputes import disputed
from lightbox_edge.merging.outputs import let_go, output_among, workplace
from lightbox_edge.merging.records import Merged, Origin
from lightbox_edge.merging.union import unite
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
        fresh = folder / "merged" / out.name
        fresh.parent.mkdir()
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
    union = unite(sources, made, one_person)
    whole = verify(made)  # the postcondition of the log
    origins = zip(paths, union.films, chains, strict=True)
    counts = Counter(film for films in union.films for film in films)
    return Merged(
        str(out),
        tuple(Origin(str(path), len(films), chain.entries, chain.head) for path, films, chain in origins),
        len(counts),
        sum(count > 1 for count in counts.values()),
        union.crowded,
        whole.entries,
        whole.head,
        union.namesakes,
        tuple(disputed(made)),
    )
