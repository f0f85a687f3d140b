"""Lungs on drawn films by a tiny network, what is blanked of them, and pieces against a plain flood fill."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.anatomy import LUNGS, AnatomyModel, both_lungs, open_anatomy
from lightbox_edge.blanking import blanked
from lightbox_edge.bundle import Bundle, verify_bundle
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.masks_measuring import DrawnFilm, anatomy_agreement, anatomy_results, dice_of
from lightbox_edge.pieces import largest_piece, piece_around
from lightbox_edge.preprocess import preprocess
from lightbox_edge.radiograph import Radiograph
from tests.tiny import HOW, SIDE, anatomy_network, with_anatomy, write_bundle

Mask = NDArray[np.bool_]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    from tests.tiny import write_films

    place = tmp_path_factory.mktemp("anatomy")
    chance = np.random.default_rng(0)
    films = write_films(place / "films", lambda _: chance.integers(0, 255, (SIDE, SIDE), dtype=np.uint8), 8)
    return write_bundle(place / "plain", films, segmenter=False)


@pytest.fixture(scope="module")
def bundle(plain: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return with_anatomy(plain, tmp_path_factory.mktemp("anatomy") / "lungs")


@pytest.fixture(scope="module")
def model(bundle: Bundle) -> AnatomyModel:
    return open_anatomy(bundle, "onnxruntime", "cpu", 1)


def chest(rows: int = 200, columns: int = 300) -> tuple[Radiograph, Mask, Mask]:
    """A bright film with two gray lungs, the right one larger, a gray spot and a black one; with both."""
    y, x = np.mgrid[:rows, :columns]
    right = ((x - 0.27 * columns) / (0.16 * columns)) ** 2 + ((y - 0.5 * rows) / (0.36 * rows)) ** 2 < 1
    left = ((x - 0.74 * columns) / (0.13 * columns)) ** 2 + ((y - 0.5 * rows) / (0.34 * rows)) ** 2 < 1
    film = np.full((rows, columns), 220, np.uint8)
    film[right | left] = 120
    film[: rows // 20, -columns // 20 :] = 120
    film[-rows // 10 :, : columns // 10] = 20
    return Radiograph(film, film.shape), left, right


@pytest.mark.parametrize("size", [(200, 300), (300, 200), (256, 256), (64, 64)])
def test_lungs_are_found_at_the_films_size_on_the_patients_sides(
    model: AnatomyModel, size: tuple[int, int]
) -> None:
    film, left, right = chest(*size)
    masks = model.find(film)
    assert tuple(masks) == LUNGS
    assert masks["lung_left"].shape == size
    assert dice_of(masks["lung_left"], left) > 0.9
    assert dice_of(masks["lung_right"], right) > 0.9


def test_a_reduced_picture_gives_masks_of_the_stored_one(model: AnatomyModel) -> None:
    film, left, _ = chest(256, 256)
    reduced = Radiograph(film.pixels[::2, ::2].copy(), (256, 256))
    assert dice_of(model.find(reduced)["lung_left"], left) > 0.9


def test_what_an_image_encoder_is_given_has_the_same_lungs(model: AnatomyModel) -> None:
    film, left, right = chest(256, 256)
    for side in (SIDE, 2 * SIDE):
        how = HOW.__class__(side, HOW.percentiles, HOW.mean, HOW.std)
        masks = model.find_in(preprocess(film, how), how)
        small = np.linspace(0, 255, side).round().astype(int)
        assert dice_of(masks["lung_left"], left[np.ix_(small, small)]) > 0.88
        assert dice_of(masks["lung_right"], right[np.ix_(small, small)]) > 0.88


def test_one_lung_or_none_are_not_two(model: AnatomyModel) -> None:
    film, left, _ = chest(256, 256)  # square, for padding beside bright film is gray to so small a network
    one = film.pixels.copy()
    one[left] = one[:20, -30:] = 220  # and the spot, which would be the largest piece now
    masks = model.find(Radiograph(one, film.stored_size))
    assert masks["lung_right"].any()
    assert not masks["lung_left"].any()
    assert both_lungs(masks) is None
    flat = model.find(Radiograph(np.full((90, 120), 200, np.uint8), (90, 120)))
    assert not any(mask.any() for mask in flat.values())
    both = both_lungs(model.find(film))
    assert both is not None
    assert both.sum() > left.sum()


def test_blanking_takes_the_films_median_and_leaves_the_border_black(model: AnatomyModel) -> None:
    film, _, _ = chest()
    pixels = preprocess(film, HOW)
    lungs = both_lungs(model.find_in(pixels, HOW))
    assert lungs is not None
    without, alone = blanked(pixels, lungs, HOW)
    inside = slice(10, 10 + round(SIDE * 200 / 300))
    blank = np.median(pixels[0, inside])
    assert without[0][lungs] == pytest.approx(blank)
    assert (without[0][~lungs] == pixels[0][~lungs]).all()
    assert (alone[0][lungs] == pixels[0][lungs]).all()
    assert alone[0, inside][~lungs[inside]] == pytest.approx(blank)
    assert alone[0, :10] == pytest.approx(-HOW.mean / HOW.std)


def test_the_file_is_verified_and_a_bundle_without_says_what_would_work(
    plain: Bundle, bundle: Bundle
) -> None:
    assert verify_bundle(bundle) - verify_bundle(plain) == len(anatomy_network())
    with pytest.raises(LightboxError, match="tiny cannot find the lungs: name with --bundle one that can"):
        open_anatomy(plain)
    assert bundle.manifest.anatomy is not None
    file = bundle.folder / bundle.manifest.anatomy.model.path
    content = file.read_bytes()
    file.write_bytes(content[:-1] + b"x")
    try:
        with pytest.raises(BundleError, match=r"anatomy\.onnx is not the file its manifest names"):
            open_anatomy(bundle)
    finally:
        file.write_bytes(content)


def test_dice_counts_what_was_drawn_and_agreement_is_1_with_itself(model: AnatomyModel) -> None:
    film, left, right = chest()
    nowhere = np.zeros_like(left)
    nowhere[0, 0] = True
    films = [
        DrawnFilm(film, (("lung_left", left), ("lung_right", right))),
        DrawnFilm(film, (("lung_left", nowhere),)),
    ]
    results = {one.target: one for one in anatomy_results(model, films, "drawn", "2026-01-01")}
    assert results["lung_left"].images == 2
    assert 0.45 < results["lung_left"].dice < 0.5
    assert results["lung_right"].dice > 0.9
    assert anatomy_agreement(model, model, [film]) == 1


def flooded(mask: Mask) -> list[set[tuple[int, int]]]:
    """Every piece as a set of places, found by walking."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    pieces = []
    while left:
        piece, border = set(), [left.pop()]
        while border:
            row, column = border.pop()
            piece.add((row, column))
            for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if near in left:
                    left.remove(near)
                    border.append(near)
        pieces.append(piece)
    return pieces


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.8])
def test_it_is_the_largest_of_a_flood_fill(seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((17, 23)) < share
    piece = {(int(row), int(column)) for row, column in np.argwhere(largest_piece(mask))}
    pieces = flooded(mask)
    assert piece in pieces
    assert len(piece) == max(map(len, pieces))
    for one in pieces[:3]:
        held = piece_around(mask, *min(one))
        assert {(int(row), int(column)) for row, column in np.argwhere(held)} == one


def test_a_ring_and_a_spiral_are_one_piece_each() -> None:
    spiral = np.array([[1, 1, 1, 1], [0, 0, 0, 1], [1, 1, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]], bool)
    assert (largest_piece(spiral) == spiral).all()
    ring = np.ones((9, 9), bool)
    ring[2:7, 2:7] = False
    both = ring.copy()
    both[4, 4] = True
    assert (largest_piece(both) == ring).all()


def test_an_empty_mask_stays_empty_and_a_full_one_full() -> None:
    assert not largest_piece(np.zeros((5, 7), bool)).any()
    assert largest_piece(np.ones((5, 7), bool)).all()
