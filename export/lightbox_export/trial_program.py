"""What the two programs that train variants of a recipe have in common: arguments, an end, a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError


def arguments_parser(description: str) -> argparse.ArgumentParser:
    """A parser of the arguments that both have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("recipe", help="chest-open, or a TOML file")
    parser.add_argument("--data", type=Path, required=True, help="the open X-ray collection")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and report")
    parser.add_argument("--epochs", type=int, help="of a training, in the place of the recipe's")
    parser.add_argument("--networks", type=int, help="how many of the recipe's are trained, default all")
    return parser


@contextmanager
def end_well() -> Iterator[None]:
    """End in one sentence and an exit code where something is wrong, and resumable where interrupted."""
    try:
        yield
    except LightboxError as error:
        print(error, file=sys.stderr)  # noqa: T201  # a program
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("Interrupted: run it again and it goes on.", file=sys.stderr)  # noqa: T201  # a program
        sys.exit(130)


def write_report(folder: Path, name: str, record: msgspec.Struct, page: str) -> None:
    """Write the record as JSON and the page as Markdown, each whole, and print the page."""
    write_durably(folder / f"{name}.json", msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
    write_durably(folder / f"{name}.md", page.encode())
    print(page)  # noqa: T201  # a program
