"""``lightbox doctor``: what this machine is, how fast the bundle runs on it, what screening will run."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_bundle, add_worklist

if TYPE_CHECKING:
    from lightbox_edge.checkup import Checkup, MeasuredRung

HELP = "Look at this machine, measure the bundle on it, and choose anew what screening runs."
EXAMPLE = "lightbox doctor --bundle bundles/chest-open"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_bundle(parser)
    add_worklist(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    import msgspec

    from lightbox_edge import open_bundle
    from lightbox_edge.checkup import examine

    checkup = examine(open_bundle(arguments.bundle), arguments.worklist)
    print(msgspec.json.encode(checkup).decode() if arguments.json else told(checkup))
    return 0


def told(checkup: Checkup) -> str:
    """The record for people, one fact a line."""
    cpu, memory, choice = checkup.cpu, checkup.memory, checkup.choice
    lines = [
        f"CPU          {cpu.name} ({cpu.architecture}), {checkup.usable_cpus} usable",
        f"CPU flags    {' '.join(cpu.flags) or 'none that is known here'}"
        + ("; no VNNI, so 8-bit sums would saturate" if cpu.saturates else ""),
        f"memory       {memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB free",
        *(f"runtime      {one.name} {one.version}: {', '.join(one.devices)}" for one in checkup.runtimes),
        f"bundle       {checkup.bundle} {checkup.bundle_version}, every file is the one its manifest names; "
        + (f"signed by the trusted key {checkup.signed_by}" if checkup.signed_by else "unsigned"),
        f"speed        milliseconds a film, {checkup.threads} thread{'s' * (checkup.threads > 1)}:",
        f"             {'rung':<13}{'runtime':<13}{'MB':>7}{'single':>10}{f'{checkup.batch} at once':>12}",
        *(f"             {_row(one)}" for one in checkup.rungs),
        f"choice       {choice.precision} on {choice.backend}. {choice.reason}",
        f"caches       {checkup.caches}",
        f"worklist     {checkup.worklist}, {checkup.worklist_free / 1e9:.1f} GB free on its disk",
        "network      "
        + (
            "Lightbox opens no connection: it tried to, just now, and was refused by its own guard."
            if checkup.network_is_refused
            else "The guard that refuses connections is not in force in this process."
        ),
    ]
    return "\n".join(lines)


def _row(one: MeasuredRung) -> str:
    row = f"{one.precision:<13}{one.backend:<13}{one.bytes / 1e6:>7.1f}"
    if one.single is None or one.batch is None:
        return f"{row}  cannot be loaded"
    return f"{row}{one.single:>10.1f}{one.batch:>12.1f}{'' if one.candidate else '  left aside'}"
