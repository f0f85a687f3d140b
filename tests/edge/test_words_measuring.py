"""What words are worth: figures from log-odds whose right answers are known, and the table of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Asked, Descriptor, Finding
from lightbox_edge.measuring import auc_lost_interval
from lightbox_edge.words_measuring import Answers, measure_words
from lightbox_edge.words_table import words_table

TRUTH = np.arange(90) % 3 == 0
FILMS = [
    LabelledFilm(
        Path(f"{number}.png"), "a" if number < 60 else "b", "test", {"fluid": bool(ill), "rare": False}
    )
    for number, ill in enumerate(TRUTH)
]


def answers(words: str, left_out: bool, right: float, *names: str) -> Answers:
    """Log-odds that are right by so much more than chance."""
    odds = np.random.default_rng(0).normal(size=90) + right * TRUTH
    return Answers(words, left_out, "fp32", dict.fromkeys(names, odds))  # type: ignore[arg-type]  # a literal


def test_the_same_films_are_asked_in_other_words_and_of_a_network_that_never_learned() -> None:
    usual = answers("seen", False, 3, "fluid", "rare")
    others = [answers("unseen", False, 3, "fluid"), answers("seen", True, 0, "fluid")]
    seen, unseen, out = measure_words(FILMS, usual, others, "2026-11-22")
    assert {(one.finding, one.dataset, one.positives, one.negatives) for one in (seen, unseen, out)} == {
        ("fluid", "a + b test", 30, 60)
    }  # "rare" has no film with it
    assert (seen.words, seen.left_out, seen.lost, seen.lost_interval) == ("seen", False, None, None)
    assert (unseen.words, unseen.auc, unseen.lost, unseen.lost_interval) == ("unseen", seen.auc, 0, (0, 0))
    assert out.left_out
    assert out.lost == pytest.approx(seen.auc - out.auc, abs=2e-4)
    assert out.lost > 0.3
    assert out.lost_interval is not None
    assert 0.2 < out.lost_interval[0] < out.lost < out.lost_interval[1]


def test_a_loss_on_the_same_films_is_known_better_than_either_figure() -> None:
    """The two scores share their noise, so their difference has less than each."""
    chance = np.random.default_rng(1)
    before = chance.normal(size=90) + TRUTH
    low, high = auc_lost_interval(TRUTH, before, before + chance.normal(0, 0.1, 90))
    assert low < 0.01
    assert high - low < 0.05


def test_the_table_says_how_it_was_asked_and_where_cases_are_few() -> None:
    finding = Finding("fluid", (Descriptor("Water.", "No water."),))
    rows = [
        Asked("fluid", "seen", False, "int8", "a test", "d", 30, 60, 0.91, (0.85, 0.95)),
        Asked("fluid", "unseen", False, "int8", "a test", "d", 30, 60, 0.8, (0.7, 0.9), 0.11, (0.02, 0.2)),
        Asked("fluid", "seen", True, "fp32", "a test", "d", 10, 60, 0.6, (0.4, 0.8), 0.31, (0.1, 0.5)),
    ]
    table = words_table(rows, [finding, Finding("other", finding.descriptors)])
    assert "| fluid | a test | 30 | 60 | the words of training | int8 | 0.91 (0.85 to 0.95) | – |" in table
    assert "| words never trained on | int8 | 0.80 (0.70 to 0.90) | 0.11 (0.02 to 0.20) |" in table
    assert "never learned | fp32 | 0.60 (0.40 to 0.80) (fewer than 20 cases) | 0.31 (0.10 to 0.50) |" in table
    assert "*Never learned* is another network" in table
    assert "- fluid: “Water.” or “No water.”" in table
    assert "- other" not in table
    assert "*Never learned*" not in words_table(rows[:2], [])
