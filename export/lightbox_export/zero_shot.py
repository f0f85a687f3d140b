"""Real zero-shot: train without a finding, then ask for it, beside a bundle that learned it.

python -m lightbox_export.zero_shot chest-open --data open-x-rays --bundle build/chest-open --out build/zero

Every training takes as long as the recipe's own, or less with --epochs and --networks. A run that was cut
off is run again and goes on from its last epoch. With --into the figures go into the model card of a copy of
the bundle, which may take its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.bundle_writing import new_bundle, today
from lightbox_edge.manifest import Asked, Finding
from lightbox_edge.words_measuring import Answers, measure_words
from lightbox_edge.words_table import words_table
from lightbox_export.leaving_out import LeftOut, leave_out
from lightbox_export.recipe import Recipe, load_recipe
from lightbox_export.teaching import teach
from lightbox_export.trial_program import arguments_parser, end_well, write_report
from lightbox_export.trials import AskedBundle, AskedNetwork, Trials, shortened


class Trial(msgspec.Struct, frozen=True):
    """One finding left out, with its figures and those of the bundle.

    ``also`` went with it; of the ``films`` that taught, ``unknown`` lost what they said of another finding;
    ``heard`` are words of its sentences that other findings' sentences use too.
    """

    finding: str
    also: tuple[str, ...]
    films: int
    unknown: int
    heard: tuple[str, ...]
    asked: tuple[Asked, ...]


class ZeroShot(msgspec.Struct, frozen=True):
    """What the command writes as ``zero_shot.json``."""

    recipe: str
    epochs: int
    networks: int
    bundle: str
    trials: tuple[Trial, ...]

    def asked(self) -> tuple[Asked, ...]:
        """Every figure."""
        return tuple(one for trial in self.trials for one in trial.asked)


def zero_shot(
    recipe: Recipe, data: Path, bundle: Bundle, out: Path, findings: Sequence[str] = ()
) -> Iterator[ZeroShot]:
    """Leave out one finding after another; gives all that is known after each of them.

    Args:
        recipe: with every finding.
        data: the folder of the open X-ray collection.
        bundle: made by this recipe; it is asked, not trained again.
        out: the folder of the trainings' checkpoints.
        findings: which to leave out, each alone; empty for all that ship.

    Raises:
        LightboxError: a finding is unknown, or the films, the bundle or a checkpoint cannot be used.
    """
    left = [leave_out(recipe, name) for name in findings or recipe.shipped()]
    out.mkdir(parents=True, exist_ok=True)
    trials = Trials.read(recipe, data)
    whole = AskedBundle(bundle, trials.tests)
    done: tuple[Trial, ...] = ()
    for one in left:
        done = (*done, _trial(one, trials, whole, out))
        training = recipe.training
        yield ZeroShot(recipe.name, training.epochs, len(training.seeds), bundle.manifest.name, done)


def _trial(left: LeftOut, trials: Trials, whole: AskedBundle, out: Path) -> Trial:
    name = left.finding.name
    cases = left.cases(trials.cases, trials.rows)
    checkpoint = out / f"without-{name.replace(' ', '-')}.checkpoint.pt"
    network = AskedNetwork(teach(left.recipe, cases, trials.films, checkpoint), trials.pixels)
    seen = tuple(one for one in trials.recipe.findings() if one.name == name)
    unseen = tuple(one for one in trials.recipe.unseen() if one.name == name)
    usual = Answers("seen", False, whole.precision, whole.log_odds(seen))
    others = [
        Answers("unseen", False, whole.precision, whole.log_odds(unseen)),
        Answers("seen", True, "fp32", network.log_odds(seen)),
        Answers("unseen", True, "fp32", network.log_odds(unseen)),
    ]
    asked = tuple(measure_words(trials.tests, usual, others, today()))
    return Trial(name, left.also(), len(cases), left.unknown(trials.cases, cases), left.heard(), asked)


def zero_shot_page(told: ZeroShot, unseen: Sequence[Finding]) -> str:
    """The figures in Markdown."""
    return "\n".join(
        [
            f"# Zero-shot: {told.recipe}, {told.epochs} epochs, beside the bundle {told.bundle}\n",
            f"Networks trained without each finding, what they say averaged: {told.networks}.\n",
            words_table(told.asked(), unseen),
            *map(_note, told.trials),
            "",
        ]
    )


def _note(one: Trial) -> str:
    also = f", and without {', '.join(one.also)}, which the same labels teach" if one.also else ""
    few = "" if one.asked else " Too few test films with or without it: no figure."
    return (
        f"- Without {one.finding}{also}: {one.films} films taught; on {one.unknown} of them another finding "
        f"became unknown. Words of it that other sentences used: {', '.join(one.heard) or 'none'}.{few}"
    )


def record(bundle: Bundle, asked: Sequence[Asked], unseen: tuple[Finding, ...], out: Path) -> None:
    """Write a copy of a bundle whose manifest and model card have these figures too; ``out`` may be its own.

    Raises:
        LightboxError: the bundle is damaged.
    """
    verify_bundle(bundle)
    rows = {_key(one): one for one in (*bundle.manifest.asked, *asked)}
    order = [one.name for one in bundle.manifest.findings]
    told = sorted(
        rows.values(), key=lambda one: order.index(one.finding) if one.finding in order else len(order)
    )
    with new_bundle(out) as draft:
        kept = draft.copy(bundle)
        draft.finish_with_card(msgspec.structs.replace(kept, asked=tuple(told), unseen=unseen))


def _key(one: Asked) -> tuple[str, str, bool, str, str]:
    return one.finding, one.words, one.left_out, one.precision, one.dataset


def main() -> None:
    """Leave out, train, ask, write."""
    parser = arguments_parser(__doc__ or "")
    parser.add_argument("--bundle", type=Path, required=True, help="the recipe's bundle with every finding")
    parser.add_argument(
        "--finding", action="append", metavar="NAME", default=[], help="leave out this one alone"
    )
    parser.add_argument("--into", type=Path, help="write a copy of the bundle with the figures in its card")
    arguments = parser.parse_args()
    with end_well():
        recipe = shortened(load_recipe(arguments.recipe), arguments.epochs, arguments.networks)
        bundle = open_bundle(arguments.bundle)
        for told in zero_shot(recipe, arguments.data, bundle, arguments.out, arguments.finding):
            write_report(arguments.out, "zero_shot", told, zero_shot_page(told, recipe.unseen()))
        if arguments.into is not None:
            record(bundle, told.asked(), recipe.unseen(), arguments.into)


if __name__ == "__main__":
    main()
