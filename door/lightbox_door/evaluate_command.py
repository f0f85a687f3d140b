"""``lightbox evaluate``: how right a bundle is on films whose findings are known."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from lightbox_door.arguments import add_bundle, add_runtime

if TYPE_CHECKING:
    from lightbox_edge.bundle import Bundle
    from lightbox_edge.evaluating import Cases, Evaluation, Load
    from lightbox_edge.loading import Loaded
    from lightbox_edge.reading import Source

HELP = "Hold a bundle against films whose findings are known, and say how right it is."
EXAMPLE = "lightbox evaluate --labels confirmed.csv films --out evaluation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("films", type=Path, metavar="FOLDER", help="where the films of the labels lie")
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        metavar="CSV",
        help="columns: file, and findings with 1, 0 or nothing; part, dataset, sex, age, view, reader may be",
    )
    parser.add_argument("--part", metavar="NAME", help="only films of this part, e.g. test (default: all)")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write evaluation.json and evaluation.html, a page to read"
    )
    add_bundle(parser)
    add_runtime(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_door.evaluation_table import table
    from lightbox_edge import LightboxError, open_bundle
    from lightbox_edge.evaluating import read_cases

    if arguments.out is not None and arguments.out.exists() and not arguments.out.is_dir():
        raise LightboxError(f"{arguments.out} is no folder: name another for the evaluation.")
    bundle = open_bundle(arguments.bundle)
    findings = [finding.name for finding in bundle.manifest.findings]
    cases = read_cases(arguments.labels, arguments.films, findings, arguments.part)
    if cases.passed_over:
        names = ", ".join(map(repr, cases.passed_over))
        print(f"No findings of {bundle.manifest.name}, and passed over: {names}.", file=sys.stderr)
    evaluation = _evaluated(bundle, arguments, cases)
    if arguments.out is not None:
        _write(evaluation, arguments.out)
    print(evaluation.json().decode() if arguments.json else table(evaluation), end="", flush=True)
    return int(evaluation.unreadable > 0)


def _evaluated(bundle: Bundle, arguments: argparse.Namespace, cases: Cases) -> Evaluation:
    from lightbox_edge.backends import beside_decoders, usable_cpus
    from lightbox_edge.evaluating import as_screened, evaluate
    from lightbox_edge.judging import Model

    cpus = arguments.threads or usable_cpus()
    with as_screened(bundle, cpus) as load:  # the decoders start while the model loads
        model = Model(
            bundle,
            precision=arguments.precision,
            backend=arguments.backend,
            device=arguments.device,
            threads=beside_decoders(cpus),
        )
        return evaluate(bundle, model, cases, _with_progress(load, len(cases.cases)))


def _with_progress(load: Load, total: int) -> Load:
    """The same, with a bar on stderr where that is a terminal."""

    def loading(sources: Iterable[Source]) -> Iterator[Loaded]:
        silent = not sys.stderr.isatty()
        yield from tqdm(load(sources), total=total, unit=" films", file=sys.stderr, disable=silent)

    return loading


def _write(evaluation: Evaluation, out: Path) -> None:
    from lightbox_edge import LightboxError
    from lightbox_edge.durable import write_durably
    from lightbox_edge.evaluating.page import page

    contents = {"evaluation.json": evaluation.json(), "evaluation.html": page(evaluation).encode()}
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LightboxError(f"{out} cannot be made: {error.strerror}.") from error
    for name, content in contents.items():
        write_durably(out / name, content)
    print(f"Written: {out / 'evaluation.html'} to read, {out / 'evaluation.json'}.", file=sys.stderr)
