"""A recipe's training keeps its state, takes it up again, and refuses that of another training."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import torch
from torch import nn

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import ImageEncoder
from lightbox_export.recipe import Recipe, load_recipe
from lightbox_export.rounding import on_grid
from lightbox_export.train import Lesson, Pair, train
from lightbox_export.wording import Wording

BOXES = [((0, 0.0, 0.0, 1.0, 0.6),), *[()] * 7]


def small_recipe(**settings: object) -> Recipe:
    recipe = load_recipe("chest-open")
    training = msgspec.structs.replace(recipe.training, epochs=2, batch_size=4, **settings)
    return msgspec.structs.replace(
        recipe, training=training, images=msgspec.structs.replace(recipe.images, input_size=64)
    )


def trained(recipe: Recipe, file: Path, seed: int = 0) -> dict[str, torch.Tensor]:
    """The weights after a training on eight films of noise for one finding."""
    torch.manual_seed(0)
    image = ImageEncoder(8)
    image.freeze(recipe.training.frozen_stages)
    pair = Pair(image, nn.Linear(6, 8))
    lesson = Lesson(torch.rand(8, 1, 72, 72), torch.tensor([[0.0], [1.0]] * 4), torch.ones(8, 1), BOXES)
    wording = Wording((torch.rand(3, 2, 6),), (1,))
    return train(recipe, seed, pair, wording, lesson, file).state_dict()


def test_a_run_goes_on_from_its_checkpoint_and_no_other_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "checkpoint.pt"
    whole = trained(small_recipe(), file)
    assert "epoch 2: loss" in capsys.readouterr().out
    again = trained(small_recipe(), file)
    assert "loss" not in capsys.readouterr().out  # both epochs were done
    assert all(torch.equal(value, again[name]) for name, value in whole.items())
    with pytest.raises(LightboxError, match=r"is of another training: name another --out, or delete it\."):
        trained(small_recipe(), file, seed=1)
    with pytest.raises(LightboxError, match=r"is of another training"):
        trained(small_recipe(text_noise=0.5), file)
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(LightboxError, match=r"is damaged: delete it to start again\."):
        trained(small_recipe(), file)
    assert [one.name for one in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_what_is_frozen_stays_as_it_was_and_the_rest_learns(tmp_path: Path) -> None:
    torch.manual_seed(0)
    before = ImageEncoder(8).state_dict()
    after = trained(small_recipe(frozen_stages=2), tmp_path / "checkpoint.pt")
    for name, value in before.items():
        layer = name.removeprefix("backbone.")
        kept = layer.startswith(("conv_stem", "bn1", "blocks.0.", "blocks.1."))
        weight = name.endswith("weight") and value.ndim == 4
        found = after[f"image.{name}"]
        # Convolutions are left on the grid of INT8.
        assert torch.allclose(found, on_grid(value) if weight else value) == kept, name
