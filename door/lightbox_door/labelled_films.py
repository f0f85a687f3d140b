"""Films of which a table says what is confirmed, read and judged as screening does, with a bar for people."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from lightbox_edge.backends import beside_decoders, usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.case_outcomes import Load, as_screened
from lightbox_edge.case_table import read_cases
from lightbox_edge.cases import Cases
from lightbox_edge.judging import Model
from lightbox_edge.loading import Loaded
from lightbox_edge.reading import Source


def read(bundle: Bundle, table: Path, films: Path, part: str | None = None) -> Cases:
    """Read the table and say which of its columns are passed over."""
    cases = read_cases(table, films, [finding.name for finding in bundle.manifest.findings], part)
    if cases.passed_over:
        names = ", ".join(map(repr, cases.passed_over))
        print(f"No findings of {bundle.manifest.name}, and passed over: {names}.", file=sys.stderr)
    return cases


@contextmanager
def judging(bundle: Bundle, arguments: argparse.Namespace, films: int) -> Iterator[tuple[Model, Load]]:
    """A model of the bundle and what loads so many films for it, as the runtime's arguments say."""
    cpus = arguments.threads or usable_cpus()
    with as_screened(bundle, cpus) as load:  # the decoders start while the model loads
        model = Model(
            bundle,
            precision=arguments.precision,
            backend=arguments.backend,
            device=arguments.device,
            threads=beside_decoders(cpus),
        )
        yield model, _with_progress(load, films)


def _with_progress(load: Load, total: int) -> Load:
    """The same, with a bar on stderr where that is a terminal."""

    def loading(sources: Iterable[Source]) -> Iterator[Loaded]:
        silent = not sys.stderr.isatty()
        yield from tqdm(load(sources), total=total, unit=" films", file=sys.stderr, disable=silent)

    return loading
