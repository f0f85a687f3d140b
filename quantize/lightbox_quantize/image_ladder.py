"""The ladder of an image encoder: every precision wanted, each by the way that won, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
import onnx

from lightbox_edge.anatomy import AnatomyModel
from lightbox_edge.backends import open_session
from lightbox_edge.manifest import (
    Asked,
    Cost,
    Manifest,
    OperatingPoint,
    Precision,
    Result,
    Rung,
    ShortcutResult,
    Target,
)
from lightbox_edge.measuring import Numbers
from lightbox_edge.proving import (
    FEWEST_USUAL,
    encode_films,
    finding_log_odds,
    prove,
    usual_films,
    with_ratios,
)
from lightbox_edge.proving_shortcuts import prove_shortcuts
from lightbox_edge.scoring import Features
from lightbox_edge.unlabelled import evenly
from lightbox_edge.words_measuring import Answers, measure_words
from lightbox_quantize.candidates import Candidate, image_methods, timed
from lightbox_quantize.films import Films
from lightbox_quantize.gate import FindingLoss, Limits, cost, finding_losses, objections
from lightbox_quantize.onnx_graphs import is_transformer

FIRST_LOOK = 48  # test films on which a candidate's cosine is looked at before it is measured in full


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate with every number that belongs to it; ``objections`` empty if it passes the gate.

    ``features`` are the image_features of all films.
    """

    precision: Precision
    candidate: Candidate
    cost: Cost
    losses: tuple[FindingLoss, ...]
    objections: tuple[str, ...]
    operating_points: Mapping[str, OperatingPoint]
    usual: tuple[Features, float] | None
    results: tuple[Result, ...]
    features: Features


class ImageLadder:
    """Quantizes one image encoder to one precision after another, against the same fp32 figures.

    ``fp32`` is its rung, tested anew where findings have evidence, for it was made without.
    """

    def __init__(
        self, manifest: Manifest, rung: Rung, model: bytes, text_features: Features, films: Films, date: str
    ) -> None:
        self.fp32 = rung
        self._manifest, self._model = manifest, model
        self._text_features = text_features
        self._films, self._date = films, date
        self._fp32 = encode_films(open_session(model, "onnxruntime", "cpu"), films.pixels)
        if films.labelled is not None and any(finding.evidence for finding in manifest.findings):
            points, _, results = self._numbers(self._fp32)
            self.fp32 = msgspec.structs.replace(rung, operating_points=dict(points), results=results)

    def rung(self, precision: Precision, limits: Limits) -> Iterator[Measured]:
        """Candidates in the order of their speed, measured in full, until one passes the gate.

        Those whose features are turned too far at a first look come last and are not timed.
        """
        methods = image_methods(precision, is_transformer(onnx.load_from_string(self._model)))
        films = self._films.calibration()
        made = [Candidate(name, method(self._model, films)) for name, method in methods.items()]
        looks = [self._first_look(one) for one in made]
        near = [one for one, cosine in zip(made, looks, strict=True) if cosine >= limits.cosine]
        film = self._films.pixels[0]
        if not near:  # the nearest one shows by how much
            near = [made[int(np.nanargmax(looks))]]
        for candidate in sorted(timed(near, film), key=lambda one: one.pace):
            measured = self._measure(precision, candidate, limits)
            yield measured
            if not measured.objections:
                return

    def shortcuts(self, made: Measured, anatomy: AnatomyModel) -> tuple[ShortcutResult, ...]:
        """Where a rung looks, on the labelled test films; nothing without labels."""
        if self._films.labelled is None:
            return ()
        return prove_shortcuts(
            self._films.labelled,
            self._films.pixels,
            open_session(made.candidate.model, "onnxruntime", "cpu"),
            anatomy,
            self._manifest,
            self._text_features,
            self._date,
        )

    def _first_look(self, candidate: Candidate) -> float:
        tests = np.flatnonzero(self._films.tests)
        chosen = tests[evenly(len(tests), FIRST_LOOK)]
        features = self._encode(candidate, chosen)
        return float((features * self._fp32[chosen]).sum(axis=1).mean())

    def _encode(self, candidate: Candidate, chosen: slice | np.ndarray = slice(None)) -> Features:
        return encode_films(open_session(candidate.model, "onnxruntime", "cpu"), self._films.pixels[chosen])

    def _measure(self, precision: Precision, candidate: Candidate, limits: Limits) -> Measured:
        features = self._encode(candidate)
        tests, labelled = self._films.tests, self._films.labelled
        before, after = self._log_odds(self._fp32), self._log_odds(features)
        on_tests = (
            {name: odds[tests] for name, odds in before.items()},
            {name: odds[tests] for name, odds in after.items()},
        )
        points, usual, results = self._numbers(features)
        losses: list[FindingLoss] | None = None
        if labelled is not None:
            tested = [film for film, test in zip(labelled, tests, strict=True) if test]
            both = self.fp32.results, results
            losses = finding_losses(tested, *on_tests, self.fp32.operating_points, both)
        made = cost(self._fp32[tests], features[tests], on_tests, self.fp32.operating_points, losses)
        return Measured(
            precision,
            candidate,
            made,
            tuple(losses or ()),
            tuple(objections(made, limits)),
            points,
            usual,
            results,
            features,
        )

    def asked(self, measured: Measured, unseen: Features | None) -> Iterator[Asked]:
        """What words that training never used are worth at that precision; nothing without labels."""
        labelled, manifest = self._films.labelled, self._manifest
        if labelled is None or unseen is None:
            return
        precision, features = measured.precision, measured.features
        told = finding_log_odds(features, unseen, manifest.unseen, manifest.logit_scale)
        usual = Answers("seen", False, precision, self._words(features))
        yield from measure_words(labelled, usual, [Answers("unseen", False, precision, told)], self._date)

    def _words(self, features: Features) -> dict[str, Numbers]:
        """Each finding's log-odds by its words alone, (N,)."""
        manifest = self._manifest
        return finding_log_odds(features, self._text_features, manifest.findings, manifest.logit_scale)

    def _log_odds(self, features: Features) -> dict[str, Numbers]:
        """The same with the findings' evidence."""
        words, ratios = self._words(features), self._films.ratios
        return words if ratios is None else with_ratios(words, self._manifest.findings, ratios)

    def _numbers(
        self, features: Features
    ) -> tuple[Mapping[str, OperatingPoint], tuple[Features, float] | None, tuple[Result, ...]]:
        """Operating points, what is usual, and results; without labels the points are fp32's."""
        points = self.fp32.operating_points
        if self._films.labelled is not None:
            targets: dict[str, Target] = {
                name: point.set_for for name, point in points.items() if point.set_for
            }
            told = self._words(features)
            words = {one.name: told[one.name] for one in self._manifest.findings if one.evidence}
            log_odds = self._log_odds(features)
            proof = prove(self._films.labelled, features, log_odds, targets, self._date, words)
            return proof.operating_points, (proof.statistics, proof.distance_limit), proof.results
        if len(features) < FEWEST_USUAL:
            return points, None, ()
        return points, usual_films(features[self._films.calibrates], features[self._films.tests]), ()
