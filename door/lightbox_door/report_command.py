"""``lightbox report``: the worklist as a table, for programs, or as pages to read and print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import (
    add_bundle,
    add_language,
    add_worklist,
    chosen_language,
    existing_worklist,
)
from lightbox_door.report_objects import DICOM, write_objects
from lightbox_door.signed_bundle import add_unsigned, bundle_to_show_with, checked

if TYPE_CHECKING:
    from lightbox_edge import Bundle
    from lightbox_edge.reporting.headings import Report
    from lightbox_edge.reporting.writing import Writer

HELP = "Write the worklist as a report of the session or of each patient: CSV, JSON, HTML, PDF or DICOM."
EXAMPLE = "lightbox report --format pdf --language fr --worklist clinic.worklist --out clinic.pdf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_worklist(parser)
    parser.add_argument(
        "--format",
        choices=("csv", "json", "html", "pdf", *DICOM),
        default="csv",
        help="the DICOM ones are an object of each DICOM film, in the folder --out (default: %(default)s)",
    )
    parser.add_argument(
        "--per",
        choices=("session", "patient"),
        default="session",
        help="one report of all films, or a file for each patient in the folder --out (default: %(default)s)",
    )
    parser.add_argument("--patient", metavar="ID", help="a report of the films of this PatientID alone")
    add_language(parser)
    parser.add_argument(
        "--pictures",
        choices=("flagged", "all", "none"),
        default="flagged",
        help="in HTML and PDF, of films that were flagged or decided on, or of all (default: %(default)s)",
    )
    add_bundle(parser)
    add_unsigned(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="a file; for --per patient and DICOM a folder (default: stdout)",
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.format in DICOM:
        return write_objects(arguments, _bundle(arguments))
    from lightbox_edge.reporting.building import Reports
    from lightbox_edge.reporting.writing import Writer

    many = arguments.per == "patient" and arguments.patient is None
    _check(arguments, many)
    say, bundle = chosen_language(arguments), _bundle(arguments)
    with (
        existing_worklist(arguments) as worklist,
        Writer(worklist, say, bundle, arguments.format, arguments.pictures) as writer,
    ):
        reports = Reports(worklist, say, bundle)
        if many:
            _write_each(reports.patients(), writer, arguments.out)
        else:
            report = reports.session() if arguments.patient is None else reports.patient(arguments.patient)
            _write(report, writer, arguments.out)
    return 0


def _check(arguments: argparse.Namespace, many: bool) -> None:
    """Refuse before anything is read what cannot be written."""
    from lightbox_edge import LightboxError

    out = arguments.out
    if many and (out is None or (out.exists() and not out.is_dir())):
        raise LightboxError("Reports of each patient are files: name a folder for them with --out.")
    if not many and out is not None and out.is_dir():
        raise LightboxError(f"{out} is a folder: name a file with --out, or say --per patient.")
    if arguments.format == "pdf" and out is None and sys.stdout.isatty():
        raise LightboxError("A PDF is nothing for a terminal: name a file with --out.")


def _bundle(arguments: argparse.Namespace) -> Bundle | None:
    """The bundle, for outlines, measured figures and limits; a table has nothing of them."""
    if arguments.format == "csv" and arguments.bundle is None:
        return None
    return bundle_to_show_with(arguments, _calibrated)


def _calibrated(arguments: argparse.Namespace) -> Bundle:
    from lightbox_edge import open_bundle
    from lightbox_edge.site_calibration import with_site_calibration

    return checked(with_site_calibration(open_bundle(arguments.bundle)), arguments.unsigned)


def _write(report: Report, writer: Writer, out: Path | None) -> None:
    from lightbox_edge.durable import write_parts_durably

    if out is not None:
        write_parts_durably(out, writer.parts(report))
        print(f"{report.heading.counts.films} rows written to {out}.", file=sys.stderr)
        return
    for part in writer.parts(report):
        if sys.stdout.isatty():
            sys.stdout.write(part.decode())
        else:
            sys.stdout.buffer.write(part)


def _write_each(reports: Iterable[Report], writer: Writer, folder: Path) -> None:
    from lightbox_edge.durable import write_parts_durably
    from lightbox_edge.regions.files import make_folder
    from lightbox_edge.reporting.writing import file_name

    make_folder(folder)
    count = 0
    for report in reports:
        write_parts_durably(folder / file_name(report, writer.kind), writer.parts(report))
        count += 1
    print(f"{count} reports written into {folder}.", file=sys.stderr)
