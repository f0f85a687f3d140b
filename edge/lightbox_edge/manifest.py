"""Version 1 of ``manifest.json``: what a bundle says about itself, parsed strictly.

Unknown fields, wrong types and unknown schema versions are refused. Sizes are pixels, probabilities
0 to 1. What belongs to one precision (calibration, thresholds, statistics, results) is kept under that
precision: INT8 has its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from lightbox_edge import strict_json
from lightbox_edge.errors import BundleError
from lightbox_edge.printable import OBEYED, is_line

SCHEMA_VERSION = 1

# fp32; INT8 weights with fp32 arithmetic; INT8 arithmetic for CPUs with VNNI; the same with weights of 7
# bits, whose products cannot saturate the 16-bit sums of CPUs with AVX2 and no VNNI.
Precision = Literal["fp32", "int8_weights", "int8", "int8_avx2"]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Percentile = Annotated[float, msgspec.Meta(ge=0, le=100)]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
# What is printed holds nothing that a terminal obeys, and a newline only in a text.
Line = Annotated[str, msgspec.Meta(pattern=rf"^[^{OBEYED}]*\Z")]
Text = Annotated[str, msgspec.Meta(pattern=rf"^([^{OBEYED}]|\n)*\Z")]
Count = Annotated[int, msgspec.Meta(ge=0)]
MOST_BYTES = 2 << 30  # of one file; Protocol Buffers, and so ONNX, end there


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A frozen record that refuses fields it does not know."""


class File(_Record, frozen=True):
    """A file of the bundle, by its path relative to the manifest."""

    path: Line
    sha256: Sha256
    bytes: Annotated[int, msgspec.Meta(ge=0, le=MOST_BYTES)]


class Corners(_Record, frozen=True):
    """How far letters burned into a film's corners may reach: ``rows`` by ``columns`` blocks.

    ``block`` is a block's side in pixels of the encoder's input.
    """

    block: Annotated[int, msgspec.Meta(ge=1, le=512)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=64)]
    columns: Annotated[int, msgspec.Meta(ge=1, le=64)]


class Preprocessing(_Record, frozen=True):
    """How a radiograph becomes the image encoder's input, see `lightbox_edge.preprocess`.

    ``border`` is the share of each side whose gray values the percentiles leave out; what stands in the
    ``corners`` is reduced to the medians of blocks.
    """

    input_size: Annotated[int, msgspec.Meta(ge=16, le=4096)]
    percentiles: tuple[Percentile, Percentile]
    mean: float
    std: Annotated[float, msgspec.Meta(gt=0)]
    border: Annotated[float, msgspec.Meta(ge=0, le=0.4)] = 0.0
    corners: Corners | None = None


class Descriptor(_Record, frozen=True):
    """A sentence that a reader would look for, and the sentence that denies it."""

    present: Line
    absent: Line


class Evidence(_Record, frozen=True):
    """A measurement that speaks for a finding beside its words, see `lightbox_edge.evidence`.

    It adds ``weight`` * (value - ``centre``) to the log-odds before calibration; nothing on a film on which
    it cannot be measured. At ``centre`` it speaks neither for the finding nor against it.
    """

    measurement: Literal["cardiothoracic_ratio"]
    weight: Annotated[float, msgspec.Meta(gt=0)]
    centre: float


class Finding(_Record, frozen=True):
    """Something looked for: the descriptors whose probabilities make its own, and evidence beside them."""

    name: Line
    descriptors: Annotated[tuple[Descriptor, ...], msgspec.Meta(min_length=1)]
    evidence: Evidence | None = None


class Target(_Record, frozen=True):
    """What a threshold was set to reach on the calibration cases."""

    measure: Literal["sensitivity", "specificity"]
    value: Probability


class OperatingPoint(_Record, frozen=True):
    """What a finding's raw log-odds mean at one precision.

    Calibrated probability = sigmoid(``slope`` * log-odds + ``intercept``) (Platt, 1999). At or above
    ``threshold`` the finding flags the film, from ``uncertain_from`` up to it the film is uncertain.
    ``sensitivity`` and ``specificity`` were measured on the calibration cases at ``threshold``; they and
    ``set_for`` are None where a person set the threshold. ``miss_rate`` is promised: of films with the
    finding at most that share is neither flagged nor uncertain (`lightbox_edge.conformal`); None promises
    nothing.
    """

    slope: Annotated[float, msgspec.Meta(gt=0)]
    intercept: float
    threshold: Probability
    uncertain_from: Probability
    set_for: Target | None = None
    sensitivity: Probability | None = None
    specificity: Probability | None = None
    miss_rate: Probability | None = None

    @classmethod
    def assumed(cls, threshold: float) -> OperatingPoint:
        """One that nothing was measured for: no calibration, and nothing uncertain."""
        return cls(1.0, 0.0, threshold, threshold)


