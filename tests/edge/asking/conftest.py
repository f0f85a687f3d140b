"""Real films, screened once for all tests here, and an asker that keeps its models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightbox_edge import Bundle
from lightbox_edge.asking import Asker
from tests.asked_films import asker_of, lay_out, screen


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Path:
    """A folder with ``films`` and the ``films.worklist`` of them."""
    made = tmp_path_factory.mktemp("asked")
    lay_out(made / "films")
    screen(bundle, made / "films", made / "films.worklist")
    return made


@pytest.fixture(scope="package")
def asker(place: Path, bundle: Bundle) -> Iterator[Asker]:
    with asker_of(bundle, place / "films.worklist") as made:
        yield made
