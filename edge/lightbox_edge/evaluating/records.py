"""The frozen records of an evaluation, the same in ``evaluation.json`` as here."""

from __future__ import annotations

from typing import Literal

import msgspec

from lightbox_edge.evaluating.figures import Estimate, Figures
from lightbox_edge.evaluating.readers import Agreement
from lightbox_edge.manifest import Result
from lightbox_edge.results import Status


class Measured(msgspec.Struct, frozen=True):
    """Figures over the judged films of a set, and how many of either kind were not judged there."""

    figures: Figures
    not_judged_positives: int
    not_judged_negatives: int

    @property
    def known(self) -> int:
        """Films with the finding or without it, judged or not."""
        figures = self.figures
        return figures.positives + figures.negatives + self.not_judged_positives + self.not_judged_negatives


class Subgroup(msgspec.Struct, frozen=True):
    """The films of one ``group`` (F, 40 to 64, PA, ...) ``by`` sex, age, view or dataset."""

    by: str
    group: str
    measured: Measured


class Reader(msgspec.Struct, frozen=True):
    """The films that one reader answered for, held against his answers."""

    name: str
    measured: Measured


class Readers(msgspec.Struct, frozen=True):
    """Two or more readers: by each one, how far they agree, and the films alone on which two or more do."""

    each: tuple[Reader, ...]
    agreements: tuple[Agreement, ...]
    consensus: Measured


class FindingEvaluation(msgspec.Struct, frozen=True):
    """One finding. ``whole`` leaves out films that readers dispute; ``stated`` is what the bundle says.

    ``set_by`` is whose threshold it is, the bundle's or the site's.
    """

    name: str
    threshold: float
    set_by: Literal["bundle", "site"]
    whole: Measured
    disputed: int
    roc: tuple[tuple[float, float], ...]
    subgroups: tuple[Subgroup, ...]
    readers: Readers | None
    stated: Result | None


class LeftOut(msgspec.Struct, frozen=True):
    """A film that no figure rests on, and why."""

    film: str
    status: Status
    reason: str


class FindingShortcut(msgspec.Struct, frozen=True):
    """One finding's AUC on whole films, on the same without their lungs, and on their lungs only."""

    name: str
    positives: int
    negatives: int
    whole: Estimate | None
    without_lungs: Estimate | None
    lungs_only: Estimate | None


class Shortcuts(msgspec.Struct, frozen=True):
    """The audit by blanking the lungs, see `lightbox_edge.blanking`.

    ``films`` were judged and have two lungs that were found; ``no_lungs`` more were judged and have not, and
    are in none of its figures.
    """

    films: int
    no_lungs: int
    findings: tuple[FindingShortcut, ...]


class Evaluation(msgspec.Struct, frozen=True):
    """What ``evaluation.json`` holds. It has no date: the same films and bundle give the same bytes.

    ``bundle_sha256`` is that of the manifest. ``site_calibration`` is the date of the one in use, and
    ``labels_calibrated`` says that it was made with this very table. A figure that is null rests on too few
    cases to say. ``shortcuts`` is null where nobody asked for it.
    """

    bundle: str
    bundle_version: str
    bundle_sha256: str
    site_calibration: str | None
    labels_calibrated: bool
    precision: str
    backend: str
    labels: str
    labels_sha256: str
    part: str | None
    parts: dict[str, int]
    films: int
    triage: dict[str, int]
    left_out: tuple[LeftOut, ...]
    findings: tuple[FindingEvaluation, ...]
    shortcuts: Shortcuts | None = None

    @property
    def judged(self) -> int:
        return self.films - len(self.left_out)

    @property
    def unreadable(self) -> int:
        return sum(one.status == "unreadable" for one in self.left_out)

    def json(self) -> bytes:
        """``evaluation.json``."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"
