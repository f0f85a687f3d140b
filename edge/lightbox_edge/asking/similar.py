"""Films of a worklist that are like one of them: the cosine of their image_features.

The cosine says how alike two films are to the image encoder, patient, projection and letters included. Nobody
validated that films with a high one have the same disease; what was measured stands in docs/review.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock

from lightbox_edge.asking.held_features import HeldFeatures
from lightbox_edge.decisions import FilmStanding, Review, ReviewRow
from lightbox_edge.errors import LightboxError
from lightbox_edge.features import unpack_features
from lightbox_edge.results import FilmKey
from lightbox_edge.scoring import Features
from lightbox_edge.worklist import Judge, Worklist


@dataclass(frozen=True, slots=True)
class Nearest:
    """The films that are most alike to one, with their cosines, the nearest first.

    ``compared`` is how many films it was held against, ``without`` how many judged ones have no features,
    for an older Lightbox screened them.
    """

    films: tuple[tuple[ReviewRow, float], ...]
    compared: int
    without: int


@dataclass(frozen=True, slots=True)
class SimilarFilm:
    """A film that is like another one, and what this reader may see of it."""

    row: ReviewRow
    cosine: float
    is_same_patient: bool
    standing: FilmStanding
    shows_machine: bool


class SimilarFilms:
    """Finds films of a worklist that are like one of them, among those that the same judge looked at.

    The features are read once, into four bytes a dimension (3 KB a film of chest-open), and then only those
    of new films.

    Args:
        review: says what its reader may see.
        worklist: opens the worklist, in the asking thread.
    """

    def __init__(self, review: Review, worklist: Callable[[], Worklist]) -> None:
        self._review, self._worklist = review, worklist
        self._turn = Lock()
        self._held: HeldFeatures | None = None

    def similar(self, row: ReviewRow, count: int) -> list[SimilarFilm]:
        """The ``count`` films that are most alike to a row's, see `nearest` and `seen`."""
        return self.seen(row, self.nearest(row, count))

    def nearest(self, row: ReviewRow, count: int) -> Nearest:
        """The most alike films but for the film itself and its copies; any thread may ask.

        Raises:
            LightboxError: the film has no features, or the worklist cannot be read.
        """
        with self._turn, self._worklist() as worklist:
            if self._held is None or self._held.judge != row.judge:
                self._held = HeldFeatures(row.judge, worklist)
            self._held.refresh(worklist)
            asked, features = _features(worklist, row)
            found = _rows(worklist, row.judge, self._held.by_cosine(features, asked))
            films = tuple(one for one, _ in zip(found, range(count), strict=False))
            return Nearest(films, self._held.count - 1, self._held.without)

    def seen(self, row: ReviewRow, nearest: Nearest) -> list[SimilarFilm]:
        """Those films with the decisions that the reader may see; for the thread of the review alone."""
        review, patient = self._review, _patient(row)
        return [
            SimilarFilm(
                one,
                cosine,
                bool(patient) and _patient(one) == patient,
                review.standing(one),
                review.shows_machine(one),
            )
            for one, cosine in nearest.films
        ]


def _features(worklist: Worklist, row: ReviewRow) -> tuple[int, Features]:
    """The row number and the image_features of a row's film."""
    with worklist.reading() as connection:
        found = connection.execute(
            "SELECT rowid, features FROM film_features WHERE judge = ? AND sha256 = ? AND frame = ?",
            (row.judge.id, *(row.film or ("", 0))),
        ).fetchone()
    if found is not None:
        return found[0], unpack_features([found[1]])[0]
    if row.result.outcome.status != "judged":
        raise LightboxError(f"{row.result.path} is not judged, so it is compared with no other film.")
    raise LightboxError(
        f"{row.result.path} was screened by an older Lightbox, which kept nothing to compare films by: "
        "screen its folder into a new worklist."
    )


def _rows(
    worklist: Worklist, judge: Judge, films: Iterator[tuple[int, float]]
) -> Iterator[tuple[ReviewRow, float]]:
    """The row of each film, of copies the first by path; a film whose file has changed has none."""
    for number, cosine in films:
        with worklist.reading() as connection:
            film: FilmKey = connection.execute(
                "SELECT sha256, frame FROM film_features WHERE rowid = ?", (number,)
            ).fetchone()
        if rows := worklist.copies(judge, film):
            yield ReviewRow(rows[0], judge), cosine


def _patient(row: ReviewRow) -> str:
    return row.result.outcome.header.PatientID.strip()
