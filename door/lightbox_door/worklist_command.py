"""``lightbox worklist``: the decisions in a worklist, who may decide, and who can read its file."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from lightbox_door import worklist_merge, worklist_privacy
from lightbox_door.arguments import add_action, add_worklist, existing_worklist

if TYPE_CHECKING:
    from lightbox_edge.decisions.agreement import Summary
    from lightbox_edge.evaluating.readers import Agreement

HELP = "Check that no decision was changed or lost, sum them up, add a reader, merge, encrypt or erase."
EXAMPLE = "lightbox worklist verify --worklist clinic.worklist"

_VERIFY = "Check every decision of a worklist against the chain of hashes."
_SUMMARY = "Count the decisions that stand, and how far readers and machine agree."
_READERS = "Name the readers of a worklist, or add one, who then signs in with a PIN."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    verify = add_action(actions, "verify", _VERIFY, EXAMPLE)
    add_worklist(verify)
    verify.add_argument(
        "--head", metavar="HASH", help="a hash that verify printed earlier, which must still be in the chain"
    )
    summary = add_action(actions, "summary", _SUMMARY, "lightbox worklist summary --worklist clinic.worklist")
    add_worklist(summary)
    worklist_merge.add_arguments(add_action(actions, "merge", worklist_merge.HELP, worklist_merge.EXAMPLE))
    readers = add_action(actions, "readers", _READERS, 'lightbox worklist readers add "Amina Yusuf"')
    add_worklist(readers)
    readers.add_argument("what", choices=("list", "add"))
    readers.add_argument("reader", nargs="?", metavar="NAME", help="the name to add")
    readers.add_argument("--pin-stdin", action="store_true", help="read the PIN from a line of stdin")
    worklist_privacy.add_actions(actions)


def run(arguments: argparse.Namespace) -> int:
    own = {"verify": _verify, "summary": _summary, "merge": worklist_merge.run, "readers": _readers}
    return (own | worklist_privacy.ACTIONS)[arguments.action](arguments)


def _verify(arguments: argparse.Namespace) -> int:
    from lightbox_edge.decisions import verify

    with existing_worklist(arguments, thoroughly=True) as worklist:
        chain = verify(worklist, arguments.head)
    print(f"{arguments.worklist}: {chain.entries} entries, each as it was written.\nhead {chain.head}")
    return 0


def _summary(arguments: argparse.Namespace) -> int:
    from lightbox_edge.decisions import DecisionLog
    from lightbox_edge.decisions.agreement import summarize

    with existing_worklist(arguments) as worklist:
        summary = summarize(DecisionLog(worklist).standings)
    print("\n".join(told(summary)))
    return 0


def told(summary: Summary) -> list[str]:
    """A summary as lines for people."""
    answers = ", ".join(f"{count} {answer}" for answer, count in summary.answers.items())
    head = [
        f"{summary.films} films decided on, {summary.disputed} in dispute, {summary.arbitrated} arbitrated.",
        *([f"Answers: {answers}; {summary.blind} of them blind."] if answers else []),
    ]
    pairs = [*summary.between_readers, *summary.with_machine]
    return [*head, *(_pair(pair) for pair in pairs)]


def _pair(pair: Agreement) -> str:
    films = pair.both_present + pair.only_first + pair.only_second + pair.both_absent
    same = pair.both_present + pair.both_absent
    kappa = pair.kappa
    figure = (
        f"kappa {kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"
        if kappa
        else "kappa cannot be told (too few films, or all the same answer)"
    )
    return f"{pair.readers[0]} and {pair.readers[1]}: the same on {same} of {films} films, {figure}"


def _readers(arguments: argparse.Namespace) -> int:
    from lightbox_edge import LightboxError
    from lightbox_edge.decisions import Readers

    if (arguments.what == "add") == (arguments.reader is None):
        raise LightboxError("A name is given with add and only with it: lightbox worklist readers add NAME.")
    with existing_worklist(arguments) as worklist:
        readers = Readers(worklist)
        if arguments.what == "list":
            print("\n".join(readers.names()))
            return 0
        added = readers.add(arguments.reader, _pin(arguments))
    print(f"{added} can now sign in with this PIN in lightbox review.", file=sys.stderr)
    return 0


def _pin(arguments: argparse.Namespace) -> str:
    from lightbox_edge import LightboxError

    if arguments.pin_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    pin = getpass.getpass("PIN: ")
    if getpass.getpass("The same PIN again: ") != pin:
        raise LightboxError("The two PINs differ: nobody was added.")
    return pin
