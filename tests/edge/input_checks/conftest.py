"""Real films and altered copies of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import data_store  # type: ignore[import-untyped]  # it ships none
import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.input_checks import Checked, examine
from lightbox_edge.input_checks.picture import picture
from lightbox_edge.loading import read_film
from lightbox_edge.preprocess import fit
from lightbox_edge.radiograph import Header, Radiograph

ROOT = Path(__file__).parents[3]
PYDICOM_DATA = Path(data_store.__file__).parent / "data"
SIDE = 224

Check = Callable[..., Checked]


@pytest.fixture(
    scope="package",
    params=[
        "film-01-normal.jpg",
        "film-02-lung-opacity.jpg",
        "film-03-effusion.jpg",
        "film-04-covid-19.jpg",
        "film-09-jpeg-2000.dcm",
        "RG1_UNCR.dcm",
    ],
)
def chest(request: pytest.FixtureRequest) -> Radiograph:
    """A real frontal chest film of an adult that no check was taught with."""
    folder = PYDICOM_DATA if request.param.startswith("RG") else ROOT / "samples"
    return read_film(folder / request.param, 336)


@pytest.fixture(scope="package")
def check() -> Check:
    """Examine a film, with other pixels or another header if they are given."""

    def examined(
        film: Radiograph, pixels: NDArray[np.generic] | None = None, header: Header | None = None
    ) -> Checked:
        if pixels is not None:
            whole = np.ascontiguousarray(pixels).astype(film.pixels.dtype)
            film = replace(film, pixels=whole, stored_size=(whole.shape[0], whole.shape[1]))
        if header is not None:
            film = replace(film, header=header)
        return examine(picture(film, fit(film, SIDE)))

    return examined
