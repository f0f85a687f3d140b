"""The anomaly ranks of a worklist's films: from their stored patches to their column, all at once."""

from __future__ import annotations

from lightbox_edge.anomaly import FEWEST, anomaly_scores, ranks, references
from lightbox_edge.worklist import Judge, Worklist


def rank_films(worklist: Worklist, judge: Judge) -> None:
    """Rank all films that this judge has judged, unless they are too few or nothing has changed.

    The ranks are written in one transaction, after every result is durable: a run that is cut off leaves
    the ranks of before, and the next one ranks.

    Raises:
        LightboxError: the worklist cannot be written.
    """
    films = worklist.films(judge)
    ranked = [one for one in films.values() if one is not None and one.films == len(films)]
    if len(films) < FEWEST or len(ranked) == len(films):
        return
    chosen = set(references(films))
    against = {key: patches for key, patches in worklist.patches(judge) if key in chosen}
    worklist.rank(judge, ranks(dict(anomaly_scores(worklist.patches(judge), against))))