class OutOfDistribution(_Record, frozen=True):
    """Mahalanobis distance of image_features above which an image is not judged (Lee et al., 2018).

    ``statistics`` is a .npy file, (1 + dimensions, dimensions) float32: the mean, then a matrix W with
    W.T @ W the inverse covariance.
    """

    statistics: File
    threshold: Annotated[float, msgspec.Meta(gt=0)]


class Auc(_Record, frozen=True):
    """An AUC with its 95 % bootstrap interval."""

    value: Probability
    interval: tuple[Probability, Probability]


class Result(_Record, frozen=True):
    """One measured figure: AUC with its 95 % bootstrap interval, and the operating point on test data.

    ``missed`` is the share of films with the finding that were neither flagged nor uncertain, with its 95 %
    interval; None where the operating point promised nothing of it. ``words`` is the AUC of a finding's words
    without its evidence; None where it has none.
    """

    finding: Line
    dataset: Line
    date: Line
    positives: Count
    negatives: Count
    auc: Probability
    auc_interval: tuple[Probability, Probability]
    sensitivity: Probability
    specificity: Probability
    missed: Probability | None = None
    missed_interval: tuple[Probability, Probability] | None = None
    words: Auc | None = None


class Asked(_Record, frozen=True):
    """How well words find a finding on test films: AUC with its 95 % bootstrap interval, at one precision.

    ``words`` are ``seen`` (the descriptors, which training drew) or ``unseen`` (it never did); where the
    finding was ``left_out``, another network of the same recipe was asked, which had learned neither its
    words nor its labels. ``lost`` is what of the AUC is missing against the seen words with the finding in
    training, on the same films, None for those words themselves.
    """

    finding: Line
    words: Literal["seen", "unseen"]
    left_out: bool
    precision: Precision
    dataset: Line
    date: Line
    positives: Count
    negatives: Count
    auc: Probability
    auc_interval: tuple[Probability, Probability]
    lost: float | None = None
    lost_interval: tuple[float, float] | None = None


class Cost(_Record, frozen=True):
    """What a precision cost against fp32, as the gate measured it on films that calibrated nothing.

    ``cosine`` is the mean over the films of image_features against fp32's; ``triage_agreement`` the share
    of films with the same triage; ``auc_lost`` the largest loss over findings, ``sensitivity_lost`` the
    same at fp32's threshold carried over, both None where no film is labelled.
    """

    films: Count
    cosine: float
    triage_agreement: Probability
    auc_lost: float | None = None
    sensitivity_lost: float | None = None


class ShortcutResult(_Record, frozen=True):
    """One finding on the whole films, without the lungs and on the lungs only, see `lightbox_edge.blanking`.

    All three over the same test films; ``no_lungs`` more had no two lungs that were found.
    """

    finding: Line
    dataset: Line
    date: Line
    positives: Count
    negatives: Count
    no_lungs: Count
    whole: Auc
    without_lungs: Auc
    lungs_only: Auc


class Rung(_Record, frozen=True):
    """One precision of the ladder: its image encoder and every number that belongs to it.

    ``out_of_distribution`` is None where too few films were there to measure it: then nothing is refused.
    """

    image_encoder: File
    operating_points: dict[str, OperatingPoint]
    out_of_distribution: OutOfDistribution | None
    results: tuple[Result, ...]
    cost: Cost | None = None
    shortcuts: tuple[ShortcutResult, ...] = ()

    def files(self) -> Iterator[File]:
        """Every file that belongs to this precision."""
        yield self.image_encoder
        if self.out_of_distribution:
            yield self.out_of_distribution.statistics


class TextEncoder(_Record, frozen=True):
    """The model that turns new words into text_features, with its tokenizer (``tokenizer.json``)."""

    model: File
    tokenizer: File
    precision: Precision
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=4096)]


