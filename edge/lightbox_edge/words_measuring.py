"""What words are worth: a finding asked for in words that training used, in others, or never learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Asked, Precision
from lightbox_edge.measuring import Numbers, auc, auc_interval, auc_lost_interval
from lightbox_edge.proving import TestedOn, tested_on


@dataclass(frozen=True, slots=True)
class Answers:
    """Log-odds of N films by finding, (N,); the other fields are those of `lightbox_edge.manifest.Asked`."""

    words: Literal["seen", "unseen"]
    left_out: bool
    precision: Precision
    log_odds: Mapping[str, Numbers]


def measure_words(
    films: Sequence[LabelledFilm], usual: Answers, others: Sequence[Answers], date: str
) -> Iterator[Asked]:
    """The figures of each finding on all its test films; none for one with too few of them.

    Args:
        films: N films with what is known of them.
        usual: those in seen words by the network that learned every finding; the others are held against it.
        others: further answers about the same films; each may lack findings.
        date: of the measurement, ISO 8601.
    """
    for finding, log_odds in usual.log_odds.items():
        sets = [*tested_on(films, finding)]
        if not sets:
            continue
        widest = sets[-1]
        reference = log_odds[widest.use]
        yield _figures(finding, widest, usual, reference, None, date)
        for one in others:
            if finding in one.log_odds:
                yield _figures(finding, widest, one, one.log_odds[finding][widest.use], reference, date)


def _figures(
    finding: str, tested: TestedOn, answers: Answers, scores: Numbers, usual: Numbers | None, date: str
) -> Asked:
    truth = tested.truth
    lost = None if usual is None else round(auc(truth, usual) - auc(truth, scores), 4)
    lost_interval = None if usual is None else _rounded(auc_lost_interval(truth, usual, scores))
    return Asked(
        finding,
        answers.words,
        answers.left_out,
        answers.precision,
        tested.dataset,
        date,
        int(truth.sum()),
        int((~truth).sum()),
        round(auc(truth, scores), 4),
        _rounded(auc_interval(truth, scores)),
        lost,
        lost_interval,
    )


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 4), round(pair[1], 4)
