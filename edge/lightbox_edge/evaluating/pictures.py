"""Two pictures of a finding as SVG that stands in a page: its ROC curve and its calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import sqrt

from lightbox_edge.evaluating.calibration import Bin
from lightbox_edge.evaluating.figures import SENSITIVITY_ASKED, share
from lightbox_edge.evaluating.records import FindingEvaluation

SIDE = 220  # of the square that is plotted in, in SVG units
LEFT, TOP, WIDTH, HEIGHT = 44, 10, 280, 274
SCALES = (0.1, 0.2, 0.5, 1.0)  # how far the axes of a calibration may go

Point = tuple[float, float]


def roc_picture(finding: FindingEvaluation) -> str:
    """Sensitivity over 1 - specificity, the threshold in use as a dot, the sensitivity asked for dashed."""
    figures = finding.whole.figures
    marks = [_line((0, SENSITIVITY_ASKED), (1, SENSITIVITY_ASKED), "asked"), _path(finding.roc, "curve")]
    if figures.sensitivity is not None and figures.specificity is not None:
        here = (1 - figures.specificity.value, figures.sensitivity.value)
        title = f"threshold {finding.threshold:.2f}: sensitivity {here[1]:.2f}, specificity {1 - here[0]:.2f}"
        marks.append(_dot(here, 5, "point", title))
    return _picture(f"ROC curve of {finding.name}", "1 − specificity", "sensitivity", 1.0, marks)


def calibration_picture(finding: FindingEvaluation) -> str:
    """The share with the finding over the mean probability, a dot a bin, larger with more films."""
    fit = finding.whole.figures.calibration
    bins = fit.bins if fit is not None else ()
    farthest = max((max(one.probability, one.share) for one in bins), default=1.0)
    end = next(scale for scale in SCALES if farthest <= scale)
    marks = [mark for one in bins for mark in _bin(one, end)]
    axes = ("mean probability", "share with the finding")
    return _picture(f"Calibration of {finding.name}", *axes, end, marks)


def _bin(one: Bin, end: float) -> Iterator[str]:
    place = (one.probability / end, one.share / end)
    interval = share(round(one.share * one.films), one.films)
    if interval is not None:
        low, high = interval.low / end, min(interval.high / end, 1.0)
        yield _line((place[0], low), (place[0], high), "interval")
    title = f"{one.films} films: probability {one.probability:.2f}, share {one.share:.2f}"
    yield _dot(place, min(6.0, 1.5 + sqrt(one.films) / 3), "bin", title)


def _picture(title: str, across: str, up: str, end: float, marks: Sequence[str]) -> str:
    ticks = [part for step in range(6) for part in _tick(step / 5, end)]
    middle = TOP + SIDE / 2
    return "\n".join(
        [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
            f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" class="frame"/>',
            *ticks,
            _line((0, 0), (1, 1), "diagonal"),
            *marks,
            f'<text x="{LEFT + SIDE / 2:g}" y="{HEIGHT - 6}" text-anchor="middle">{across}</text>',
            f'<text transform="translate(12 {middle:g}) rotate(-90)" text-anchor="middle">{up}</text>',
            "</svg>",
        ]
    )


def _tick(where: float, end: float) -> Iterator[str]:
    label = f"{where * end:.2f}" if end < 0.5 else f"{where * end:.1f}"
    x, y = _at((where, where))
    if 0 < where < 1:
        yield _line((where, 0), (where, 1), "grid")
        yield _line((0, where), (1, where), "grid")
    yield f'<text x="{x}" y="{TOP + SIDE + 15}" text-anchor="middle" class="tick">{label}</text>'
    yield f'<text x="{LEFT - 5}" y="{float(y) + 3.5:.1f}" text-anchor="end" class="tick">{label}</text>'


def _at(point: Point) -> tuple[str, str]:
    return f"{LEFT + SIDE * point[0]:.1f}", f"{TOP + SIDE * (1 - point[1]):.1f}"


def _line(start: Point, end: Point, kind: str) -> str:
    (x1, y1), (x2, y2) = _at(start), _at(end)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{kind}"/>'


def _path(points: Sequence[Point], kind: str) -> str:
    corners = " ".join(",".join(_at(point)) for point in points)
    return f'<polyline points="{corners}" class="{kind}"/>'


def _dot(point: Point, radius: float, kind: str, title: str) -> str:
    x, y = _at(point)
    return f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" class="{kind}"><title>{title}</title></circle>'
