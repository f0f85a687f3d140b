"""Files: what goes in is never written to, what comes out is whole or not there, whatever happens."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lightbox_edge import LightboxError, Worklist
from lightbox_edge.decisions import verify
from lightbox_edge.merging import copies, merge, merging, outputs
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist_files.beside import last_good
from lightbox_edge.worklist_files.keeping import keep_copy
from lightbox_edge.worklist_files.restoring import mend
from tests.edge.merging.laptops import content, decided, screened, stands
from tests.edge.merging.older import make_older
from tests.processes import environment, kill_when, lightbox
from tests.reviewed_films import JUDGE, tamper


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """This laptop's worklist."""
    path = tmp_path / "here" / "a.worklist"
    path.parent.mkdir()
    with Worklist(path) as made:
        made.add_judge(JUDGE)
        screened(made, 1, 1)
        decided(made, "Amina", 1, "agree")
    return path


@pytest.fixture
def stick(here: Path, tmp_path: Path) -> Path:
    """A copy that was used on the other laptop, on a stick that was pulled out: not closed, older."""
    used, path = tmp_path / "used", tmp_path / "stick" / "a.worklist"
    shutil.copy(here, used)
    path.parent.mkdir()
    with Worklist(used) as made:
        screened(made, 2, 2)
        decided(made, "Amina", 1, "refer")
    make_older(str(used))
    with Worklist(used) as made:
        decided(made, "Björn", 2, "refer")
        for end in ("", "-wal"):
            shutil.copy(f"{used}{end}", f"{path}{end}")
    assert path.with_name("a.worklist-wal").stat().st_size
    return path


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All that lies in a folder: names, bytes, times."""
    return {one.name: (one.read_bytes(), one.stat().st_mtime_ns) for one in folder.iterdir()}


def test_the_inputs_stay_as_they_are_and_a_log_beside_one_is_read(here: Path, stick: Path) -> None:
    before = files(here.parent), files(stick.parent)
    out = here.parent.parent / "c.worklist"
    merged = merge([here, stick], out)
    assert (files(here.parent), files(stick.parent)) == before
    assert [(one.path, one.films, one.entries) for one in merged.origins] == [
        (str(here), 1, 1),
        (str(stick), 2, 3),
    ]
    assert (merged.films, merged.shared, merged.entries) == (2, 1, 4)
    with Worklist(out) as worklist:
        assert stands(worklist, 2) == [("Björn", "refer")]
        assert verify(worklist).head == merged.head


def test_nothing_but_the_output_and_its_copy_is_left_and_each_is_one_file(
    here: Path, stick: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    merge([here, stick], folder / "c.worklist")
    assert sorted(one.name for one in folder.iterdir()) == ["c.worklist", "c.worklist.last-good"]


def test_the_output_may_be_one_of_them_which_is_kept(here: Path, stick: Path) -> None:
    with Worklist(here) as worklist:
        before = content(worklist)
    merge([stick, here], here)
    assert sorted(files(here.parent)) == ["a.worklist", "a.worklist.before-merge", "a.worklist.last-good"]
    before_merge = here.with_name("a.worklist.before-merge")
    if os.name == "posix":
        assert stat.S_IMODE(before_merge.stat().st_mode) == 0o600
    with Worklist(before_merge) as kept:
        assert content(kept) == before
    with Worklist(here) as worklist:
        assert verify(worklist).entries == 4
        decided(worklist, "Amina", 2, "agree")
        held = content(worklist)
    merge([here, stick], here)
    with Worklist(here) as worklist:
        assert content(worklist) == held


def test_a_damaged_output_comes_back_as_it_was_merged_and_not_as_of_before(here: Path, stick: Path) -> None:
    keep_copy(here, None)
    merged = merge([here, stick], here)
    here.write_bytes(b"")
    restored = mend(here)
    assert restored is not None
    made = datetime.fromtimestamp(last_good(here).stat().st_mtime)
    assert f"It is restored from its last good copy of {made:%Y-%m-%d %H:%M}: 2 rows, 4 decisions." in (
        restored.sentences
    )
    with Worklist(here) as worklist:
        assert verify(worklist).head == merged.head


def test_where_no_copy_can_be_made_the_merge_stands_and_that_is_said(
    here: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise LightboxError("No good copy could be made: look at the disk.")

    monkeypatch.setattr(outputs, "keep_copy", full)
    merged = merge([here, stick], here)
    assert caplog.messages == ["No good copy could be made: look at the disk."]
    with Worklist(here) as worklist:
        assert verify(worklist).head == merged.head


def test_an_output_that_is_there_is_left_alone(here: Path, stick: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.worklist"
    for left in (out, tmp_path / "c.worklist-wal", tmp_path / "c.worklist.last-good"):
        left.write_bytes(b"something")
        with pytest.raises(LightboxError, match="is there already: name another --out"):
            merge([here, stick], out)
        assert left.read_bytes() == b"something"
        left.unlink()


def test_an_output_that_somebody_has_open_is_refused(here: Path, stick: Path) -> None:
    with Worklist(here) as open_one:
        with pytest.raises(LightboxError, match="held by another program: nothing was written"):
            merge([here, stick], here)
        decided(open_one, "Amina", 1, "repeat")
    with Worklist(here) as worklist:
        assert verify(worklist).entries == 2
    assert sorted(files(here.parent)) == ["a.worklist"]


def test_an_output_that_is_used_meanwhile_is_not_replaced(
    here: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*arguments: Any) -> Any:
        with Worklist(here) as worklist:
            decided(worklist, "Amina", 1, "repeat")
        return unite(*arguments)

    unite = merging.unite
    monkeypatch.setattr(merging, "unite", slow)
    with pytest.raises(LightboxError, match="was used while it was merged: nothing was changed"):
        merge([here, stick], here)
    with Worklist(here) as worklist:
        assert verify(worklist).entries == 2
    assert sorted(files(here.parent)) == ["a.worklist"]


def test_a_worklist_that_changes_all_the_time_is_not_read_half(
    here: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(source: Path, to: Path) -> None:
        to.write_bytes(source.read_bytes())
        os.utime(here, ns=(1, os.stat(here).st_mtime_ns + 1))  # noqa: PTH116  # beside utime

    monkeypatch.setattr(copies.shutil, "copyfile", busy)
    with pytest.raises(LightboxError, match="changes while it is read: end the review"):
        merge([here, stick], here.parent / "c")


DAMAGES = {
    "entry 1 was changed": ("UPDATE decision SET entry = replace(entry, 'agree', 'refer')", ()),
    "entry 1 is missing: 1 were written": ("DELETE FROM decision", ()),
}


@pytest.mark.parametrize("said", DAMAGES)
def test_a_log_that_does_not_fit_is_refused_by_its_own_name(here: Path, stick: Path, said: str) -> None:
    tamper(str(here), DAMAGES[said])
    with pytest.raises(LightboxError, match=f"The decisions in {here} do not fit together: {said}"):
        merge([stick, here], here.parent / "c")
    assert sorted(files(here.parent)) == ["a.worklist"]


def test_a_file_that_is_damaged_or_none_is_refused_by_its_own_name(here: Path, stick: Path) -> None:
    whole = here.read_bytes()
    page = whole.index(b"/media/card/1.png") // 4096 * 4096
    here.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
    with pytest.raises(LightboxError, match=f"{here} .*(damaged|malformed)"):
        merge([stick, here], here.parent / "c")
    here.write_text("Dear colleague\n" * 100)
    with pytest.raises(LightboxError, match=f"{here} cannot be used .*not a database"):
        merge([stick, here], here.parent / "c")
    here.unlink()
    with pytest.raises(LightboxError, match=f"There is no worklist {here}"):
        merge([stick, here], here.parent / "c")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE picture SET location = x'ff'", "its table picture holds what does not belong there"),
        ("UPDATE film SET patches = 'p'", "its table film holds what does not belong there"),
        ("UPDATE reader SET added_at = x'00'", "its table reader holds what does not belong there"),
        ("UPDATE picture SET sha256 = NULL", None),
        ("ALTER TABLE reader RENAME COLUMN wrong TO right", "it has not the tables of a worklist"),
        ("DROP TABLE film_features", "it has not the tables of a worklist"),
    ],
)
def test_what_no_lightbox_wrote_is_refused(here: Path, stick: Path, statement: str, said: str | None) -> None:
    tamper(str(here), (statement, ()))
    if said is None:
        assert merge([here, stick], here.parent / "c").films == 2
        return
    with pytest.raises(LightboxError) as caught:
        merge([here, stick], here.parent / "c")
    assert str(caught.value) == f"{here} is damaged ({said}): go back to a copy from before."


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    here: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copies.shutil, "copyfile", full)
    with pytest.raises(LightboxError, match=r"cannot be copied to .*here .*\(No space left on device\)"):
        merge([here, stick], here.parent / "c")
    assert sorted(files(here.parent)) == ["a.worklist"]


def test_a_disk_that_fills_while_it_is_written_is_a_sentence_and_leaves_nothing(
    here: Path, stick: Path
) -> None:
    """The limit on the size of files ends the disk, as the inputs' copies are there and the union is not."""
    told = """
import resource, sys
from pathlib import Path
from lightbox_edge import LightboxError
from lightbox_edge.merging import merge, merging
def full(*arguments):
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
    return unite(*arguments)
unite, merging.unite = merging.unite, full
a, b, out = map(Path, sys.argv[1:])
try:
    merge([a, b], out)
except LightboxError as error:
    print(error)
"""
    call = [sys.executable, "-c", told, str(here), str(stick), str(here)]
    done = subprocess.run(call, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"The worklist {here} cannot be used (")
    assert sorted(files(here.parent)) == ["a.worklist"]
    with Worklist(here) as worklist:
        assert verify(worklist).entries == 1


