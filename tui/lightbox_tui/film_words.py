"""What stands beside a film: decisions, what the machine says and why, what is measured, what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from lightbox_edge import Bundle
from lightbox_edge.decisions import FilmStanding, ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.results import FindingScore, Outcome
from lightbox_edge.viewing import Film, Looked, Preset, View
from lightbox_tui.explaining import answer_words
from lightbox_tui.marks import marked
from lightbox_tui.terminal import PictureKind

_MOST_DRIVERS = 3
_BAR = 20
BLOCKS, LETTERS = "█░│", "#.|"  # of a bar: filled, empty, and the threshold


def head(row: ReviewRow, say: Language) -> list[str]:
    """Which film this is."""
    header, view = row.result.outcome.header, row.result.outcome.view or ""
    told = (header.PatientID, header.PatientSex, header.PatientAge, header.StudyDate, view)
    name = row.result.path.replace("\\", "/").rpartition("/")[2]
    return [
        name,
        "  ".join(part for part in told if part) or say("no patient data in the file"),
        "",
    ]


def decisions(standing: FilmStanding, say: Language) -> list[str]:
    """What stands, by reader."""
    lines: list[str] = []
    for one in standing.decisions:
        lines += [f"> {one.reader}: {answer_words(one, say)}", *([f"    {one.note}"] if one.note else [])]
    if standing.is_disputed:
        lines.append(say("They differ: a third reader arbitrates."))
    return [*lines, ""] if lines else []


def machine(row: ReviewRow, target: str, bars: str, say: Language) -> list[str]:
    """Triage, reasons, findings with their bars, and the descriptors that drove those that count."""
    outcome = row.result.outcome
    lines = [marked(outcome.triage, say), *map(say.reason, outcome.reasons)]
    was_flagged = True
    for number, one in enumerate(by_weight(outcome), start=1):
        if was_flagged and not one.flagged:
            lines.append("")
        lines += _finding(number, one, one.name == target, bars, say)
        was_flagged = one.flagged
    return [*lines, ""]


def by_weight(outcome: Outcome) -> list[FindingScore]:
    """The flagged findings first, then by probability: in the order in which keys choose them."""
    return sorted(outcome.findings, key=lambda one: (not one.flagged, -one.probability))


def _finding(number: int, one: FindingScore, is_drawn: bool, bars: str, say: Language) -> Iterator[str]:
    """What is not flagged takes one line: the others need the room."""
    if not one.flagged:
        yield f"{number}   {say(one.name)}  {one.probability:.2f} < {one.threshold:.2f}"
        return
    yield ""
    yield f"{number} ! {say(one.name)}" + (f"  <- {say('drawn')}" if is_drawn else "")
    bound = say("flags at {threshold}", threshold=f"{one.threshold:.2f}")
    yield f"    {bar(one.probability, one.threshold, bars)} {one.probability:.2f}"
    yield f"    {bound}" if one.validated else f"    {bound}, {say('never validated')}"
    drivers = sorted(one.descriptors, key=lambda part: -part.probability)[:_MOST_DRIVERS]
    for part in drivers:
        yield f"    {part.probability:.2f} {say(part.present)}"


def bar(probability: float, threshold: float, signs: str = BLOCKS) -> str:
    """A probability as a bar of fixed length with the threshold in it."""
    filled = round(probability * _BAR)
    mark = min(_BAR - 1, round(threshold * _BAR))
    cells = [signs[0] if place < filled else signs[1] for place in range(_BAR)]
    cells[mark] = signs[2]
    return "".join(cells)


def measured(looked: Looked, say: Language) -> list[str]:
    """What was measured, organs first; the same reason for several findings is told once."""
    lines = [say("Measured")]
    said: dict[str, list[str]] = {}
    for target, told in looked.told:
        said.setdefault(told, []).append(_target(target, say))
    lines += [f"  {', '.join(targets)}: {told}" for told, targets in said.items()]
    if looked.only_organs:
        lines.append(say("Another machine judged this film: its findings are not drawn."))
    return [*lines, ""]


def _target(target: str, say: Language) -> str:
    match target:
        case "lung_left":
            return say("left lung (blue)")
        case "lung_right":
            return say("right lung (blue)")
        case "heart":
            return say("heart (orange)")
        case _:
            return say(target)


def worth(bundle: Bundle, row: ReviewRow, say: Language) -> list[str]:
    """What the bundle was validated for, at the precision that judged the film."""
    manifest, judge = bundle.manifest, row.judge
    rungs = {str(name): rung for name, rung in manifest.ladder.items()}
    if not judge.bundle.startswith(manifest.name) or judge.precision not in rungs:
        judged = say("Judged by {bundle}, {precision}.", bundle=judge.bundle, precision=judge.precision)
        return [judged, say("The bundle that is open now is another one.")]
    lines = [f"{judge.bundle} {judge.version} {judge.precision}", say(manifest.intended_use), ""]
    latest = {one.finding: one for one in rungs[judge.precision].results}  # the last is of all test sets
    lines += [say("Measured on test films:")] if latest else [say("It was never measured.")]
    for name, one in latest.items():
        low, high = one.auc_interval
        lines.append(f"  {say(name)}: AUC {one.auc:.2f} ({low:.2f}-{high:.2f})")
        counts = say("{count} with it, {others} without", count=one.positives, others=one.negatives)
        lines.append(f"    {one.sensitivity:.0%} / {one.specificity:.0%}, {counts}")
    return [*lines, say("(percent: sensitivity / specificity)"), "", *manifest.limits]


def status(film: Film, view: View, say: Language) -> str:
    """The window, by its name, and what else is done to the picture."""
    by_hand = f" {say('(changed)')}" if view.by_hand else ""
    parts = [
        f"{preset_words(film.presets[view.preset], say)}{by_hand}",
        f"L {view.level:.2f} W {view.width:.2f}",
        *([f"{view.zoom:.1f}x"] if view.zoom > 1 else []),
        *([say("negative")] if view.inverted else []),
    ]
    return "  ".join(parts)


def preset_words(preset: Preset, say: Language) -> str:
    """A preset's name."""
    match preset.kind:
        case "model":
            return say("as the model sees it")
        case "lungs":
            return say("lungs")
        case "whole":
            return say("whole range")
        case _:
            return say("the film's own window {name}", name=preset.name or preset.step)


def overlay_words(view: View, say: Language) -> str:
    """Which overlay is on."""
    match view.overlay:
        case "outlines":
            return say("outlines")
        case "map":
            return say("map")
        case _:
            return say("no overlay")


def warning(picture: PictureKind, say: Language) -> str:
    """That what is seen here is no film."""
    match picture:
        case "kitty" | "sixel" | "ascii":
            return say("A terminal is no diagnostic display: o opens the film.")
        case "none":
            return say("Pictures are off: o opens the film.")
        case _:
            return say("Half-cells are no diagnostic display: o opens the film.")


def side_by_side(names: Sequence[str], own: Sequence[float], other: Sequence[float]) -> list[str]:
    """Probabilities of two precisions, and how far they are apart."""
    return [
        f"  {name:<22} {one:.2f}  {two:.2f}  {two - one:+.2f}"
        for name, one, two in zip(names, own, other, strict=True)
    ]


def hanging(lines: Sequence[str]) -> Group:
    """Lines whose own indent holds where they are broken, too."""
    return Group(*(Padding(Text(line.lstrip() or " "), (0, 0, 0, _indent(line))) for line in lines))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
