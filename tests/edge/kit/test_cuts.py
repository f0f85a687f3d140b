"""A cut, a full disk, a disk that fails: the version that was in use still is; see `tests.kit_cuts`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lightbox_edge.kit import check, install
from lightbox_edge.kit.place import current_version
from lightbox_edge.trust import trusted_keys
from tests.edge.kit.conftest import Programme
from tests.kit_cuts import Cuts
from tests.made_kits import OLD, Quiet
from tests.processes import environment, lightbox


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("updating", [False, True])
def test_a_version_that_was_in_use_survives_a_cut(tmp_path: Path, updating: bool) -> None:
    """While a file is copied, before it has its name and after, before it is in use and after."""
    cuts = Cuts(tmp_path, updating)
    assert cuts.cut("fsync", 20)
    assert cuts.cut("rename", 1)
    assert cuts.cut("rename", 2)
    if updating:
        assert cuts.cut("unlinkat", 1)


def _without_privileges() -> bool:
    """Whether a disk of our own can be mounted for one process."""
    done = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    return done.returncode == 0


def failed(*call: str) -> list[str]:
    """The lines that a command said that could not do its work, in sentences."""
    done = subprocess.run(call, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("unshare") or not _without_privileges(),
    reason="needs a user namespace to mount a disk in",
)
@pytest.mark.parametrize("options", ["size=180k", "size=8m,nr_inodes=62", "size=8m,ro"])
def test_a_full_disk_and_one_that_takes_nothing_are_one_sentence(
    programme: Programme, tmp_path: Path, options: str
) -> None:
    """The old version is copied onto a small disk, which is then all there is for the update."""
    place, disk = tmp_path / "place", tmp_path / "disk"
    install(programme.old, place, programme.trusted, Quiet())
    disk.mkdir()
    after = tmp_path / "after"
    fill = f"mount -t tmpfs -o size=8m disk {disk} && cp -R {place}/. {disk}"
    run = f'{fill} && mount -o remount,{options} {disk} && "$@"; ended=$?; cp -R {disk}/. {after}'
    around = ("unshare", "-rm", "sh", "-c", f"{run}; exit $ended", "sh")
    *_, said = failed(*around, *lightbox("kit", "update", programme.new, "--to", disk))
    assert said.startswith(f"lightbox: {disk}")
    assert said.endswith((": make room, or name another disk.", ": what was installed before is as it was."))
    assert current_version(after) == OLD
    assert check(after / "versions" / OLD, trusted_keys(after / "keys"), Quiet()).problems == ()


@pytest.mark.skipif(os.name != "posix" or shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("call", ["fsync", "mkdir", "rename"])
def test_a_disk_that_fails_in_the_midst_is_one_sentence(
    programme: Programme, tmp_path: Path, call: str, error: str
) -> None:
    place = tmp_path / "place"
    install(programme.old, place, programme.trusted, Quiet())
    *_, said = failed(
        *("strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={call}"),
        *("-e", f"inject={call}:error={error}:when={1 if call == 'rename' else 5}"),
        *lightbox("kit", "update", programme.new, "--to", place),
    )
    assert said.startswith(f"lightbox: {place}")
    assert said.endswith(": what was installed before is as it was.")
    assert current_version(place) == OLD
    assert {one.name for one in (place / "versions").iterdir()} == {OLD}
