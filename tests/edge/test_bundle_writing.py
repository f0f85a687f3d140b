"""A bundle is written whole or not at all, and what was there before stays until then."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lightbox_edge.bundle import open_bundle, verify_bundle
from lightbox_edge.bundle_writing import BundleDraft, new_bundle, without_card
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Manifest


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def rewrite(draft: BundleDraft, bundle: Path) -> None:
    """Write the files and the manifest of another bundle."""
    manifest: Manifest = open_bundle(bundle).manifest
    for file in open_bundle(bundle).files():
        assert draft.add(file.path, (bundle / file.path).read_bytes()) == file
    draft.finish(manifest)


def test_what_is_written_opens_as_it_was(small_bundle: Path, tmp_path: Path) -> None:
    with new_bundle(tmp_path / "deep" / "copy") as draft:
        rewrite(draft, small_bundle)
    copy = open_bundle(tmp_path / "deep" / "copy")
    assert copy.manifest == open_bundle(small_bundle).manifest
    assert copy.identity == open_bundle(small_bundle).identity
    assert verify_bundle(copy) > 0
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["copy"]


def test_others_on_the_machine_may_read_it(small_bundle: Path) -> None:
    assert small_bundle.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in small_bundle.rglob("*") if path.is_file()} == {0o644}


def test_a_record_is_that_of_the_file(tmp_path: Path) -> None:
    file = BundleDraft(tmp_path).add("int8/x.onnx", b"content")
    assert (file.path, file.bytes) == ("int8/x.onnx", 7)
    assert file.sha256 == hashlib.sha256(b"content").hexdigest()


def test_arrays_are_float32_without_pickles(tmp_path: Path) -> None:
    BundleDraft(tmp_path).add_array("x.npy", np.arange(6.0).reshape(2, 3))
    loaded = np.load(tmp_path / "x.npy", allow_pickle=False)
    assert loaded.dtype == np.float32
    assert loaded.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_bundle_is_replaced_whole(small_bundle: Path, tmp_path: Path) -> None:
    (small_bundle / "left over").write_bytes(b"")
    before = contents(small_bundle)
    with new_bundle(small_bundle) as draft:
        rewrite(draft, small_bundle)
        assert contents(small_bundle) == before
    del before["left over"]
    assert contents(small_bundle) == before
    assert list(tmp_path.iterdir()) == [small_bundle]


def test_an_error_leaves_what_was_there(small_bundle: Path, tmp_path: Path) -> None:
    before = contents(small_bundle)
    with pytest.raises(ZeroDivisionError), new_bundle(small_bundle) as draft:
        draft.add("x", b"%d" % (1 // 0))
    assert contents(small_bundle) == before
    assert list(tmp_path.iterdir()) == [small_bundle]


def test_a_draft_that_is_not_finished_is_no_bundle(tmp_path: Path) -> None:
    with new_bundle(tmp_path / "out") as draft:
        draft.add("x", b"")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_other_things_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.png").write_bytes(b"")
    with pytest.raises(LightboxError, match="is not empty and no bundle"), new_bundle(tmp_path / "photos"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["photos", "1.png"]


def test_an_empty_folder_is_filled(small_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with new_bundle(tmp_path / "empty") as draft:
        rewrite(draft, small_bundle)
    assert open_bundle(tmp_path / "empty").identity == open_bundle(small_bundle).identity


@pytest.mark.parametrize("place", ["file", "file/inner"])
def test_a_file_in_the_way_is_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(LightboxError, match="name another folder"), new_bundle(tmp_path / place):
        pass
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_move_that_fails_puts_the_old_bundle_back(
    small_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(small_bundle)
    rename = Path.rename

    def fail_into_place(self: Path, target: Path) -> Path:
        if target == small_bundle and not self.name.endswith(".old"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_into_place)
    with pytest.raises(LightboxError, match="No space left"), new_bundle(small_bundle) as draft:
        rewrite(draft, small_bundle)
    assert contents(small_bundle) == before
    assert list(tmp_path.iterdir()) == [small_bundle]


def test_leftovers_of_a_killed_run_are_cleared_and_its_bundle_stays(
    small_bundle: Path, tmp_path: Path
) -> None:
    """``kill -9`` while a bundle is being written over another; then a run that fails by itself."""
    before = contents(small_bundle)
    program = (
        "import sys, time; from pathlib import Path\n"
        "from lightbox_edge.bundle_writing import new_bundle\n"
        f"with new_bundle(Path({str(small_bundle)!r})) as draft:\n"
        "    draft.add('half', b'half'); print('begun', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with new_bundle(small_bundle):
            assert len(list(tmp_path.iterdir())) == 3  # a run that is still at work is left alone
        process.kill()
    assert len(list(tmp_path.iterdir())) == 2
    assert contents(small_bundle) == before
    with new_bundle(small_bundle):
        pass
    assert list(tmp_path.iterdir()) == [small_bundle]
    assert contents(small_bundle) == before


def test_a_bundle_that_a_killed_run_had_set_aside_is_put_back(small_bundle: Path, tmp_path: Path) -> None:
    before = contents(small_bundle)
    small_bundle.rename(tmp_path / ".small.unfinished-x.old")
    (tmp_path / ".small.unfinished-x").mkdir()
    with new_bundle(small_bundle):
        assert contents(small_bundle) == before
    assert list(tmp_path.iterdir()) == [small_bundle]


def test_folders_of_others_are_left_alone(small_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / ".small.mine").mkdir()
    with new_bundle(small_bundle):
        pass
    assert (tmp_path / ".small.mine").is_dir()


def test_a_bundle_has_one_card_and_it_is_its_own(small_bundle: Path, tmp_path: Path) -> None:
    source = open_bundle(small_bundle)
    assert not [file for file in without_card(source.manifest) if file.path == "MODEL_CARD.md"]
    for name in ("first", "second"):
        with new_bundle(tmp_path / name) as draft:
            for file in source.files():
                draft.add(file.path, source.read(file))
            draft.finish_with_card(msgspec.structs.replace(source.manifest, name=name))
        source = open_bundle(tmp_path / name)
        verify_bundle(source)
        cards = [file.path for file in source.manifest.documents if file.path.endswith("MODEL_CARD.md")]
        assert cards == ["MODEL_CARD.md"]
        assert (tmp_path / name / "MODEL_CARD.md").read_text("utf-8").startswith(f"# {name} ")
