"""Which findings a run looks for: the bundle's own, a clinic's file, or words just typed."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from lightbox_edge.arrays import float32_array
from lightbox_edge.backends import BackendName
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.manifest import Finding, OperatingPoint, Precision, Probability
from lightbox_edge.printable import is_line
from lightbox_edge.scoring import Criterion, Features
from lightbox_edge.text import encode_sentences


class WantedFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that a person names; without descriptors it must be one of the bundle's."""

    name: str
    descriptors: tuple[tuple[str, str], ...] = ()
    threshold: Probability | None = None


class _FindingsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    finding: tuple[WantedFinding, ...]


def read_findings(path: str | os.PathLike[str]) -> tuple[WantedFinding, ...]:
    """Read a clinic's findings file (TOML, ``[[finding]]`` with name, descriptors, threshold)."""
    try:
        parsed = msgspec.convert(tomllib.loads(Path(path).read_text("utf-8")), _FindingsFile)
    except OSError as error:
        raise LightboxError(f"The findings file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError, msgspec.ValidationError) as error:  # ValueError: TOML, UTF-8, digits
        raise LightboxError(f"The findings file {path} is not valid: {error}.") from error
    names = [finding.name for finding in parsed.finding]
    if not names:
        raise LightboxError(f"The findings file {path} names no finding: add a [[finding]].")
    if not all(map(is_line, names)):
        raise LightboxError(f"The findings file {path} is not valid: a name must be one line of letters.")
    if doubled := {name for name in names if names.count(name) > 1}:
        raise LightboxError(f"The findings file {path} names {sorted(doubled)[0]!r} twice: keep one.")
    return parsed.finding


def finding_from_words(words: str) -> WantedFinding:
    """Words that a person typed, as a finding with two plain descriptors."""
    plain = " ".join(words.split()).rstrip(".")
    if not plain:
        raise LightboxError("There are no words to look for: name a finding, e.g. 'rib fracture'.")
    return WantedFinding(plain, ((f"There is {plain}.", f"There is no {plain}."), (plain, f"no {plain}")))


def finding_asked(bundle: Bundle, words: str) -> WantedFinding:
    """The bundle's finding of that name with its calibration, or else the words as they are."""
    spoken = finding_from_words(words)
    own = [one.name for one in bundle.manifest.findings if one.name.casefold() == spoken.name.casefold()]
    return WantedFinding(own[0]) if own else spoken


def bundle_criteria(bundle: Bundle, precision: Precision) -> tuple[Criterion, ...]:
    """The bundle's own findings with the operating points of that precision."""
    points = bundle.rung(precision).operating_points
    criteria = []
    for finding, features in by_finding(bundle.manifest.findings, read_text_features(bundle)):
        if finding.name not in points:
            raise BundleError(
                f"The bundle {bundle.manifest.name} has no operating point for {finding.name!r} at "
                f"{precision}: export it again."
            )
        sentences = tuple(descriptor.present for descriptor in finding.descriptors)
        point = points[finding.name]
        measured = point.set_for is not None
        criteria.append(Criterion(finding.name, sentences, features, point, measured, finding.evidence))
    return tuple(criteria)


def by_finding(findings: Sequence[Finding], text_features: Features) -> Iterator[tuple[Finding, Features]]:
    """Each finding with its descriptors' part of text_features, (descriptors, 2, dimensions)."""
    first = 0
    for finding in findings:
        last = first + len(finding.descriptors)
        yield finding, text_features[first:last]
        first = last


def wanted_criteria(
    bundle: Bundle, precision: Precision, wanted: Sequence[WantedFinding], backend: BackendName = "auto"
) -> tuple[Criterion, ...]:
    """Findings that a person named; new words go through the text encoder, all in one batch.

    Raises:
        LightboxError: a finding without descriptors is not one of the bundle's.
    """
    own = {criterion.name: criterion for criterion in bundle_criteria(bundle, precision)}
    for finding in wanted:
        if not finding.descriptors and finding.name not in own:
            raise LightboxError(
                f"{finding.name!r} has no descriptors and is none of the bundle's findings "
                f"({', '.join(own)}): add descriptors."
            )
    pairs = [pair for finding in wanted for pair in finding.descriptors]
    sentences = [sentence for pair in pairs for sentence in pair]
    paired = iter(encode_sentences(bundle, sentences, backend).reshape(len(pairs), 2, -1) if pairs else ())
    return tuple(
        spoken_criterion(finding, np.stack([next(paired) for _ in finding.descriptors]))
        if finding.descriptors
        else _own(own[finding.name], finding)
        for finding in wanted
    )


def _own(criterion: Criterion, finding: WantedFinding) -> Criterion:
    """The bundle's finding; a threshold of the clinic's own was not measured by the bundle's makers."""
    if finding.threshold is None or finding.threshold == criterion.point.threshold:
        return criterion
    measured = criterion.point
    point = OperatingPoint(measured.slope, measured.intercept, finding.threshold, finding.threshold)
    return replace(criterion, point=point, validated=False)


def spoken_criterion(finding: WantedFinding, features: Features) -> Criterion:
    """Words of a person's own with their text_features, (descriptors, 2, dimensions), uncalibrated."""
    threshold = 0.5 if finding.threshold is None else finding.threshold
    point = OperatingPoint.assumed(threshold)
    present = tuple(present for present, _ in finding.descriptors)
    return Criterion(finding.name, present, features, point, validated=False)


def read_text_features(bundle: Bundle) -> Features:
    """A bundle's text_features, (descriptors, 2, dimensions), or a `BundleError` if they do not fit."""
    content = bundle.read(bundle.manifest.text_features)
    pairs = sum(len(finding.descriptors) for finding in bundle.manifest.findings)
    try:
        features = float32_array(content)
    except ValueError:
        features = np.empty(0, np.float32)
    if features.ndim != 3 or features.shape[:2] != (pairs, 2):
        raise BundleError(
            f"The text_features of the bundle {bundle.manifest.name} do not fit its findings: "
            "export it again."
        )
    return features


def descriptor_sentences(findings: Sequence[Finding]) -> list[str]:
    """Every sentence of the findings in the order of text_features: present, absent, present, ..."""
    return [
        sentence
        for finding in findings
        for descriptor in finding.descriptors
        for sentence in (descriptor.present, descriptor.absent)
    ]
