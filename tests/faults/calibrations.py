"""A calibration that is killed, or whose disk fails: the site file has all earlier ones, whole."""

from __future__ import annotations

import shutil
import signal
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from lightbox_edge.bundle import open_bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.site_calibration import read_site_file, site_path
from tests.faults.disks import failing
from tests.faults.invariants import unsaid
from tests.faults.running import running
from tests.faults.stage import Stage
from tests.faults.verdict import Case, Verdict
from tests.film_files import film
from tests.tiny import write_films

CASES = 60
SECONDS = 1.0  # that it takes once its decoders work, about
FAILURES = (("fsync", "EIO"), ("fsync", "ENOSPC"), ("rename", "EIO"), ("rename", "EACCES"))


def calibration(case: Case) -> Verdict:
    """The second or third calibration of a bundle is broken; then it is made again."""
    folder, table = _cases(case.stage)
    bundle = open_bundle(shutil.copytree(case.stage.bundle, case.folder / "bundle"))
    stage = replace(case.stage, bundle=bundle.folder)
    call = [
        *stage.program, "calibrate", str(folder), "--labels", str(table), "--bundle", str(bundle.folder),
        "--sensitivity", "0.9", "--threads", "2",
    ]  # fmt: skip
    before = case.ended(*call).code == 0
    site = site_path(bundle)
    whole = site.read_bytes() if before else None
    broken, what = call, "kill -9"
    if case.chance.random() < 0.6:
        syscall, error = case.chance.choice(FAILURES)
        when = case.chance.choice(("1", "2", "1+"))
        broken, what = failing(syscall, error, when, [], call), f"{error} from {syscall} number {when}"
    with running(broken, case.folder, case.stage.env) as run:
        if broken is call:
            run.wait_for(lambda: bool(run.decoders()))
            time.sleep(case.chance.uniform(0, SECONDS))
            hit = run.is_at_work
            run.process.kill()
        ended = run.end()
    hit = hit if broken is call else ended.code != 0
    lost, wrong = [], [] if before else ["there is no calibration to begin with"]
    counts = _count(bundle.folder)
    if counts < 1 or (ended.code == 0 and counts != 2):
        lost.append(f"{counts} calibrations are in the file, code {ended.code}")
    if ended.code == 2 and counts == 1 and site.read_bytes() != whole:
        wrong.append("refused and yet changed")
    again = case.ended(*call)
    if again.code != 0 or _count(bundle.folder) != counts + 1:
        wrong.append(f"made again it ends with {again.code}: {again.err[-300:]}")
    said = (*unsaid(ended, signal.SIGKILL), *unsaid(again))
    return Verdict(what, hit, tuple(lost), (), said, tuple(wrong))


def _count(bundle: Path) -> int:
    """Calibrations in the bundle's site file; -1 where it cannot be read."""
    try:
        kept = read_site_file(open_bundle(bundle))
    except LightboxError:
        return -1
    return len(kept.calibrations) if kept else 0


@cache
def _cases(stage: Stage) -> tuple[Path, Path]:
    """Films with a table of what is confirmed of them; of the tiny bundle's finding."""
    folder = stage.place / f"cases-{stage.bundle.name}"
    films = write_films(folder, film, CASES)
    table = stage.place / f"cases-{stage.bundle.name}.csv"
    write_labels(table, folder, [LabelledFilm(one.file, one.dataset, "test", one.truths) for one in films])
    return folder, table
