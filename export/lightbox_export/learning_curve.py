"""What more films would be worth: the recipe with a share of the training patients, tested alike.

python -m lightbox_export.learning_curve chest-open --data open-x-rays --out build/curve --shares 0.25 0.5

The patients of a smaller share are among those of a larger one. Every training makes as many steps as the
whole recipe does, so that a small share lacks films and not training; each takes as long as the recipe's own.
The whole is trained with --shares 1, or asked from the bundle that --bundle names. A run that was cut off
goes on from its last epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.bundle_writing import today
from lightbox_edge.errors import LightboxError
from lightbox_edge.intervals import FEW
from lightbox_edge.manifest import Asked
from lightbox_edge.words_measuring import Answers, measure_words
from lightbox_export.labels import Case, draw
from lightbox_export.recipe import Recipe, load_recipe
from lightbox_export.teaching import teach
from lightbox_export.trial_program import arguments_parser, end_well, write_report
from lightbox_export.trials import AskedBundle, AskedNetwork, Trials, shortened

SALT = "learning curve "


class Point(msgspec.Struct, frozen=True):
    """A share of the training patients, the films that taught, those with each finding, and the figures."""

    share: float
    films: int
    epochs: int
    networks: int
    positives: dict[str, int]
    asked: tuple[Asked, ...]


class LearningCurve(msgspec.Struct, frozen=True):
    """What the command writes as ``learning_curve.json``."""

    recipe: str
    points: tuple[Point, ...]


def learning_curve(
    recipe: Recipe, data: Path, out: Path, shares: Sequence[float], bundle: Bundle | None = None
) -> Iterator[LearningCurve]:
    """Train with one share after another; gives all that is known after each of them.

    Args:
        recipe: of the whole.
        data: the folder of the open X-ray collection.
        out: the folder of the trainings' checkpoints.
        shares: of the training patients, over 0 to 1.
        bundle: made by the recipe, the last point; None where 1 is among the shares or not wanted.

    Raises:
        LightboxError: a share is none or leaves too few films, or the films, the bundle or a checkpoint
            cannot be used.
    """
    for share in shares:
        if not 0 < share <= 1:
            raise LightboxError(f"{share:g} is no share of the patients: write more than 0, at most 1.")
    out.mkdir(parents=True, exist_ok=True)
    trials = Trials.read(recipe, data)
    done: tuple[Point, ...] = ()
    for share in sorted({*shares}):
        done = (*done, _point(share, trials, out))
        yield LearningCurve(recipe.name, done)
    if bundle is not None:
        asked = _asked(AskedBundle(bundle, trials.tests), trials)
        yield LearningCurve(recipe.name, (*done, _told(1.0, trials.cases, recipe, asked)))


def part_of(cases: Sequence[Case], groups: Sequence[str], share: float) -> list[Case]:
    """The cases of a share of the patients; a smaller share's are among them."""
    return [case for case, group in zip(cases, groups, strict=True) if draw(SALT, group) < share]


def same_steps(recipe: Recipe, films: int, of: int) -> Recipe:
    """The recipe with so many more epochs that fewer films are shown in as many batches."""
    size = recipe.training.batch_size
    if films < size:
        raise LightboxError(f"{films} films are fewer than a batch of {size}: take a larger share.")
    epochs = round(recipe.training.epochs * (of // size) / (films // size))
    return shortened(recipe, epochs)


def _point(share: float, trials: Trials, out: Path) -> Point:
    groups = [trials.rows[case.file]["group"] for case in trials.cases]
    cases = part_of(trials.cases, groups, share)
    recipe = same_steps(trials.recipe, len(cases), len(trials.cases))
    named = msgspec.structs.replace(recipe, name=f"{recipe.name}, {share:g} of the patients")
    taught = teach(named, cases, trials.films, out / f"share-{share:g}.checkpoint.pt")
    return _told(share, cases, recipe, _asked(AskedNetwork(taught, trials.pixels), trials))


def _asked(network: AskedNetwork | AskedBundle, trials: Trials) -> tuple[Asked, ...]:
    usual = Answers("seen", False, network.precision, network.log_odds(trials.recipe.findings()))
    return tuple(measure_words(trials.tests, usual, [], today()))


def _told(share: float, cases: Sequence[Case], recipe: Recipe, asked: tuple[Asked, ...]) -> Point:
    truths = [case.labelled(recipe).truths for case in cases]
    positives = {name: sum(bool(one[name]) for one in truths) for name in recipe.shipped()}
    training = recipe.training
    return Point(share, len(cases), training.epochs, len(training.seeds), positives, asked)


def learning_curve_page(curve: LearningCurve) -> str:
    """A row a finding, a column a share: AUC with its interval, and how many films with it taught."""
    heads = [
        f"{one.share:g} of the patients ({one.films} films, {one.epochs} epochs, networks: {one.networks})"
        for one in curve.points
    ]
    lines = [
        f"# Learning curve of {curve.recipe}\n",
        "AUC with its 95 % interval on the same test films; in brackets the films with it that taught.\n",
        f"| finding | test films with, without | {' | '.join(heads)} |",
        "|---|---|" + "---|" * len(heads),
    ]
    for tested in curve.points[0].asked:
        few = f" (fewer than {FEW} cases)" if min(tested.positives, tested.negatives) < FEW else ""
        cells = [_cell(point, tested.finding) for point in curve.points]
        counts = f"{tested.positives}, {tested.negatives}{few}"
        lines.append(f"| {' | '.join([tested.finding, counts, *cells])} |")
    return "\n".join([*lines, ""])


def _cell(point: Point, finding: str) -> str:
    one = next(one for one in point.asked if one.finding == finding)
    low, high = one.auc_interval
    return f"{one.auc:.2f}, {low:.2f} to {high:.2f} [{point.positives[finding]}]"


def main() -> None:
    """Train with each share, ask, write."""
    parser = arguments_parser(__doc__ or "")
    parser.add_argument(
        "--shares", type=float, nargs="+", default=[0.25, 0.5], help="of the training patients"
    )
    parser.add_argument("--bundle", type=Path, help="the recipe's bundle: the last point, not trained again")
    arguments = parser.parse_args()
    with end_well():
        recipe = shortened(load_recipe(arguments.recipe), arguments.epochs, arguments.networks)
        bundle = open_bundle(arguments.bundle) if arguments.bundle else None
        for curve in learning_curve(recipe, arguments.data, arguments.out, arguments.shares, bundle):
            write_report(arguments.out, "learning_curve", curve, learning_curve_page(curve))


if __name__ == "__main__":
    main()