class MaskResult(_Record, frozen=True):
    """Masks against those that people drew: mean Dice with its 95 % bootstrap interval."""

    target: Line
    dataset: Line
    date: Line
    images: Count
    dice: Probability
    dice_interval: tuple[Probability, Probability]


class SegmenterRung(_Record, frozen=True):
    """One precision of a segmenter's image encoder; ``mask_iou`` is the mean IoU of its masks to fp32's."""

    image_encoder: File
    mask_iou: Probability | None
    results: tuple[MaskResult, ...]


class Segmenter(_Record, frozen=True):
    """A SAM: boxes and points to masks (Kirillov et al., 2023), see `lightbox_edge.segmenting`.

    The image encoder takes pixels (N, 1, S, S) float32 in 0 to 1, the film in the upper left corner, its
    longer side ``input_size``, and gives image_embedding (N, 256, S / stride, S / stride). The
    prompt encoder and mask decoder are one fp32 graph at every precision.
    """

    name: Line
    licence: Line
    input_size: Annotated[int, msgspec.Meta(ge=64, le=2048)]
    mask_decoder: File
    ladder: dict[Precision, SegmenterRung]


class Anatomy(_Record, frozen=True):
    """What finds organs on a frontal film with no prompt, see `lightbox_edge.anatomy`.

    The model takes pixels (N, 1, S, S) float32 in 0 to 1, S ``input_size``: the film's ``percentiles``
    stretched to 0 and 1, centred on a black square. It gives the masks' logits (N, targets, S / stride,
    S / stride); sides are the patient's. One model serves every precision of the ladder; ``results`` were
    measured at fp32, and ``mask_iou`` is the mean IoU of its masks to those, None where it is fp32.
    """

    name: Line
    licence: Line
    training_data: tuple[Text, ...]
    input_size: Annotated[int, msgspec.Meta(ge=64, le=1024)]
    percentiles: tuple[Percentile, Percentile]
    targets: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
    model: File
    precision: Precision
    results: tuple[MaskResult, ...]
    mask_iou: Probability | None = None


class Manifest(_Record, frozen=True):
    """The whole of ``manifest.json``; with ``adults_only`` the films of children are not judged.

    ``unseen`` are the findings in words that training never used, ``asked`` what those words were worth.
    """

    schema_version: Literal[1]
    name: Line
    version: Line
    licence: Line
    intended_use: Text
    training_data: tuple[Text, ...]
    limits: tuple[Text, ...]
    preprocessing: Preprocessing
    logit_scale: Annotated[float, msgspec.Meta(gt=0)]
    findings: tuple[Finding, ...]
    text_features: File
    ladder: dict[Precision, Rung]
    text_encoder: TextEncoder | None
    documents: tuple[File, ...]
    segmenter: Segmenter | None = None
    anatomy: Anatomy | None = None
    adults_only: bool = False
    unseen: tuple[Finding, ...] = ()
    asked: tuple[Asked, ...] = ()


class _Version(msgspec.Struct):
    schema_version: int


def parse_manifest(text: bytes, where: str) -> Manifest:
    """Parse ``manifest.json``; ``where`` names it in the sentence of a `BundleError`."""
    try:
        version = msgspec.json.decode(text, type=_Version).schema_version
        if version != SCHEMA_VERSION:
            raise BundleError(
                f"{where} has schema version {version} and this Lightbox reads version {SCHEMA_VERSION}: "
                f"{'install a newer Lightbox' if version > SCHEMA_VERSION else 'export the bundle again'}."
            )
        manifest = strict_json.decode(text, Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(f"{where} is no valid manifest: {error}; export the bundle again.") from error
    if fault := next(_faults(manifest), ""):
        raise BundleError(f"{where} {fault}: export the bundle again.")
    return manifest


def _faults(manifest: Manifest) -> Iterator[str]:
    """What the whole must not say although each field may."""
    weighed = [finding.name for finding in manifest.findings if finding.evidence]
    if weighed and manifest.anatomy is None:
        yield f"weighs a measurement for {weighed[0]!r} and names no anatomy network that takes it"
    names = [finding.name for finding in manifest.findings]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        yield f"names the finding {twice[0]!r} twice"
    if not all(map(is_line, names)):
        yield "has a finding whose name shows nothing"
    for stretched in (manifest.preprocessing, manifest.anatomy):
        if stretched is not None and stretched.percentiles[0] >= stretched.percentiles[1]:
            yield f"stretches films between the percentiles {stretched.percentiles}, which makes them black"
