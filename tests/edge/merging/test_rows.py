"""Films and places: each content once, every place kept, and no film lost under another one's name."""

from __future__ import annotations

import pytest

from lightbox_edge import Worklist
from lightbox_edge.film_places import places
from lightbox_edge.results import AnomalyRank
from lightbox_edge.worklist import Judge
from tests.edge.merging.laptops import TABLES, copy, laptop, merged, screened
from tests.reviewed_films import JUDGE


def lying(worklist: Worklist) -> list[tuple[str, str | None]]:
    """Path and first sign of the content of every row."""
    return sorted((one.path, one.sha256 and one.sha256[0]) for one in worklist.results())


def test_a_film_on_both_is_one_film_at_each_of_its_places() -> None:
    first, second = laptop(), laptop()
    screened(first, 1, 1)
    screened(second, 1, 1)
    screened(second, 2, 1)
    both = merged(first, second)
    assert lying(both) == [("/media/card/1.png", "1"), ("/media/card/2.png", "1")]
    assert [one.location for one in places(both, JUDGE.id, "1" * 64)] == [
        "/media/card/1.png",
        "/media/card/2.png",
    ]


def test_different_films_at_one_place_are_all_kept_and_screening_replaces_neither() -> None:
    first, second = laptop(), laptop()
    screened(first, 1, 1)
    screened(second, 1, 2)
    both = merged(first, second)
    expected = [("/media/card/1.png", "1"), ("/media/card/1.png", "2")]
    assert lying(both) == expected
    (place,) = places(both, JUDGE.id, "2" * 64)
    assert place.location == "/media/card/1.png"  # where it is to be read
    screened(both, 1, 2)  # the card is put in again
    assert lying(both) == [*expected, ("/media/card/1.png", "2")]
    assert lying(merged(both, first)) == expected
    screened(both, 1, 3)
    assert lying(merged(both, second)) == [*expected, ("/media/card/1.png", "3")]


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_could_read_has_been_read(turned: bool) -> None:
    first, second = laptop(), laptop()
    screened(first, 1, None)
    screened(first, 2, None)
    screened(second, 1, 1)
    both = merged(second, first) if turned else merged(first, second)
    assert lying(both) == [("/media/card/1.png", "1"), ("/media/card/2.png", None)]


def test_every_table_of_a_worklist_is_merged() -> None:
    """A new one must be united too, or said here to be of no matter."""
    with laptop().reading() as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {name for (name,) in tables} == set(TABLES)


def test_ranks_are_left_out_and_what_they_are_made_of_is_kept() -> None:
    first = laptop()
    screened(first, 1, 1)
    first.rank(JUDGE, {("1" * 64, 0): AnomalyRank(1, 1)})
    both = merged(first, copy(first))
    assert not both.is_ranked()
    assert list(both.patches(JUDGE)) == [(("1" * 64, 0), b"p")]


def test_judges_are_kept_by_id_and_learn_what_one_of_them_knows() -> None:
    first, second = laptop(), Worklist(":memory:")
    second.add_judge(Judge("j1", "chest-open", "int8", ("effusion", "mass")))  # by an older Lightbox
    second.add_judge(Judge("j2", "chest-open", "fp32", ("effusion",), "1.0", "c2"))
    assert {one.id: one for one in merged(second, first).judges()} == {
        "j1": JUDGE, "j2": Judge("j2", "chest-open", "fp32", ("effusion",), "1.0", "c2")
    }  # fmt: skip
