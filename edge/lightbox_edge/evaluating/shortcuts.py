"""The audit for shortcuts: the same films again without their lungs, and with nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lightbox_edge.anatomy import AnatomyModel, both_lungs
from lightbox_edge.blanking import blanked
from lightbox_edge.case_outcomes import Load, batches_of
from lightbox_edge.cases import Case, Cases, agreed
from lightbox_edge.evaluating.figures import auc_estimate
from lightbox_edge.evaluating.records import FindingShortcut, Shortcuts
from lightbox_edge.judging import Model
from lightbox_edge.measuring import Numbers


def audit(model: Model, anatomy: AnatomyModel, cases: Cases, load: Load) -> Shortcuts:
    """Judge the cases three ways and measure each, over the same films.

    By their words alone, for it asks where the image encoder looks. What is blanked is not refused, however
    little it looks like a film; what the model does not judge as it is, and a film on which no two lungs are
    found, is left out.

    Args:
        model: of a bundle.
        anatomy: of the same.
        cases: films and what is known of them.
        load: how to load them.
    """
    used: list[Case] = []
    scores: list[Numbers] = []  # each (3, criteria)
    no_lungs, done = 0, 0
    for batch in batches_of(cases.cases, load):
        of_batch = cases.cases[done : done + len(batch)]
        done += len(batch)
        for case, frame, outcome in zip(of_batch, batch, model.outcomes(batch), strict=True):
            if outcome.status != "judged" or frame.pixels is None:
                continue
            lungs = both_lungs(anatomy.find_in(frame.pixels, model.preprocessing))
            if lungs is None:
                no_lungs += 1
                continue
            used.append(case)
            without, alone = blanked(frame.pixels, lungs, model.preprocessing)
            scores.append(model.probabilities(np.stack([frame.pixels, without, alone])))
    table = np.stack(scores) if scores else np.zeros((0, 3, len(model.criteria)))
    findings = tuple(
        _finding(used, one.name, table[:, :, at])
        for at, one in enumerate(model.criteria)
        if one.name in cases.findings
    )
    return Shortcuts(len(used), no_lungs, findings)


def _finding(cases: Sequence[Case], name: str, scores: Numbers) -> FindingShortcut:
    """From (N, 3) probabilities."""
    said = [agreed(case, name) for case in cases]
    known = np.array([one is not None for one in said], bool)
    truth = np.array([one is True for one in said], bool)[known]
    whole, without_lungs, lungs_only = (auc_estimate(truth, scores[known, way]) for way in range(3))
    return FindingShortcut(name, int(truth.sum()), int((~truth).sum()), whole, without_lungs, lungs_only)
