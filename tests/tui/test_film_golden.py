"""The film screen as text at fixed sizes: what stands where, with a real film and scores that are made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App

from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import Mode, pins
from lightbox_edge.languages import ENGLISH, Language, languages, load_language
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import DescriptorScore, FindingScore
from lightbox_edge.viewing import FilmViewer
from lightbox_edge.worklist import FileResults, Judge
from lightbox_tui.film_screen import FilmScreen
from lightbox_tui.terminal import PictureKind, Terminal
from tests.tui.conftest import golden, screen_text

SAMPLES = Path(__file__).parents[2] / "samples"
JUDGE = Judge("j", "chest-open", "int8_avx2", ("effusion", "mass"), "1.0", "c")
SCORES = (
    FindingScore("mass", 0.31, 0.95, False),
    FindingScore(
        "pleural effusion",
        0.81,
        0.6,
        True,
        True,
        (
            DescriptorScore("The costophrenic angle is blunted.", 0.9),
            DescriptorScore("There is fluid in the pleural space, on the left or on the right.", 0.7),
        ),
    ),
)
HEADER = Header("P-17", "063Y", "F", "20240131", "CR", "PA")


@pytest.fixture
def worklist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worklist]:
    monkeypatch.setattr(pins, "N", 2)
    film = SAMPLES / "film-03-effusion.jpg"
    digest = hashlib.sha256(film.read_bytes()).hexdigest()
    row = Result("films/three.jpg", None, digest, Outcome("judged", "flagged", (), SCORES, "PA", HEADER))
    with Worklist(tmp_path / "w") as made:
        made.add_judge(JUDGE)
        made.commit(JUDGE, [FileResults(Source("films/three.jpg", str(film), (), 1, 1), digest, (row,))])
        Review(made).readers.add("Amina", "2468")
        yield made


class Films(App[int]):
    def __init__(
        self,
        worklist: Worklist,
        viewer: FilmViewer,
        mode: Mode,
        kind: PictureKind,
        say: Language = ENGLISH,
    ) -> None:
        super().__init__()
        review = Review(worklist, mode)
        review.sign_in("Amina", "2468")
        self.film = FilmScreen(review, list(Pages(worklist, review)), 0, viewer, say, Terminal(kind))

    def on_mount(self) -> None:
        self.push_screen(self.film, self.exit)


@pytest.mark.parametrize(
    ("name", "size", "mode", "kind", "code"),
    [
        ("film-80x24", (80, 24), "ai-first", "halfcell", "en"),
        ("film-140x45", (140, 45), "ai-first", "halfcell", "en"),
        ("film-80x24-blind", (80, 24), "blind-first", "halfcell", "en"),
        ("film-80x24-none", (80, 24), "ai-first", "none", "en"),
        *((f"film-{code}", (140, 45), "ai-first", "none", code) for code in languages()),
    ],
)
async def test_the_screen_is_the_one_that_was_looked_at(
    worklist: Worklist, name: str, size: tuple[int, int], mode: Mode, kind: PictureKind, code: str
) -> None:
    with FilmViewer(worklist) as viewer:
        app = Films(worklist, viewer, mode, kind, load_language(code))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await app.film.workers.wait_for_complete()
            await pilot.pause()
            golden(name, screen_text(app))
