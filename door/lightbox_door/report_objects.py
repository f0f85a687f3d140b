"""``lightbox report --format dicom-sr`` and ``dicom-seg``: an object of each DICOM film, for a PACS."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lightbox_door.arguments import existing_worklist

if TYPE_CHECKING:
    from lightbox_edge import Bundle

DICOM = ("dicom-sr", "dicom-seg")


def write_objects(arguments: argparse.Namespace, bundle: Bundle | None) -> int:
    """Write them into the folder ``--out``, in English as their codes are, and say which films have none."""
    from lightbox_edge import LightboxError
    from lightbox_edge.durable import write_durably
    from lightbox_edge.languages import ENGLISH
    from lightbox_edge.regions.files import make_folder
    from lightbox_edge.reporting.building import Reports
    from lightbox_edge.reporting.dicom_films import DicomFilms

    if find_spec("highdicom") is None:
        raise LightboxError("DICOM objects need highdicom: pip install 'lightbox-triage[dicom]'.")
    folder = arguments.out
    if folder is None or (folder.exists() and not folder.is_dir()):
        raise LightboxError("DICOM objects are files, one of each film: name a folder for them with --out.")
    if arguments.per == "patient":
        raise LightboxError("DICOM objects are of one film each: leave --per patient away.")
    with existing_worklist(arguments) as worklist, DicomFilms(worklist, bundle, arguments.format) as films:
        reports = Reports(worklist, ENGLISH, bundle)
        report = reports.session() if arguments.patient is None else reports.patient(arguments.patient)
        make_folder(folder)
        count = 0
        for name, content in films.objects(report):
            write_durably(folder / name, content)
            count += 1
    why = "; ".join(f"{number} ({reason})" for reason, number in films.left_out.most_common())
    left = f" Films without one: {why}." if why else ""
    print(f"{count} objects written into {folder}.{left}", file=sys.stderr)
    return 0
