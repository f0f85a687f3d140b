"""A calibration on the screen: what it changes, what it rests on, and those that a site has made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lightbox_edge.bundle import Bundle
from lightbox_edge.calibration_effect import Effect, Measured
from lightbox_edge.cases import Case, is_disputed
from lightbox_edge.intervals import FEW, Figure
from lightbox_edge.site_calibration import SiteCalibration, read_site_file, site_path


def disputed(cases: Sequence[Case], findings: Sequence[str]) -> Iterator[str]:
    """A line for each finding of which readers dispute films."""
    for name in findings:
        if count := sum(is_disputed(case, name) for case in cases):
            yield f"{name}: readers dispute {count} of {len(cases)} films, and these are left out.\n"


def told(
    one: SiteCalibration, where: Path, films_a_day: float, share_ill: float, *, beside_bundle: bool
) -> str:
    """What the table's figures mean, what was written and how it comes into use."""
    used = "from now on" if beside_bundle else "where --site-calibration names it"
    return (
        f"\nA day is taken as {films_a_day:g} films, {share_ill:.0%} of them with a finding. "
        "Each figure stands before its 95 % interval;\n"
        "after: every film was judged by thresholds that the other films set."
        f"\n{where}: written, at {one.precision} from {one.films} films. "
        f"'lightbox screen' and 'lightbox evaluate' use it {used}; 'lightbox calibrate --undo' takes it back."
    )


def table(effects: list[Effect]) -> list[str]:
    """Before and after of each finding, as a table for people."""
    head = f"{'':<10}{'threshold':>10}  {'sensitivity':<20}{'specificity':<20}"
    lines = [f"{head}{'flagged a day':<20}{'uncertain a day':<20}missed of 100"]
    for one in effects:
        few = f"; fewer than {FEW} of either say little" if min(one.positives, one.negatives) < FEW else ""
        lines += [
            f"{one.finding}: {one.positives} films with, {one.negatives} without{few}",
            _row("before", one.before),
            _row("after", one.after),
        ]
    return lines


def _row(name: str, one: Measured) -> str:
    threshold = "" if one.threshold is None else f"{one.threshold:.3f}"
    cells = [
        _cell(one.sensitivity, 2),
        _cell(one.specificity, 2),
        _cell(one.flagged, 1),
        _cell(one.uncertain, 1),
        _cell(one.missed, 0),
    ]
    return f"  {name:<8}{threshold:>10}  {''.join(f'{cell:<20}' for cell in cells)}".rstrip()


def _cell(figure: Figure | None, digits: int) -> str:
    if figure is None:
        return "none to tell"
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"


def history(bundle: Bundle, path: Path | None) -> list[str]:
    """Every calibration of a site, the latest last, and which are in use."""
    kept = read_site_file(bundle, path)
    if kept is None:
        return [f"{site_path(bundle)} is not there: the bundle's own thresholds are in use."]
    used = list(kept.in_use().values())
    lines = [f"{path or site_path(bundle)}, for {kept.bundle} {kept.version}:"]
    for one in kept.calibrations:
        state = f"taken back {one.withdrawn}" if one.withdrawn else "in use" if one in used else "replaced"
        lines += _calibration(one, state)
    return lines


def _calibration(one: SiteCalibration, state: str) -> list[str]:
    aim = "each its own target" if one.sensitivity is None else f"sensitivity {one.sensitivity:g}"
    return [
        f"\n{one.date}, {one.precision}, {one.films} films, {aim}: {state}",
        *(
            f"  {name:<22} threshold {point.threshold:.3f}, uncertain from {point.uncertain_from:.3f}, "
            f"{one.counts[name].positives} with, {one.counts[name].negatives} without"
            for name, point in one.points.items()
        ),
        *(f"  {name:<22} as it was: {why}" for name, why in one.left.items()),
    ]
