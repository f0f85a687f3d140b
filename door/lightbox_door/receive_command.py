"""``lightbox receive``: take films from an X-ray machine, and judge them in another process as they come."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from ipaddress import ip_address
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

from lightbox_door.arguments import add_bundle, add_worklist
from lightbox_door.screening_received import Screening
from lightbox_door.signed_bundle import add_unsigned

HELP = "Take films that an X-ray machine sends (DICOM C-STORE); nothing listens before and after."
EXAMPLE = "lightbox receive --bind 192.168.5.2 --allow XRAY1 --into received --screen"

_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
_TITLE = re.compile(
    r"[\x21-\x5B\x5D-\x7E](?:[\x20-\x5B\x5D-\x7E]{0,14}[\x21-\x5B\x5D-\x7E])?"
)  # PS3.5 6.2, AE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bind", type=_address, metavar="ADDRESS", required=True,
        help="the IP address of this machine that the X-ray machine calls; there is no default",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=_port, metavar="N", default=11112, help="0 takes any (default: %(default)s)"
    )
    parser.add_argument(
        "--ae-title", type=_title, metavar="TITLE", default="LIGHTBOX",
        help="what callers call this machine (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--allow", type=_titles, metavar="TITLE[,...]", required=True,
        help="AE titles of the machines that may send; others are refused",
    )  # fmt: skip
    parser.add_argument("--into", type=Path, metavar="DIR", required=True, help="films are kept in DIR/films")
    parser.add_argument(
        "--quota", type=_size, metavar="SIZE", default="10GB",
        help="the most that DIR/films may hold, in MB, GB or TB (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--screen", action="store_true", help="judge films as they come, as lightbox screen does"
    )
    parser.add_argument("--json", action="store_true", help="with --screen: JSON Lines on stdout")
    add_worklist(parser)
    add_bundle(parser)
    add_unsigned(parser)


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import LightboxError
    from lightbox_edge.receiving.inbox import Inbox
    from lightbox_edge.receiving.receiver import Receiver
    from lightbox_edge.receiving.rules import Rules

    if arguments.json and not arguments.screen:
        raise LightboxError("--json tells what films were judged to be: say --screen too.")
    signal.signal(signal.SIGTERM, _stopped)  # a service is ended so
    inbox = Inbox(arguments.into, arguments.quota)
    screening = Screening(arguments, inbox.films) if arguments.screen else None
    if screening and (failed := screening.catch_up()):
        return failed
    rules = Rules(arguments.bind, arguments.port, arguments.ae_title, arguments.allow)
    films: SimpleQueue[Path] = SimpleQueue()
    with Receiver(rules, inbox, films.put if screening else _tell) as receiver:
        who, where = ", ".join(rules.allowed), f"{rules.address} port {receiver.port}"
        print(
            f"{rules.ae_title} listens on {where} for {who}; films go into {inbox.films}. Ctrl-C ends it.",
            file=sys.stderr,
            flush=True,
        )
        if screening:
            screening.follow(films)
        while True:  # what was asked for has no end but Ctrl-C
            time.sleep(1)


def _tell(film: Path) -> None:
    print(film, flush=True)


def _stopped(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no IP address, such as 192.168.5.2") from error


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, which is a number up to 65535")
    return int(text)


def _title(text: str) -> str:
    if not _TITLE.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no AE title, which has 1 to 16 letters and no backslash"
        )
    return text


def _titles(text: str) -> tuple[str, ...]:
    return tuple(_title(one.strip()) for one in text.split(","))


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d{1,6}) ?(MB|GB|TB)", text.strip().upper())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size, such as 500MB or 10GB")
    return int(found[1]) * _UNITS[found[2]]
