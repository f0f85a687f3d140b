"""``lightbox language``: what screens and reports say, as a file that a clinic can mend."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "List the languages, or write one as a file to mend: every sentence, empty where it is not translated."
EXAMPLE = "lightbox language fr --out clinic-fr.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("language", nargs="?", metavar="CODE|FILE", help="default: list them all")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: stdout")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge.durable import write_durably
    from lightbox_edge.languages import known_sentences, languages, load_language, to_toml

    if arguments.language is None:
        for code in languages():
            print(f"{code}  {load_language(code).name}")
        return 0
    text = to_toml(load_language(arguments.language))
    if arguments.out is None:
        sys.stdout.write(text)
        return 0
    write_durably(arguments.out, text.encode())
    print(f"{len(known_sentences())} sentences written to {arguments.out}.", file=sys.stderr)
    return 0