@pytest.mark.parametrize("ends", [0, 1])
def test_an_interrupt_while_files_are_put_in_place_leaves_each_whole(
    here: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, ends: int
) -> None:
    """Ctrl-C, before the old one is kept and between that and the new one."""
    done: list[Path] = []

    def cut(fresh: Path, path: Path) -> None:
        if len(done) == ends:
            raise KeyboardInterrupt
        done.append(path)
        put(fresh, path)

    put = merging.put_durably
    monkeypatch.setattr(merging, "put_durably", cut)
    with pytest.raises(KeyboardInterrupt):
        merge([here, stick], here)
    assert sorted(files(here.parent)) == ["a.worklist", "a.worklist.before-merge"][: ends + 1]
    for path in here.parent.iterdir():
        with Worklist(path) as worklist:
            assert verify(worklist).entries == 1


def test_killed_at_any_moment_leaves_no_half_file_and_the_next_merge_clears_up(
    here: Path, stick: Path, tmp_path: Path
) -> None:
    out = tmp_path / "c.worklist"
    work = tmp_path / ".c.worklist.merging"
    before = files(here.parent), files(stick.parent)
    for moment in (work, work / "0" / "a.worklist", work / "1" / "a.worklist", work / "merged" / out.name):
        kill_when(moment.exists, lightbox("worklist", "merge", here, stick, "--out", out), environment())
        assert not out.exists()
        assert (files(here.parent), files(stick.parent)) == before
    assert merge([here, stick], out).entries == 4
    assert not work.exists()


