"""``MODEL_CARD.md``, written from the manifest alone, so that it cannot say anything else."""

from __future__ import annotations

from lightbox_edge.intervals import FEW
from lightbox_edge.manifest import (
    Anatomy,
    Auc,
    Cost,
    Manifest,
    OperatingPoint,
    Precision,
    Rung,
    Segmenter,
    ShortcutResult,
)
from lightbox_edge.words_table import words_table

WORDS = """## What other words are worth

Whoever types words of their own asks for what training may never have heard. So the same test films were
asked about in other ways too. *AUC lost* is against the words of training on the same films.

"""

EVIDENCE = """## Evidence beside the words

The cardiothoracic ratio, the heart's width over the thorax's, is measured on the lungs that the anatomy
network finds; on a film without two lungs the words stand alone. What it weighs was learned on the training
films. Figures and thresholds above are of words and ratio together. Two tables are of the words alone: that
of films with something blanked, and that of other words.

"""


def model_card(manifest: Manifest) -> str:
    """The card in Markdown."""
    sections = [
        f"# {manifest.name} {manifest.version}\n",
        f"Licence: {manifest.licence}\n",
        f"## What it is for\n\n{manifest.intended_use}\n",
        "## What it learned from\n\n" + _points(manifest.training_data),
        "## Its limits\n\n" + _points(manifest.limits),
    ]
    sections += [_rung(precision, rung) for precision, rung in manifest.ladder.items()]
    if any(finding.evidence for finding in manifest.findings):
        sections.append(_evidence(manifest))
    if manifest.asked:
        sections.append(WORDS + words_table(manifest.asked, manifest.unseen))
    if manifest.segmenter is not None:
        sections.append(_segmenter(manifest.segmenter))
    if manifest.anatomy is not None:
        sections.append(_anatomy(manifest.anatomy))
    return "\n".join(sections)


