"""Merging: read copies of all worklists, write a new one beside the output, put it in place whole."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from lightbox_edge.decisions import verify
from lightbox_edge.durable import put_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.merging.copies import called, copied, key_of, opened, state
from lightbox_edge.merging.disputes import disputed
from lightbox_edge.merging.outputs import keep_good_copy, let_go, output_among, workplace
from lightbox_edge.merging.records import Merged, Origin
from lightbox_edge.merging.union import unite
from lightbox_edge.worklist import Worklist
from lightbox_edge.worklist_files.beside import BEFORE_MERGE
from lightbox_edge.worklist_files.encrypting import plain_beside


def merge(
    paths: Sequence[Path],
    out: Path,
    one_person: Collection[str] = (),
    passphrases: Sequence[str | None] | None = None,
) -> Merged:
    """Join worklists into one; none of them is written to, but that which has the output's name.

    Args:
        paths: the worklists.
        out: a file that is not there yet, or one of them: it is replaced, and kept with `BEFORE_MERGE`
            behind its name.
        one_person: names of readers that are one person's, though the PINs differ.
        passphrases: of each worklist; None where one is not encrypted, or all are not. The output is
            encrypted if any is, under the first of them.

    Raises:
        LightboxError: a worklist is missing, damaged or in use, its log does not fit together, the disk is
            full; nothing is changed then.
    """
    passphrases = passphrases or [None] * len(paths)
    out = Path(os.path.realpath(out))
    replaces = output_among(paths, out)
    with workplace(out) as folder:
        if replaces is not None:
            let_go(out, passphrases[replaces])
        before = state(out)
        copies = [copied(path, folder / str(number)) for number, path in enumerate(paths)]
        keys = [key_of(*one) for one in zip(paths, copies, passphrases, strict=True)]
        first = next((number for number, key in enumerate(keys) if key is not None), 0)  # encrypted, if any
        fresh = folder / "merged" / out.name
        fresh.parent.mkdir()
        with ExitStack() as stack:
            stack.enter_context(called({fresh: out}))
            sources = [stack.enter_context(opened(*one)) for one in zip(paths, copies, keys, strict=True)]
            made = stack.enter_context(Worklist(fresh, key=keys[first]))
            merged = _merged(paths, out, sources, made, one_person)
            made.fold()
        if state(out) != before:
            raise LightboxError(f"{out} was used while it was merged: nothing was changed; merge again.")
        if replaces is not None:
            let_go(copies[replaces], passphrases[replaces])
            put_durably(copies[replaces], out.with_name(out.name + BEFORE_MERGE))
        put_durably(fresh, out)
    keep_good_copy(out, keys[first])
    if keys[first] is None:
        return merged
    plain = tuple(map(str, plain_beside(out)))
    return msgspec.structs.replace(merged, passphrase_of=str(paths[first]), plain=plain)


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
        None,
        (),
        tuple(Origin(str(path), len(films), chain.entries, chain.head) for path, films, chain in origins),
        len(counts),
        sum(count > 1 for count in counts.values()),
        union.crowded,
        whole.entries,
        whole.head,
        union.namesakes,
        tuple(disputed(made)),
    )
