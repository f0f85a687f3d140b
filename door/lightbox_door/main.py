"""The command ``lightbox``: one subcommand a file, errors as one sentence, exit codes as documented."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Protocol

from lightbox_door.no_core import leave_no_core
from lightbox_door.streams import open_closed_streams, say, say_no_more, speak_utf8
from lightbox_edge.data_place import use_data_place
from lightbox_edge.errors import LightboxError
from lightbox_edge.no_network import forbid_network

INTERRUPTED = 130

# Each is a module of this package. The order is that of --help: daily work first.
COMMANDS = (
    "start",
    "screen",
    "receive",
    "review",
    "report",
    "worklist",
    "refer",
    "language",
    "ask",
    "regions",
    "evaluate",
    "calibrate",
    "doctor",
    "bundle",
    "keys",
    "kit",
    "export",
    "distill",
    "quantize",
)

# The extra that a subcommand needs.
EXTRAS = {
    "receive": "dicom",
    "export": "export",
    "distill": "export",
    "quantize": "quantize",
}

# The commands that may use the network: a hub's models on a workstation, the X-ray machine's films.
NETWORKED = ("export", "receive")

EPILOG = """exit codes: 0 done; 1 done, but some inputs could not be read; 2 the call or a file it names is
wrong; 3 the bundle or the kit failed verification; 130 interrupted, run the same command again to go on"""


class Command(Protocol):
    """What a subcommand's module offers; ``HELP`` is its line in the list, ``EXAMPLE`` a call to copy."""

    HELP: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def program() -> None:
    """The console's entry: Ctrl-C or SIGTERM ends in one sentence, or changes nothing any more."""
    pressed = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    open_closed_streams()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shutdown is an interruption like another
        signal.signal(number, interrupt)
    if sys.argv[1:2] not in [[name] for name in NETWORKED]:
        forbid_network()
    leave_no_core()
    try:
        code = main()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    except (Exception, KeyboardInterrupt):  # native libraries turn an interrupt while they load into an error
        if not pressed:
            raise
        code = _interrupted()
    sys.exit(code)


def _interrupted() -> int:
    say("interrupted; run the same command again to go on.")
    return INTERRUPTED


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    speak_utf8()
    logging.basicConfig(format="lightbox: %(message)s")  # to stderr
    logging.getLogger("lightbox_edge").setLevel(logging.INFO)
    arguments = parser().parse_args(argv)
    command: Command = arguments.command
    try:
        use_data_place()
        code = command.run(arguments)
        sys.stdout.flush()
        return code
    except LightboxError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:  # whoever read our output has gone: say nothing more, not even at exit
        say_no_more()
        return 0
    except OSError as error:  # of the disk under stdout, for all else has its own sentence
        say(f"{error.filename or 'stdout'} cannot be read or written: {error.strerror}.")
        say_no_more()
    except ModuleNotFoundError as error:
        if arguments.name not in EXTRAS:
            raise
        extra = EXTRAS[arguments.name]
        say(f"'{arguments.name}' needs {error.name}: pip install 'lightbox-triage[{extra}]'.")
    except (MemoryError, ImportError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        say("There is not enough memory: close other programs, or screen with --threads 1.")
    return LightboxError.exit_code


def _is_out_of_memory(error: Exception) -> bool:
    """Also what the system says to a library or a thread that is to be loaded."""
    signs = ("can't start new thread", "failed to map segment", "annot allocate memory")
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in signs)


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
