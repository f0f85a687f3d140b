"""``lightbox evaluate``: labelled films and how to load them in, one frozen record of figures out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lightbox_edge.bundle import Bundle
from lightbox_edge.case_outcomes import Load, outcomes_of
from lightbox_edge.cases import Case, Cases, agreed, answer, consensus, is_disputed
from lightbox_edge.evaluating.figures import measure, roc
from lightbox_edge.evaluating.readers import agreements, readers_of
from lightbox_edge.evaluating.records import (
    Evaluation,
    FindingEvaluation,
    LeftOut,
    Measured,
    Reader,
    Readers,
    Subgroup,
)
from lightbox_edge.evaluating.subgroups import GROUPED_BY, Groups, groups_of, names_of_groups
from lightbox_edge.judging import Model
from lightbox_edge.manifest import Result
from lightbox_edge.measuring import Numbers, Truth
from lightbox_edge.results import Outcome

Said = Sequence[bool | None]


@dataclass(frozen=True, slots=True)
class _Scored:
    """N films, what one finding's criterion says of them (NaN where not judged), their groups."""

    cases: Sequence[Case]
    groups: Sequence[Groups]
    probability: Numbers
    threshold: float

    def against(self, said: Said) -> Measured:
        """Measure the films on which something is said."""
        truth, known, judged = *_arrays(said), ~np.isnan(self.probability)
        use, left = known & judged, known & ~judged
        return Measured(
            measure(truth[use], self.probability[use], self.threshold),
            int((truth & left).sum()),
            int((~truth & left).sum()),
        )

    def within(self, said: Said, by: str, group: str) -> Measured:
        """The same of the films of one group alone."""
        return self.against(
            [one if of[by] == group else None for one, of in zip(said, self.groups, strict=True)]
        )

    def curve(self, said: Said) -> tuple[tuple[float, float], ...]:
        truth, known = _arrays(said)
        use = known & ~np.isnan(self.probability)
        mixed = truth[use].any() and not truth[use].all()
        return roc(truth[use], self.probability[use]) if mixed else ()


def evaluate(bundle: Bundle, model: Model, cases: Cases, load: Load) -> Evaluation:
    """Judge the cases, loaded by ``load``, with a model of ``bundle``, and measure how right that was."""
    outcomes = list(outcomes_of(cases.cases, model, load))
    groups = [groups_of(case, one.header) for case, one in zip(cases.cases, outcomes, strict=True)]
    precision = model.choice.precision
    stated = bundle.manifest.ladder[precision].results
    site = bundle.calibrated.get(precision)
    by_site = site.findings if site else frozenset[str]()
    return Evaluation(
        bundle=bundle.manifest.name,
        bundle_version=bundle.manifest.version,
        bundle_sha256=bundle.identity,
        site_calibration=site.date if site else None,
        labels_calibrated=site is not None and cases.sha256 in site.tables,
        precision=precision,
        backend=model.choice.backend,
        labels=cases.table,
        labels_sha256=cases.sha256,
        part=cases.part,
        parts=_counted(case.part for case in cases.cases if case.part),
        films=len(outcomes),
        triage=_counted(one.triage for one in outcomes),
        left_out=tuple(
            LeftOut(case.name, one.status, " ".join(one.reasons))
            for case, one in zip(cases.cases, outcomes, strict=True)
            if one.status != "judged"
        ),
        findings=tuple(
            _finding(
                _Scored(cases.cases, groups, _probability(outcomes, at), one.point.threshold),
                one.name,
                stated,
                set_by="site" if one.name in by_site else "bundle",
            )
            for at, one in enumerate(model.criteria)
            if one.name in cases.findings
        ),
    )


def _finding(
    films: _Scored, name: str, stated: Sequence[Result], *, set_by: Literal["bundle", "site"]
) -> FindingEvaluation:
    truths = [agreed(case, name) for case in films.cases]
    own = [result for result in stated if result.finding == name]
    return FindingEvaluation(
        name=name,
        threshold=round(films.threshold, 4),
        set_by=set_by,
        whole=films.against(truths),
        disputed=sum(is_disputed(case, name) for case in films.cases),
        roc=films.curve(truths),
        subgroups=tuple(_subgroups(films, truths)),
        readers=_readers(films, name),
        stated=max(own, key=lambda result: result.positives + result.negatives, default=None),
    )


def _subgroups(films: _Scored, truths: Said) -> Iterator[Subgroup]:
    """Each group in which something is known of the finding."""
    for by in GROUPED_BY:
        for group in names_of_groups(by, films.groups):
            measured = films.within(truths, by, group)
            if measured.known:
                yield Subgroup(by, group, measured)


def _readers(films: _Scored, name: str) -> Readers | None:
    readers = readers_of(films.cases)
    if not readers:
        return None
    return Readers(
        tuple(
            Reader(reader, films.against([answer(case, name, reader) for case in films.cases]))
            for reader in readers
        ),
        agreements(films.cases, name, readers),
        films.against([consensus(case, name) for case in films.cases]),
    )


def _probability(outcomes: Sequence[Outcome], finding: int) -> Numbers:
    return np.array(
        [one.findings[finding].probability if one.status == "judged" else np.nan for one in outcomes]
    )


def _arrays(said: Said) -> tuple[Truth, Truth]:
    """(present, known), both (N,)."""
    return np.array([one is True for one in said], bool), np.array([one is not None for one in said], bool)


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
