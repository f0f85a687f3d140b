"""Logs of decisions, united: every entry once, in the one order of reading, whichever file it came from."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lightbox_edge.decisions.chain import Link, parts
from lightbox_edge.decisions.history import Moment, moment
from lightbox_edge.decisions.records import Entry


def united(logs: Iterable[Iterable[Link]]) -> list[Link]:
    """The entries of logs that were each walked and fit, with their places in the united log."""
    found: dict[str, tuple[Moment, Link]] = {}
    for log in logs:
        for one in log:
            if one.hash not in found:
                entry = msgspec.json.decode(one.entry, type=Entry)
                before = (found[digest][0] for digest in parts(one.follows))
                found[one.hash] = moment(entry, one.hash, before), one
    in_order = sorted(found.values(), key=lambda made: made[0])
    return [Link(place, one.follows, one.entry, one.hash) for place, (_, one) in enumerate(in_order, 1)]