def _points(lines: tuple[str, ...]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _rung(precision: Precision, rung: Rung) -> str:
    """The measured figures of one precision; a figure that rests on few cases says so."""
    lines = [
        f"## Measured at {precision}\n",
        "| finding | test films | with | without | AUC (95 % interval) | sensitivity | specificity |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in rung.results:
        low, high = one.auc_interval
        few = f" (fewer than {FEW} cases)" if min(one.positives, one.negatives) < FEW else ""
        lines.append(
            f"| {one.finding} | {one.dataset} | {one.positives} | {one.negatives} | {one.auc:.2f} "
            f"({low:.2f} to {high:.2f}){few} | {one.sensitivity:.2f} | {one.specificity:.2f} |"
        )
    if rung.cost is not None:
        lines.insert(1, _cost(rung.cost))
    lines += _promises(rung)
    lines += [
        "\nSensitivity and specificity hold at the shipped thresholds, which were set on other patients:\n",
        "| finding | threshold | set for | sensitivity and specificity where it was set |",
        "|---|---|---|---|",
    ]
    lines += [_operating_point(name, point) for name, point in rung.operating_points.items()]
    lines += _shortcuts(rung.shortcuts)
    return "\n".join(lines) + "\n"


def _shortcuts(results: tuple[ShortcutResult, ...]) -> list[str]:
    """Where the bundle looks: the same films without their lungs, and their lungs only."""
    if not results:
        return []
    told = (
        "\nDoes it look at the lungs? The same test films with the lungs blanked, and with all but the lungs "
        "blanked (films on which no two lungs were found are left out). For a finding of the lungs an AUC "
        "that stays above 0.5 without them is a shortcut: something else gives the film away. The heart's "
        "size is seen without the lungs, and blanked lungs keep their outline.\n"
    )
    lines = [
        told,
        "| finding | test films | with | without | left out | whole, AUC | without the lungs | lungs only |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in results:
        cells = " | ".join(_auc(way) for way in (one.whole, one.without_lungs, one.lungs_only))
        counts = f"{one.positives} | {one.negatives} | {one.no_lungs}"
        lines.append(f"| {one.finding} | {one.dataset} | {counts} | {cells} |")
    return lines


def _auc(one: Auc) -> str:
    return f"{one.value:.2f} ({one.interval[0]:.2f} to {one.interval[1]:.2f})"


def _evidence(manifest: Manifest) -> str:
    """What is weighed beside words, and what the words are worth with it and without."""
    told = "".join(
        f"- {one.name}: {one.evidence.weight:g} x (ratio - {one.evidence.centre:g}) is added to its log-odds "
        "before calibration.\n"
        for one in manifest.findings
        if one.evidence
    )
    lines = [
        "| finding | precision | test films | with | without | words and ratio, AUC | words alone |",
        "|---|---|---|---|---|---|---|",
    ]
    for precision, rung in manifest.ladder.items():
        for one in rung.results:
            if one.words is not None:
                both = _auc(Auc(one.auc, one.auc_interval))
                counts = f"{one.positives} | {one.negatives}"
                lines.append(
                    f"| {one.finding} | {precision} | {one.dataset} | {counts} | {both} | {_auc(one.words)} |"
                )
    return EVIDENCE + told + "\n" + "\n".join(lines) + "\n"


def _promises(rung: Rung) -> list[str]:
    """What `uncertain` promised and what was measured; nothing where nothing was promised."""
    kept = []
    for one in rung.results:
        promise = (
            rung.operating_points[one.finding].miss_rate if one.finding in rung.operating_points else None
        )
        if promise is None or one.missed is None or one.missed_interval is None:
            continue
        low, high = one.missed_interval
        word = "kept" if one.missed <= promise else "kept within the interval" if low <= promise else "broken"
        kept.append(
            f"| {one.finding} | {one.dataset} | {one.positives} | {promise:.3f} | {one.missed:.3f} "
            f"({low:.3f} to {high:.3f}) | {word} |"
        )
    if not kept:
        return []
    return [
        "\nThe share of films with the finding that is neither flagged nor uncertain:\n",
        "| finding | test films | with | promised at most | measured (95 % interval) | the promise is |",
        "|---|---|---|---|---|---|",
        *kept,
    ]


def _cost(cost: Cost) -> str:
    """What a precision cost against fp32, in one paragraph."""
    told = [
        f"image_features' mean cosine {cost.cosine:.4f}",
        f"the same triage on {cost.triage_agreement:.1%}",
    ]
    if cost.auc_lost is not None and cost.sensitivity_lost is not None:
        told.append(f"at most {cost.auc_lost:.4f} of a finding's AUC lost")
        told.append(f"at most {cost.sensitivity_lost:.3f} of its sensitivity at fp32's threshold")
    return f"Against fp32, on {cost.films} films that calibrated nothing: {', '.join(told)}.\n"


def _segmenter(segmenter: Segmenter) -> str:
    """What draws the regions, and what each precision of it cost."""
    lines = [
        f"## Segmenter: {segmenter.name}\n",
        f"Licence: {segmenter.licence}. It draws a mask where a box or a point says, and names no disease.\n",
        "| precision | MB | masks' mean IoU to fp32's |",
        "|---|---|---|",
    ]
    for precision, rung in segmenter.ladder.items():
        iou = "it is the reference" if rung.mask_iou is None else f"{rung.mask_iou:.4f}"
        lines.append(f"| {precision} | {rung.image_encoder.bytes / 1e6:.1f} | {iou} |")
    for precision, rung in segmenter.ladder.items():
        for one in rung.results:
            low, high = one.dice_interval
            lines.append(
                f"\nAt {precision}, from boxes around what people drew, {one.target} on {one.images} films "
                f"of {one.dataset}: Dice {one.dice:.3f} ({low:.3f} to {high:.3f})."
            )
    return "\n".join(lines) + "\n"


def _anatomy(anatomy: Anatomy) -> str:
    """What finds the lungs, what it learned from, and how well its masks fit those that people drew."""
    told = (
        f"Licence: {anatomy.licence}. It outlines {', '.join(anatomy.targets)} on frontal films "
        f"({anatomy.precision}, {anatomy.model.bytes / 1e6:.1f} MB)."
    )
    if anatomy.mask_iou is not None:
        told += (
            f" The figures are those of fp32; its masks at {anatomy.precision} have a mean IoU of "
            f"{anatomy.mask_iou:.3f} to those."
        )
    lines = [
        f"## Anatomy: {anatomy.name}\n",
        f"{told}\n",
        "It learned from:\n",
        _points(anatomy.training_data),
        "| target | films | number | Dice (95 % interval) |",
        "|---|---|---|---|",
    ]
    for one in anatomy.results:
        low, high = one.dice_interval
        lines.append(
            f"| {one.target} | {one.dataset} | {one.images} | {one.dice:.3f} ({low:.3f} to {high:.3f}) |"
        )
    return "\n".join(lines) + "\n"


def _operating_point(name: str, point: OperatingPoint) -> str:
    if point.set_for is None or point.sensitivity is None or point.specificity is None:
        return f"| {name} | {point.threshold:.2f} | set by hand | not measured |"
    aim = f"{point.set_for.measure} {point.set_for.value:g}"
    return f"| {name} | {point.threshold:.2f} | {aim} | {point.sensitivity:.2f}, {point.specificity:.2f} |"