def test_a_read_only_medium_is_read(here: Path, stick: Path, tmp_path: Path) -> None:
    """The stick's own write protection, with a mount of its own kind."""
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/x" && shift && exec "$@"'
    out = tmp_path / "c.worklist"
    call = lightbox("worklist", "merge", here, stick, "--out", out)
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", stick.parent, *call],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine gives no mounts of one's own")
    assert (done.returncode, sorted(files(stick.parent))) == (0, ["a.worklist", "a.worklist-wal"])
    with Worklist(out) as worklist:
        assert verify(worklist).entries == 4


def test_films_that_wait_for_an_arbiter_are_told(here: Path, stick: Path, tmp_path: Path) -> None:
    with Worklist(here) as worklist:
        decided(worklist, "Chloé", 1, "disagree")
        decided(worklist, "Chloé", 9, "repeat")
    with Worklist(stick) as worklist:
        decided(worklist, "Björn", 9, "refer")  # a film that no row is left of
    disputed = merge([here, stick], tmp_path / "c").disputed
    films: dict[FilmKey, str] = {(one.sha256, one.frame): one.path for one in disputed}
    assert films == {("1" * 64, 0): "/media/card/1.png", ("9" * 64, 0): ""}
    said = {(one.reader, one.words) for one in disputed[0].decisions}
    assert ("Chloé", "disagree") in said
