"""A teacher looks at each film once; captions are its text encoder's; a checkpoint is one training's."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.text import encode_sentences
from lightbox_export import checkpoint, lessons
from lightbox_export.captions import read_captions
from lightbox_export.lessons import Teacher, prepare_lessons
from lightbox_export.roles import image_teacher, segmenter_teacher
from tests.tiny import CHANNELS, DIMENSIONS, HOW, SIDE


@pytest.fixture
def films(labelled_films: list[LabelledFilm]) -> list[Path]:
    return [one.file for one in labelled_films[:5]]


class CountingSession:
    inputs, device = ("pixels",), "CPU"
    asked = 0

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        CountingSession.asked += 1
        return {"image_features": inputs["pixels"].mean(axis=(2, 3))}


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> type[CountingSession]:
    monkeypatch.setattr(CountingSession, "asked", 0)
    monkeypatch.setattr(lessons, "open_session", lambda *_: CountingSession())
    return CountingSession


def picture(film: Path) -> NDArray[np.float32]:
    prepared: NDArray[np.float32] = load_films([film], HOW)[0]
    return prepared


FAKE = Teacher(b"a graph", "image_features", picture, "as the bundle says")


@pytest.mark.parametrize("role", ["image_encoder", "segmenter"])
def test_lessons_are_what_the_teacher_says(
    teacher_bundle: Bundle, films: list[Path], tmp_path: Path, role: str
) -> None:
    teacher, _ = (image_teacher if role == "image_encoder" else segmenter_teacher)(teacher_bundle)
    shape = (DIMENSIONS,) if role == "image_encoder" else (CHANNELS, SIDE // 4, SIDE // 4)
    made = prepare_lessons(teacher, films, tmp_path)
    assert len(made) == len(films)
    pixels, features, captions = made[3]
    expected = teacher.prepare(films[3])
    assert pixels.numpy() == pytest.approx(expected, abs=2e-3)  # fp16
    given = open_session(teacher.model, "onnxruntime", "cpu").run({"pixels": expected[np.newaxis]})
    assert features.shape == shape
    assert features.numpy() == pytest.approx(given[teacher.output][0], abs=2e-3, rel=2e-3)
    assert captions.shape == (0,)


def test_a_second_run_asks_no_teacher(
    films: list[Path], tmp_path: Path, counting: type[CountingSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare_lessons(FAKE, films, tmp_path)
    assert counting.asked == len(films)

    def never(*_: object) -> None:
        raise AssertionError("the teacher was asked")

    monkeypatch.setattr(lessons, "open_session", never)
    again = prepare_lessons(FAKE, films, tmp_path)
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(first[2], again[2], strict=True))
    assert first.key() == again.key()


def test_a_film_is_known_by_its_content(
    films: list[Path], tmp_path: Path, counting: type[CountingSession]
) -> None:
    other = Path(shutil.copy(films[0], tmp_path / "another name.png"))
    one = prepare_lessons(FAKE, films, tmp_path / "cache")
    assert one.key() == prepare_lessons(FAKE, [other, *films[1:]], tmp_path / "cache").key()
    assert counting.asked == len(films)
    assert one.key() != prepare_lessons(FAKE, films[1:], tmp_path / "cache").key()


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "gone"])
def test_a_damaged_entry_is_made_again(
    films: list[Path], tmp_path: Path, counting: type[CountingSession], damage: str
) -> None:
    whole = prepare_lessons(FAKE, films, tmp_path)[1]
    files = sorted((tmp_path / FAKE.key()).iterdir())
    assert len(files) == len(films)
    for file in files:
        content = file.read_bytes()
        if damage == "gone":
            file.unlink()
        elif damage == "changed":
            middle = len(content) // 2
            file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        else:
            file.write_bytes(content[:-100] if damage == "cut" else b"")
    again = prepare_lessons(FAKE, films, tmp_path)
    assert counting.asked == 2 * len(films)
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(again[1], whole, strict=True))


def test_another_teacher_or_another_way_to_prepare_has_another_cache() -> None:
    keys = {
        FAKE.key(),
        Teacher(b"another", "image_features", picture, FAKE.recipe).key(),
        Teacher(FAKE.model, "image_features", picture, "larger").key(),
    }
    assert len(keys) == 3


def test_a_film_that_cannot_be_read_is_a_sentence(tmp_path: Path, counting: type[CountingSession]) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(LightboxError, match=r"broken\.png cannot be used"):
        prepare_lessons(FAKE, [tmp_path / "broken.png"], tmp_path / "cache")


def test_captions_are_features_of_their_words(
    teacher_bundle: Bundle, films: list[Path], tmp_path: Path
) -> None:
    table = tmp_path / "captions.csv"
    table.write_text(
        f'text,file\n"There is  no\nfluid.",{films[1].name}\nheart large,{films[3].name}\n,{films[2].name}\n'
        "lung clear,of another folder.png\n"
    )
    made = read_captions(table, films[0].parent, films, teacher_bundle)
    assert made.shape == (len(films), DIMENSIONS)
    assert not made[[0, 2, 4]].any()
    spoken = encode_sentences(teacher_bundle, ["There is no fluid.", "heart large"])
    assert made[[1, 3]].numpy() == pytest.approx(spoken, abs=1e-6)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("file,words\na,b\n", "has no column 'text': add it."),
        ("file,text\nnowhere.png,fluid\n", "has a text for none of the films: its files are relative to"),
        (None, "cannot be read: "),
    ],
)
def test_captions_that_cannot_be_used_are_one_sentence(
    teacher_bundle: Bundle, films: list[Path], tmp_path: Path, content: str | None, said: str
) -> None:
    table = tmp_path / "captions.csv"
    if content is not None:
        table.write_text(content)
    with pytest.raises(LightboxError) as caught:
        read_captions(table, films[0].parent, films, teacher_bundle)
    assert str(table) in str(caught.value)
    assert said in str(caught.value)


def parts() -> dict[str, Any]:
    torch.manual_seed(1)
    layer = nn.Linear(3, 2)
    return {"student": layer, "optimiser": torch.optim.AdamW(layer.parameters(), 0.1)}


def test_a_checkpoint_brings_every_part_back(tmp_path: Path) -> None:
    file, ours = tmp_path / "c.pt", parts()
    ours["student"](torch.ones(1, 3)).sum().backward()
    ours["optimiser"].step()
    assert checkpoint.resume(file, ours, "p") == 0
    checkpoint.save(file, ours, 3, "p")
    theirs = parts()
    assert not torch.equal(theirs["student"].weight, ours["student"].weight)
    assert checkpoint.resume(file, theirs, "p") == 3
    assert torch.equal(theirs["student"].weight, ours["student"].weight)
    state = theirs["optimiser"].state_dict()["state"]
    assert torch.equal(state[0]["exp_avg"], ours["optimiser"].state_dict()["state"][0]["exp_avg"])


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c.pt", parts(), 3, "a student")
    with pytest.raises(LightboxError, match=r"c\.pt is of another training: name another --out, or delete"):
        checkpoint.resume(tmp_path / "c.pt", parts(), "another student")


class Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("code ran",)


@pytest.mark.parametrize("damage", ["cut", "empty", "code", "no record", "another shape", "text"])
def test_a_damaged_checkpoint_is_one_sentence(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.pt"
    checkpoint.save(file, parts(), 3, "p")
    content = file.read_bytes()
    if damage in ("cut", "empty", "text"):
        file.write_bytes(
            {"cut": content[: len(content) // 2], "empty": b"", "text": b"no checkpoint"}[damage]
        )
    elif damage == "another shape":
        checkpoint.save(file, {"student": nn.Linear(4, 2), "optimiser": parts()["optimiser"]}, 3, "p")
    else:
        torch.save(Code() if damage == "code" else torch.zeros(2), file)
    with pytest.raises(LightboxError) as caught:
        checkpoint.resume(file, parts(), "p")
    assert str(caught.value) == f"The checkpoint {file} is damaged: delete it to start again."
    assert capsys.readouterr().out == ""
