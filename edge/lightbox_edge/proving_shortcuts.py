"""The audit for shortcuts as a bundle's maker takes it, on the labelled test films, for the model card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anatomy import AnatomyModel, both_lungs
from lightbox_edge.backends import Session
from lightbox_edge.blanking import blanked
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Manifest, ShortcutResult
from lightbox_edge.measuring import Numbers
from lightbox_edge.proving import FEWEST, encode_films, finding_log_odds, measured_auc
from lightbox_edge.scoring import Features

WAYS = 3  # whole, without the lungs, lungs only


def prove_shortcuts(
    films: Sequence[LabelledFilm],
    pixels: NDArray[np.float32],
    session: Session,
    anatomy: AnatomyModel,
    manifest: Manifest,
    text_features: Features,
    date: str,
) -> tuple[ShortcutResult, ...]:
    """Each finding's AUC three ways over all films of part test, where it has enough cases.

    It asks where the image encoder looks, so the findings are those of their words alone.

    Args:
        films: N films with what is known of them.
        pixels: (N, 1, S, S), preprocessed as the manifest says.
        session: the image encoder.
        anatomy: what finds the lungs.
        manifest: its findings, preprocessing and logit_scale.
        text_features: of the findings, as a bundle keeps them.
        date: of the measurement, ISO 8601.
    """
    tests = [place for place, film in enumerate(films) if film.part == "test"]
    lungs = [both_lungs(anatomy.find_in(pixels[place], manifest.preprocessing)) for place in tests]
    found = [(place, one) for place, one in zip(tests, lungs, strict=True) if one is not None]
    if not found:
        return ()
    three = [
        np.stack([pixels[place], *blanked(pixels[place], one, manifest.preprocessing)])
        for place, one in found
    ]
    features = encode_films(session, np.concatenate(three))
    log_odds = finding_log_odds(features, text_features, manifest.findings, manifest.logit_scale)
    used = [films[place] for place, _ in found]
    return tuple(_results({name: one.reshape(-1, WAYS) for name, one in log_odds.items()}, used, films, date))


def _results(
    log_odds: dict[str, Numbers], used: Sequence[LabelledFilm], films: Sequence[LabelledFilm], date: str
) -> Iterator[ShortcutResult]:
    for name, scores in log_odds.items():
        known = np.array([film.truths[name] is not None for film in used])
        truth = np.array([film.truths[name] is True for film in used])[known]
        yes, no = int(truth.sum()), int((~truth).sum())
        if min(yes, no) < FEWEST:
            continue
        tested = [film for film in films if film.part == "test" and film.truths[name] is not None]
        datasets = " + ".join(sorted({film.dataset for film in tested}))
        ways = (measured_auc(truth, scores[known, way]) for way in range(WAYS))
        yield ShortcutResult(name, f"{datasets} test", date, yes, no, len(tested) - yes - no, *ways)
