"""What the bundle that judged is for, its limits and its measured figures, from its manifest alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lightbox_edge.bundle import ON_SITE, UNSIGNED, Bundle
from lightbox_edge.intervals import FEW
from lightbox_edge.languages import Language
from lightbox_edge.manifest import Result
from lightbox_edge.reporting.headings import Heading, Measured
from lightbox_edge.worklist import Judge


def measured_of(bundle: Bundle | None, judges: Collection[Judge]) -> Measured | None:
    """What the bundle says of itself at the precisions that judged; None where it judged nothing here."""
    used = {one.precision for one in judges if bundle and is_of(bundle, one)}
    if bundle is None or not used:
        return None
    manifest = bundle.manifest
    results = {name: rung.results for name, rung in manifest.ladder.items() if name in used}
    return Measured(manifest.name, manifest.version, manifest.intended_use, manifest.limits, results)


def is_of(bundle: Bundle, judge: Judge) -> bool:
    """Whether a judge is this bundle, whatever its thresholds were then."""
    manifest = bundle.manifest
    name = judge.bundle.split(ON_SITE)[0].removesuffix(UNSIGNED)
    return (name, judge.version) == (manifest.name, manifest.version)


def about_bundle(bundle: Bundle | None, judges: Collection[Judge], say: Language) -> Iterator[str]:
    """What must be said where the bundle is not the one that judged, or where thresholds are a site's."""
    strangers = [one for one in judges if bundle is None or not is_of(bundle, one)]
    if strangers and len(strangers) == len(judges):
        yield say(
            "The bundle that judged these films is not at hand, so what it was measured to do and its limits "
            "cannot be told here."
        )
    elif strangers:
        names = ", ".join(dict.fromkeys(f"{one.bundle} {one.version}".strip() for one in strangers))
        yield say(
            "Some films were judged by other bundles, whose limits are not told here: {names}.", names=names
        )
    if any(ON_SITE in one.bundle for one in judges):
        yield say("The thresholds are this site's own; the measured figures are those at the bundle's own.")


def measured_cells(one: Result, say: Language) -> tuple[str, ...]:
    """One row of the table of measured figures."""
    low, high = one.auc_interval
    few = "*" if min(one.positives, one.negatives) < FEW else ""
    return (
        say(one.finding),
        one.dataset,
        f"{one.positives}",
        f"{one.negatives}",
        f"{one.auc:.2f} ({low:.2f}–{high:.2f}){few}",
        f"{one.sensitivity:.2f}",
        f"{one.specificity:.2f}",
    )


def measured_columns(say: Language) -> tuple[str, ...]:
    """The names of its columns."""
    return (
        say("finding"),
        say("test films"),
        say("with it"),
        say("without it"),
        say("AUC (95 % interval)"),
        say("sensitivity"),
        say("specificity"),
    )


def measured_title(bundle: Measured, precision: str, say: Language) -> str:
    """What its table stands under."""
    name = f"{bundle.name} {bundle.version}"
    return say("Measured by the makers of {bundle}, at {precision}", bundle=name, precision=precision)


def few_words(say: Language) -> str:
    """What the mark in the table means, and what its figures do not."""
    return say(
        "* rests on fewer than {few} films. The figures hold for films like those that were tested: expect "
        "others on yours.",
        few=FEW,
    )


def limits_words(heading: Heading, say: Language) -> str:
    """What every page says of the bundle, in short."""
    if heading.bundle is None:
        return " ".join(heading.about_bundle)
    use, count = say(heading.bundle.intended_use), len(heading.bundle.limits)
    return say("{use} Its figures and its {count} limits stand at the end.", use=use, count=count)
