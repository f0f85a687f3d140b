"""The real program, installing and updating a kit, ended by SIGKILL at each step that changes the disk.

``python -m tests.kit_cuts`` goes through every step and prints what it found; the tests take a part of them.
strace ends the program at the Nth system call that changes what is on a disk, before the call is carried out.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lightbox_door.main import main
from lightbox_edge.kit import check, install, update
from lightbox_edge.kit.place import current_version
from lightbox_edge.trust import trusted_keys
from tests.made_kits import NEW, OLD, Quiet, make_key, make_kit
from tests.processes import environment, lightbox

OLDEST = "2026.11.22.8"
CHANGES = ("mkdir", "write", "fsync", "chmod", "rename", "unlink", "unlinkat", "rmdir")  # strace counts each


class Cuts:
    """A programme's kits, and the command that is cut: an update, or a first installing."""

    def __init__(self, folder: Path, updating: bool) -> None:
        self._folder, self._updating = folder, updating
        secret_key = make_key(folder / "keys")
        self._oldest, self._old, self._new = (
            make_kit(folder / version, folder / "keys", secret_key, version) for version in (OLDEST, OLD, NEW)
        )
        self._place = folder / "place"

    def cut(self, call: str, step: int) -> bool:
        """Cut the command at the Nth such call and see that all is well; False if there is none."""
        shutil.rmtree(self._place, ignore_errors=True)
        if self._updating:
            install(self._oldest, self._place, trusted_keys(self._folder / "keys"), Quiet())
            update(self._old, self._place, Quiet())  # so that the one that is cut has a version to remove
        done = subprocess.run(
            [
                *("strace", "--follow-forks", "--quiet=all", "-o", os.devnull),
                *("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={step}"),
                *lightbox(*self._command()),
            ],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0, done.stderr
            return False
        self._runs()
        again = main(self._command())
        switched = self._updating and again == 2  # it was in use already when it was cut
        assert again == 0 or switched
        assert self._runs() == (NEW if self._updating else OLD)
        kept = {OLD, NEW} if self._updating else {OLD}
        assert {one.name for one in (self._place / "versions").iterdir()} - kept == set() or switched
        return True

    def _command(self) -> list[str]:
        if self._updating:
            return ["kit", "update", str(self._new), "--to", str(self._place)]
        return ["kit", "install", str(self._place), "--from", str(self._old)]

    def _runs(self) -> str | None:
        """The version in use, which is whole and starts; None alone where none was in use before."""
        version = current_version(self._place)
        if version is None:
            assert not self._updating
            return None
        keys = trusted_keys(self._place / "keys")
        assert check(self._place / "versions" / version, keys, Quiet()).problems == ()
        done = subprocess.run(
            [self._place / "start-linux.sh", "screen"], capture_output=True, text=True, check=True
        )
        assert done.stdout == f"{version} screen\n"
        return version


def sweep(cuts: Cuts, stride: int = 1) -> Iterator[str]:
    """Cut at each call, or at one of ``stride``, until the command comes to its end; the calls' names."""
    for call in CHANGES:
        step = 1
        while cuts.cut(call, step):
            yield call
            step += stride


if __name__ == "__main__":
    for updating in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            counts = Counter(sweep(Cuts(Path(folder), updating)))
        print(f"{'update' if updating else 'install'}: cut {counts.total()} times, {dict(counts)}")
