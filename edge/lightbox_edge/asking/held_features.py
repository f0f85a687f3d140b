"""The features of a worklist's films in memory, read once, and then those of new films."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import LightboxError
from lightbox_edge.features import unpack_features
from lightbox_edge.scoring import Features
from lightbox_edge.worklist import Judge, Worklist

_PAGE = 4096  # films read at once


class HeldFeatures:
    """The features of one judge's films in memory, in the order in which they were written."""

    def __init__(self, judge: Judge, worklist: Worklist) -> None:
        self.judge = judge
        self._numbers: list[NDArray[np.int64]] = []
        self._features: list[Features] = []
        self._last = 0
        with worklist.reading() as connection:
            (self.without,) = connection.execute(
                "SELECT count(DISTINCT sha256 || frame) FROM picture WHERE judge = ? AND status = 'judged'"
                " AND NOT EXISTS (SELECT 1 FROM film_features AS have WHERE have.judge = picture.judge"
                " AND have.sha256 = picture.sha256 AND have.frame = picture.frame)",
                (judge.id,),
            ).fetchone()

    @property
    def count(self) -> int:
        return sum(map(len, self._numbers))

    def refresh(self, worklist: Worklist) -> None:
        """Read the films that came since; none is ever taken out or changed."""
        with worklist.reading() as connection:
            new = connection.execute(
                "SELECT rowid, features FROM film_features NOT INDEXED WHERE rowid > ? AND judge = ?"
                " ORDER BY rowid",
                (self._last, self.judge.id),
            )
            while page := new.fetchmany(_PAGE):
                self._features.append(_unpacked(worklist, [features for _, features in page]))
                self._numbers.append(np.array([number for number, _ in page], np.int64))
                self._last = page[-1][0]

    def by_cosine(self, features: Features, but: int) -> Iterator[tuple[int, float]]:
        """Every film's row number and cosine to features, (dimensions,), the highest first, ``but`` one."""
        numbers = np.concatenate(self._numbers)
        # Row by row in this thread: a matrix product's threads wait for each other while a screening runs.
        cosines = np.concatenate([np.vecdot(page, features) for page in self._features])
        for place in np.argsort(-cosines, kind="stable"):
            if numbers[place] != but:
                yield int(numbers[place]), min(1.0, float(cosines[place]))


def _unpacked(worklist: Worklist, films: list[bytes]) -> Features:
    if len(set(map(len, films))) > 1:
        raise LightboxError(
            f"The features of films in {worklist.path} are damaged: screen the films into a new worklist."
        )
    return unpack_features(films)
