"""``lightbox report``: the worklist as a file that other programs read."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from lightbox_door.arguments import add_worklist, existing_worklist

HELP = "Write the worklist as a report, the flagged films first."
EXAMPLE = "lightbox report --format csv --worklist clinic.worklist --out clinic.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_worklist(parser)
    parser.add_argument("--format", choices=("csv",), default="csv", help="default: csv")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: stdout")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import write_csv
    from lightbox_edge.durable import write_durably

    with existing_worklist(arguments) as worklist:
        if arguments.out is None:
            write_csv(worklist, sys.stdout)
            return 0
        table = io.StringIO()
        rows = write_csv(worklist, table)
        write_durably(arguments.out, table.getvalue().encode("utf-8"))
    print(f"{rows} rows written to {arguments.out}.", file=sys.stderr)
    return 0
