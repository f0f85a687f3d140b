"""Two readers: answers and kappa by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.cases import Case
from lightbox_edge.evaluating.readers import (
    Agreement,
    agreements,
    kappa,
    readers_of,
)


def case(**answers: bool | None) -> Case:
    return Case(Path("f"), "f", {reader: {"effusion": said} for reader, said in answers.items()})


def test_kappa_by_hand() -> None:
    """Cohen's own kind of table: 20 and 15 agreed, 5 and 10 not: (0.7 - 0.5) / (1 - 0.5)."""
    tables = np.array([[20, 5, 10, 15], [10, 0, 0, 10], [5, 5, 5, 5], [0, 10, 10, 0]], np.float64)
    assert kappa(tables).tolist() == pytest.approx([0.4, 1.0, 0.0, -1.0])
    assert np.isnan(kappa(np.array([[9.0, 0, 0, 0]]))).all()


def test_agreements_count_films_that_both_answered() -> None:
    films = (
        [case(ada=True, ben=True)] * 20 + [case(ada=True, ben=False)] * 5 + [case(ada=False, ben=True)] * 10
    )
    films += [case(ada=False, ben=False)] * 15 + [case(ada=True, ben=None), case(ada=False)]
    (pair,) = agreements(films, "effusion", ["ada", "ben", "cy"])
    assert pair.kappa is not None
    assert pair == Agreement(("ada", "ben"), 20, 5, 10, 15, pair.kappa)
    assert (pair.kappa.value, pair.kappa.cases) == (0.4, 50)
    # Fleiss, Cohen and Everitt (1969): the standard error of this table is 0.127.
    assert (pair.kappa.high - pair.kappa.low) / (2 * 1.96) == pytest.approx(0.127, abs=0.015)


def test_one_reading_a_film_is_no_comparison() -> None:
    assert readers_of([case(ada=True), case(ben=False)]) == []
    assert readers_of([case(ada=True), case(ben=False, ada=True)]) == ["ada", "ben"]
