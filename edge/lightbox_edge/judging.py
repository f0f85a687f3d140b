"""The model of a bundle at one precision: frames in, outcomes out. It knows no files and no worklist."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from time import perf_counter
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anatomy import open_anatomy
from lightbox_edge.arrays import float32_array
from lightbox_edge.backends import BackendName, Device, open_session, output, usable_cpus
from lightbox_edge.bundle import UNSIGNED, Bundle
from lightbox_edge.choosing import choose
from lightbox_edge.errors import BundleError
from lightbox_edge.evidence import cardiothoracic_ratio
from lightbox_edge.features import pack_features
from lightbox_edge.findings import WantedFinding, bundle_criteria, wanted_criteria
from lightbox_edge.input_checks import Reason
from lightbox_edge.input_checks.look import identity
from lightbox_edge.loading import LoadedFrame
from lightbox_edge.manifest import OutOfDistribution, Precision
from lightbox_edge.patches import pack
from lightbox_edge.results import Outcome
from lightbox_edge.scoring import Criterion, Features, mahalanobis, score, triage
from lightbox_edge.speed import BATCH
from lightbox_edge.worklist import Judge

_UNSIGNED = Reason("unsigned", "The bundle that looked at it is not signed by anybody who is trusted here")


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the image encoder says of N films.

    ``image_features``, (N, dimensions), are L2-normalised; ``patch_features``, (N, patches, dimensions),
    stand row by row on a square grid, None where the bundle's graph gives none.
    """

    image_features: Features
    patch_features: Features | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """One film as the networks see it: image_features, (dimensions,), its patches and its ratio."""

    image_features: Features
    patch_features: Features | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome, and beside it what the image encoder said of the film.

    ``patch_features``, (patches, dimensions), and ``image_features``, (dimensions,) and L2-normalised, are
    None where the film is not judged, the former also where the bundle's graph gives none. ``ratio`` is the
    cardiothoracic one, None where it is no evidence or was not measured.
    """

    outcome: Outcome
    patch_features: Features | None = None
    image_features: Features | None = None
    ratio: float | None = None

    @property
    def patches(self) -> bytes:
        """The patches packed for the worklist; empty where there are none."""
        return b"" if self.patch_features is None else pack(self.patch_features)

    @property
    def features(self) -> bytes:
        """The image_features packed for the worklist; empty where there are none."""
        return b"" if self.image_features is None else pack_features(self.image_features)


class Model:
    """An image encoder with the criteria it is held to, verified and loaded.

    Args:
        bundle: an opened bundle; the files used are verified here.
        precision: the rung of the bundle's ladder; ``auto`` leaves it to `choose`, which may measure.
        findings: what to look for instead of the bundle's own findings.
        threads: CPU threads of the runtime; None is one for each usable CPU.

    Raises:
        LightboxError: a file of the bundle is damaged, a backend or a device is not there.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        precision: Precision | Literal["auto"] = "auto",
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
        findings: Sequence[WantedFinding] | None = None,
    ) -> None:
        count = threads or usable_cpus()
        self.choice = choose(bundle, precision, backend, device, count)
        rung = bundle.rung(self.choice.precision)
        self.preprocessing = bundle.manifest.preprocessing
        self.logit_scale = bundle.manifest.logit_scale
        self._adults_only = bundle.manifest.adults_only
        self.signed = bundle.signed is not None
        model = bundle.read(rung.image_encoder)
        self._session = open_session(model, self.choice.backend, device, count)
        self._unusual = Unusual(bundle, rung.out_of_distribution) if rung.out_of_distribution else None
        self.criteria: tuple[Criterion, ...] = (
            bundle_criteria(bundle, self.choice.precision)
            if findings is None
            else wanted_criteria(bundle, self.choice.precision, findings, backend)
        )
        self._dimensions = self._common_dimensions(bundle)
        weighed = any(criterion.evidence for criterion in self.criteria)
        self._anatomy = open_anatomy(bundle, self.choice.backend, device, count) if weighed else None
        self.judge = _judge(bundle, self.choice.precision, self.criteria)
        self.device = self._session.device
        self.seconds = 0.0

    def _common_dimensions(self, bundle: Bundle) -> int | None:
        """The length of all features; None where there are none to compare a film with."""
        lengths = {criterion.text_features.shape[-1] for criterion in self.criteria}
        if self._unusual:
            lengths.add(self._unusual.statistics.shape[-1])
        if len(lengths) > 1:
            raise BundleError(
                f"The bundle {bundle.manifest.name} has features of more than one length, "
                f"{' and '.join(map(str, sorted(lengths)))} dimensions: export it again."
            )
        return lengths.pop() if lengths else None

    def encode(self, pixels: NDArray[np.float32]) -> Features:
        """The image_features, (N, dimensions) and L2-normalised, of pixels (N, 1, S, S)."""
        return self.run(pixels).image_features

    def run(self, pixels: NDArray[np.float32]) -> Encoded:
        """Run the image encoder once on pixels (N, 1, S, S)."""
        started = perf_counter()
        given = self._session.run({"pixels": pixels})
        self.seconds += perf_counter() - started
        count, patches = len(pixels), given.get("patch_features")
        if patches is not None:
            patches = output(given, "patch_features", (count, None, self._dimensions))
        return Encoded(output(given, "image_features", (count, self._dimensions)), patches)

    def probabilities(self, pixels: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of each criterion, (N, criteria), of pixels (N, 1, S, S), by its words alone.

        Nothing is refused, whatever it shows, and no evidence is measured on it.
        """
        features = self.encode(pixels)
        return np.array(
            [
                [score(one, criterion, self.logit_scale).probability for criterion in self.criteria]
                for one in features
            ]
        )

    def ratio(self, pixels: NDArray[np.float32]) -> float | None:
        """The cardiothoracic ratio of a film, (1, S, S); None where it is no evidence or not measured."""
        if self._anatomy is None:
            return None
        started = perf_counter()
        measured = cardiothoracic_ratio(self._anatomy, pixels, self.preprocessing)
        self.seconds += perf_counter() - started
        return measured

    def outcomes(self, frames: Sequence[LoadedFrame]) -> list[Outcome]:
        """The outcome of each frame, in order, to measure by; frames without pixels keep their reason."""
        return [one.outcome for one in self._unmarked(frames)]

    def judged(self, frames: Sequence[LoadedFrame]) -> list[Judged]:
        """The same, marked, with the features of the films that are judged."""
        return [replace(one, outcome=self.marked(one.outcome)) for one in self._unmarked(frames)]

    def marked(self, outcome: Outcome) -> Outcome:
        """An outcome as people get it: that of an unsigned bundle says so among its reasons."""
        if self.signed:
            return outcome
        return msgspec.structs.replace(outcome, reasons=(*outcome.reasons, str(_UNSIGNED)))

    def _unmarked(self, frames: Sequence[LoadedFrame]) -> list[Judged]:
        made: list[Judged] = []
        for first in range(0, len(frames), BATCH):
            batch = frames[first : first + BATCH]
            pixels = [frame.pixels for frame in batch if frame.pixels is not None]
            before = self.seconds
            films = iter(self._films(np.stack(pixels)) if pixels else ())
            each = (self.seconds - before) / max(1, len(pixels))
            made += [
                Judged(_refusal(frame)) if frame.pixels is None else self._judged(frame, next(films), each)
                for frame in batch
            ]
        return made

    def _films(self, pixels: NDArray[np.float32]) -> list[_Seen]:
        encoded = self.run(pixels)
        patches = encoded.patch_features
        each = zip(encoded.image_features, repeat(None) if patches is None else patches, pixels, strict=False)
        return [_Seen(features, patch, self.ratio(film)) for features, patch, film in each]

    def _judged(self, frame: LoadedFrame, seen: _Seen, seconds: float) -> Judged:
        outcome = self._outcome(frame, seen, seconds)
        if outcome.status != "judged":
            return Judged(outcome)
        return Judged(outcome, seen.patch_features, seen.image_features, seen.ratio)

    def _outcome(self, frame: LoadedFrame, seen: _Seen, seconds: float) -> Outcome:
        scores = tuple(
            score(seen.image_features, criterion, self.logit_scale, seen.ratio) for criterion in self.criteria
        )
        reason = self._reason(frame, seen.image_features)
        judged = not reason
        return Outcome(
            status="judged" if judged else "not judged",
            triage=triage(scores, self.criteria) if judged else "not judged",
            reasons=(reason,) if reason else frame.notes,
            findings=scores if judged else (),
            view=frame.header.ViewPosition or None,
            header=frame.header,
            seconds=_seconds(frame) + seconds,
        )

    def _reason(self, frame: LoadedFrame, image_features: Features) -> str:
        """Why this bundle must not judge a film that the input checks let pass; empty if it may."""
        unusual = self._unusual.reason(image_features) if self._unusual else None
        if unusual is not None:
            return str(unusual)
        return frame.for_adults if self._adults_only else ""


class Unusual:
    """What the films of the bundle's kind look like to its image encoder."""

    def __init__(self, bundle: Bundle, usual: OutOfDistribution) -> None:
        self._limit = usual.threshold
        self.statistics = _read_statistics(bundle, usual)

    def reason(self, image_features: Features) -> Reason | None:
        """Why a film with these image_features, (dimensions,), is not judged."""
        distance = float(mahalanobis(image_features[np.newaxis], self.statistics)[0])
        if distance <= self._limit:
            return None
        return Reason(
            "not_chest",
            f"It does not look like the frontal chest X-rays that this bundle knows (distance "
            f"{distance:.1f}, limit {self._limit:.1f}), so a person must look at it",
        )


def _read_statistics(bundle: Bundle, usual: OutOfDistribution) -> Features:
    """Those of a bundle, (1 + dimensions, dimensions), or a `BundleError` if they are none."""
    try:
        statistics = float32_array(bundle.read(usual.statistics))
    except ValueError:
        statistics = np.empty(0, np.float32)
    if statistics.ndim != 2 or statistics.shape[0] != statistics.shape[1] + 1:
        raise BundleError(
            f"{usual.statistics.path} of the bundle {bundle.manifest.name} holds no statistics of features: "
            "export the bundle again."
        )
    return statistics


def _refusal(frame: LoadedFrame) -> Outcome:
    return Outcome(
        status=frame.status,
        triage="not judged",
        reasons=(frame.reason,),
        view=frame.header.ViewPosition or None,
        header=frame.header,
        seconds=_seconds(frame),
    )


def _seconds(frame: LoadedFrame) -> float:
    """The work that was spent on a frame before it was encoded."""
    return frame.decode_seconds + frame.preprocess_seconds + frame.check_seconds


def _judge(bundle: Bundle, precision: Precision, criteria: tuple[Criterion, ...]) -> Judge:
    """Everything that decides a probability or a triage goes into the judge's id."""
    digest = hashlib.sha256(f"{bundle.identity} {precision} {identity()}".encode())
    for criterion in criteria:
        digest.update(msgspec.json.encode((criterion.name, criterion.sentences, criterion.point)))
        digest.update(criterion.text_features.tobytes())
        if criterion.evidence:
            digest.update(msgspec.json.encode(criterion.evidence))
    names = tuple(criterion.name for criterion in criteria)
    points = msgspec.json.encode([(criterion.name, criterion.point) for criterion in criteria])
    if bundle.signed is None:
        digest.update(UNSIGNED.encode())
    return Judge(
        digest.hexdigest()[:16],
        bundle.title(precision),
        precision,
        names,
        bundle.manifest.version,
        hashlib.sha256(points).hexdigest()[:16],
    )
