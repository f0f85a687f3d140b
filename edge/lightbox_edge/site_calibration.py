"""A site's own operating points: one file beside the bundle's folder, which itself is never written to.

Where the bundle lies on a medium that cannot be written, the file lies in the place of the user's data.

The file belongs to one bundle, by its identity, and keeps every calibration that was ever made there; the
last one at a precision that was not withdrawn is in use.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec

from lightbox_edge import strict_json
from lightbox_edge.bundle import Bundle, Calibrated
from lightbox_edge.data_place import data_place
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Count, Line, OperatingPoint, Precision, Probability, Sha256

SUFFIX = ".site.json"
MOST_BYTES = 8 << 20


class Counted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many films with a finding, and without it, its operating point rests on."""

    positives: Count
    negatives: Count


class SiteCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One calibration: when, at which precision, on which cases, and what came of it.

    ``sensitivity`` is the one that was asked for, None where each finding kept its own target. ``points`` are
    those of the findings that were calibrated, then or before; ``left`` says why others stayed as they were.
    ``labels`` is the SHA-256 of the table. ``withdrawn`` is when it was taken back.
    """

    date: Line
    precision: Precision
    films: Count
    labels: Sha256
    sensitivity: Probability | None
    points: dict[str, OperatingPoint]
    counts: dict[str, Counted]
    left: dict[str, str]
    withdrawn: str | None = None


class SiteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; the calibrations in the order in which they were made."""

    schema_version: Literal[1]
    bundle: str
    version: str
    identity: Sha256
    calibrations: tuple[SiteCalibration, ...]

    def in_use(self) -> dict[Precision, SiteCalibration]:
        """The calibration in use at each precision that has one."""
        return {one.precision: one for one in self.calibrations if one.withdrawn is None}


def site_path(bundle: Bundle) -> Path:
    """Where a bundle's site file is looked for: in `data_place` if one is there, else beside its folder."""
    own = _in_data_place(bundle)
    return own if own is not None and own.exists() else path_beside(bundle)


def path_to_write(bundle: Bundle) -> Path:
    """Where the site's next calibration goes: to `site_path`, unless only `data_place` can be written."""
    where, own = site_path(bundle), _in_data_place(bundle)
    return where if own is None or _can_write(where.parent) else own


def path_beside(bundle: Bundle) -> Path:
    """Beside the bundle's folder, under its name."""
    folder = bundle.folder.resolve()
    return folder.with_name(f"{folder.name}{SUFFIX}")


def _in_data_place(bundle: Bundle) -> Path | None:
    place = data_place()
    return place and place / path_beside(bundle).name


def _can_write(folder: Path) -> bool:
    """Tried, for the rights of a folder on a stick do not tell."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def read_site_file(bundle: Bundle, path: Path | None = None) -> SiteFile | None:
    """The bundle's site file, or None where there is none.

    Raises:
        LightboxError: it cannot be read, is damaged or belongs to another bundle; or ``path`` is not there.
    """
    where = path or site_path(bundle)
    try:
        if path is None and not where.exists():
            return None
        if where.stat().st_size > MOST_BYTES:
            raise LightboxError(f"{where} is larger than {MOST_BYTES} bytes: it is no site calibration.")
        kept = strict_json.decode(where.read_bytes(), SiteFile)
    except OSError as error:
        raise LightboxError(f"The site calibration {where} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise LightboxError(
            f"The site calibration {where} is damaged ({error}): put back a copy of it, or move it away and "
            "calibrate again."
        ) from error
    if kept.identity != bundle.identity:
        raise LightboxError(
            f"The site calibration {where} belongs to another bundle ({kept.bundle} {kept.version}): move it "
            "away and calibrate this bundle."
        )
    own = {finding.name for finding in bundle.manifest.findings}
    for one in kept.calibrations:
        if one.precision not in bundle.manifest.ladder or not own.issuperset(one.points):
            raise LightboxError(
                f"The site calibration {where} is damaged (it names what the bundle has not): put back a "
                "copy of it, or move it away and calibrate again."
            )
    return kept


def with_site_calibration(bundle: Bundle, path: Path | None = None) -> Bundle:
    """The bundle with the operating points of its site, as it is where the site has none.

    Raises:
        LightboxError: see `read_site_file`; other thresholds are never taken silently.
    """
    kept = read_site_file(bundle, path)
    used = kept.in_use() if kept else {}
    points = {precision: one.points for precision, one in used.items()}
    calibrated = {
        precision: Calibrated(one.date, frozenset(one.points), _tables(kept, precision))
        for precision, one in used.items()
    }
    return replace(with_points(bundle, points), calibrated=calibrated)


def _tables(kept: SiteFile | None, precision: Precision) -> frozenset[str]:
    """Of every calibration that is not withdrawn: what a later one left out keeps an earlier one's points."""
    made = kept.calibrations if kept else ()
    return frozenset(one.labels for one in made if one.precision == precision and one.withdrawn is None)


def with_points(bundle: Bundle, points: Mapping[Precision, Mapping[str, OperatingPoint]]) -> Bundle:
    """The bundle with some operating points replaced; its identity stays, nothing is written."""
    ladder = {
        precision: msgspec.structs.replace(
            rung, operating_points={**rung.operating_points, **points.get(precision, {})}
        )
        for precision, rung in bundle.manifest.ladder.items()
    }
    return replace(bundle, manifest=msgspec.structs.replace(bundle.manifest, ladder=ladder))


def keep(bundle: Bundle, calibration: SiteCalibration, path: Path | None = None) -> Path:
    """Add a calibration to the site file and return where it lies; the earlier ones stay in it.

    Findings that it leaves as they were keep the points that the site uses now, also where those stand in a
    file that cannot be written (`path_to_write`).
    """
    where = path or path_to_write(bundle)
    kept = read_site_file(bundle, path) if path is None or path.exists() else None
    if kept and (now_used := kept.in_use().get(calibration.precision)):
        calibration = msgspec.structs.replace(
            calibration,
            points={**now_used.points, **calibration.points},
            counts={**now_used.counts, **calibration.counts},
        )
    manifest = bundle.manifest
    before = kept.calibrations if kept else ()
    _write(where, SiteFile(1, manifest.name, manifest.version, bundle.identity, (*before, calibration)))
    return where


def withdraw(bundle: Bundle, path: Path | None = None) -> tuple[SiteCalibration, SiteCalibration | None]:
    """Take back the latest calibration in use; it stays in the file, with the date.

    Returns:
        What was taken back, and what is in use at its precision now (None: the bundle's own points).
    """
    where = path or path_to_write(bundle)
    kept = read_site_file(bundle, path)
    used = [one for one in kept.calibrations if one.withdrawn is None] if kept else []
    if kept is None or not used:
        raise LightboxError(
            f"There is no calibration in use in {path or site_path(bundle)}: nothing is left to undo."
        )
    last = used[-1]
    taken = msgspec.structs.replace(last, withdrawn=now())
    rest = tuple(taken if one is last else one for one in kept.calibrations)
    written = msgspec.structs.replace(kept, calibrations=rest)
    _write(where, written)
    return taken, written.in_use().get(last.precision)


def now() -> str:
    """The time of a calibration, ISO 8601 in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _write(where: Path, content: SiteFile) -> None:
    write_durably(where, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    where.chmod(0o644)  # it holds nothing private, and others on the machine screen with it too
