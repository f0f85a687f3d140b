"""Recipes: the packaged one is sound, and a bad one is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Preprocessing
from lightbox_export.recipe import load_recipe


def test_the_packaged_recipe_is_sound() -> None:
    recipe = load_recipe("chest-open")
    names = [one.name for one in recipe.finding]
    assert len(set(names)) == len(names)
    assert list(recipe.shipped()) == [one.name for one in recipe.finding if one.ships]
    for one in recipe.finding:
        assert one.labels
        assert one.descriptors
        assert one.phrases
        assert (one.target is not None) == one.ships
        assert all(present != absent for present, absent in one.descriptors)
    assert 0 < recipe.images.calibration_share < 1
    assert recipe.limits
    assert recipe.intended_use.count("\n") == 0


def test_preprocessing_is_the_recipes_at_any_size() -> None:
    images = load_recipe("chest-open").images
    how = (images.percentiles, images.mean, images.std, images.border)
    assert images.preprocessing() == Preprocessing(images.input_size, *how, images.corners)
    assert images.teaching(64) == Preprocessing(64, *how)


def test_a_recipe_of_ones_own_is_read(tmp_path: Path) -> None:
    import lightbox_export.recipe as module

    packaged = Path(module.__file__).parent / "recipes" / "chest-open.toml"
    (tmp_path / "mine.toml").write_text(
        packaged.read_text("utf-8").replace('"chest-open"', '"mine"'), "utf-8"
    )
    assert load_recipe(str(tmp_path / "mine.toml")).name == "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name = ", "Invalid value"),
        ('name = "x"', "missing required field"),
        ('surprise = "x"', "unknown field `surprise`"),
        (b"\xff\xfe", "can't decode"),
    ],
)
def test_a_bad_recipe_is_one_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LightboxError) as caught:
        load_recipe(str(path))
    assert str(caught.value).startswith(f"The recipe {path} cannot be read: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["chest-closed", ""])
def test_no_recipe_is_one_sentence(name: str) -> None:
    with pytest.raises(LightboxError, match=r"There is no recipe .*: name a TOML file or 'chest-open'"):
        load_recipe(name)
