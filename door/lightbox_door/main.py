"""The command ``lightbox``: one subcommand a file, errors as one sentence, exit codes as documented."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from lightbox_edge.errors import LightboxError

INTERRUPTED = 130

# Each is a module of this package. The order is that of --help: daily work first.
COMMANDS = ("screen", "review", "report", "ask", "bundle", "export", "quantize")

EPILOG = """exit codes: 0 done; 1 done, but some inputs could not be read; 2 the call or a file it names is
wrong; 3 the bundle failed verification; 130 interrupted, run the same command again to go on"""


class Command(Protocol):
    """What a subcommand's module offers; ``HELP`` is its line in the list, ``EXAMPLE`` a call to copy."""

    HELP: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the console has no letters for ends no run
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(argv)
    except (KeyboardInterrupt, ImportError) as error:
        # An extension module that is interrupted while it loads makes an ImportError of it.
        if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        print("lightbox: interrupted; run the same command again to go on.", file=sys.stderr)
        return INTERRUPTED


def _run(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    command: Command = arguments.command
    try:
        return command.run(arguments)
    except LightboxError as error:
        print(f"lightbox: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever read our output has gone: say nothing more, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as error:
        if (extra := arguments.name) not in ("export", "quantize"):
            raise
        print(
            f"lightbox: '{extra}' needs {error.name}: pip install 'lightbox-triage[{extra}]'.",
            file=sys.stderr,
        )
        return LightboxError.exit_code


def parser() -> argparse.ArgumentParser:
    """The whole command line; every subcommand's help ends in an example."""
    whole = argparse.ArgumentParser(
        prog="lightbox", description="Offline triage of X-rays. A person decides.", epilog=EPILOG
    )
    subparsers = whole.add_subparsers(required=True, metavar="COMMAND", dest="name")
    for name in COMMANDS:
        module = import_module(f"lightbox_door.{name}_command")
        sub = subparsers.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            epilog=f"example:  {module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(sub)
        sub.set_defaults(command=module)
    return whole
