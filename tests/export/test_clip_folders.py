"""Folders of image-text models as published: loaded whole, or refused in one sentence; never run."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import descriptor_sentences
from lightbox_export.clip import load_clip
from lightbox_export.clip.words import read_sentencepiece
from lightbox_export.recipe import load_recipe
from lightbox_export.teachers import load_teachers
from tests.export.published import write_clip, write_open_clip, write_sentencepiece, write_siglip

SENTENCES = descriptor_sentences(load_recipe("chest-open").findings())
TEACHERS = load_teachers()


def refusal(name: str, folder: Path | str) -> str:
    with pytest.raises(LightboxError) as caught:
        load_clip(TEACHERS[name], str(folder))
    said = str(caught.value)
    assert said.startswith(str(folder)) or str(folder) in said
    assert said.endswith((".", "…"))
    assert "\n" not in said
    return said


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write_open_clip(tmp_path / "small")
    return tmp_path / "small"


@pytest.fixture
def as_bin(small: Path) -> Path:
    """The small model with its tensors in a .bin."""
    from safetensors.torch import load_file

    safe = small / "open_clip_model.safetensors"
    torch.save(load_file(safe), small / "open_clip_pytorch_model.bin")
    safe.unlink()
    return small


def test_an_open_clip_folder_gives_what_open_clip_gives(small: Path) -> None:
    import open_clip

    teacher = load_clip(TEACHERS["open_clip"], str(small))
    theirs = open_clip.create_model(f"local-dir:{small}").eval()
    gray = torch.rand(2, 1, 48, 48)
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
    with torch.inference_mode():
        expected = theirs.encode_image((gray.repeat(1, 3, 1, 1) - mean) / std, normalize=True)
        assert torch.allclose(teacher.image(gray), expected, atol=1e-5)
        tokens = open_clip.get_tokenizer(f"local-dir:{small}")(SENTENCES)
        expected = theirs.encode_text(tokens, normalize=True)
        ours = torch.tensor([one.ids for one in teacher.tokenizer.encode_batch(SENTENCES)])
        assert torch.equal(ours, tokens)
        assert torch.allclose(teacher.text(ours), expected, atol=1e-5)
    assert (teacher.input_size, teacher.max_tokens, teacher.masked) == (48, 77, False)
    assert teacher.logit_scale == pytest.approx(1 / 0.07)


def test_weights_as_bin_and_as_safetensors_are_the_same(small: Path, as_bin: Path) -> None:
    del small
    assert load_clip(TEACHERS["open_clip"], str(as_bin)).logit_scale == pytest.approx(1 / 0.07)


def test_a_clip_folder_gives_what_transformers_gives(tmp_path: Path) -> None:
    from transformers import AutoTokenizer, CLIPModel

    write_clip(tmp_path)
    teacher = load_clip(TEACHERS["clip"], str(tmp_path))
    theirs = CLIPModel.from_pretrained(tmp_path).eval()
    words = AutoTokenizer.from_pretrained(tmp_path)(
        SENTENCES, padding="max_length", max_length=77, return_tensors="pt"
    )
    ours = torch.tensor([one.ids for one in teacher.tokenizer.encode_batch(SENTENCES)])
    with torch.inference_mode():
        expected = theirs.get_text_features(words["input_ids"]).pooler_output
        expected = torch.nn.functional.normalize(expected, dim=-1)
        assert torch.allclose(teacher.text(ours), expected, atol=1e-5)
        pixels = torch.rand(2, 1, 48, 48)
        expected = theirs.get_image_features(teacher.image.normalised(pixels)).pooler_output
        expected = torch.nn.functional.normalize(expected, dim=-1)
        assert torch.allclose(teacher.image(pixels), expected, atol=1e-5)
    assert words["input_ids"].shape[1] == 77 > ours.shape[1]


def test_a_siglip_folder_pads_to_the_full_length(tmp_path: Path) -> None:
    write_siglip(tmp_path, SENTENCES)
    teacher = load_clip(TEACHERS["medsiglip"], str(tmp_path))
    encoded = teacher.tokenizer.encode_batch(["effusion", SENTENCES[0]])
    assert [len(one.ids) for one in encoded] == [64, 64]
    assert encoded[0].ids[-1] == 1
    (tmp_path / "spiece.model").rename(tmp_path / "aside")
    Tokenizer.from_str(teacher.tokenizer.to_str()).save(str(tmp_path / "tokenizer.json"))
    again = load_clip(TEACHERS["medsiglip"], str(tmp_path))
    assert [one.ids for one in again.tokenizer.encode_batch(SENTENCES)] == [
        one.ids for one in teacher.tokenizer.encode_batch(SENTENCES)
    ]


def test_siglips_words_are_cleaned_as_it_learned_them(tmp_path: Path) -> None:
    write_sentencepiece(tmp_path, SENTENCES)
    words = read_sentencepiece(tmp_path / "spiece.model")
    plain = words.encode("there is no pleural effusion")
    assert words.encode("  There is   NO pleural-effusion!").ids != plain.ids  # one word without its hyphen
    assert words.encode("  There is   NO pleural effusion!").ids == plain.ids
    assert plain.tokens[-1] == "</s>"
    assert "".join(plain.tokens[:-1]).replace("▁", " ").strip() == "there is no pleural effusion"


class Code:
    """A pickle that would write a file when it is read."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.place,)


@pytest.mark.parametrize("how", ["torch", "plain pickle"])
def test_code_in_a_checkpoint_is_never_run(as_bin: Path, tmp_path: Path, how: str) -> None:
    weights, place = as_bin / "open_clip_pytorch_model.bin", tmp_path / "it ran"
    if how == "torch":
        torch.save({"logit_scale": torch.zeros(1), "more": Code(place)}, weights)
    else:
        weights.write_bytes(pickle.dumps(Code(place)))
    assert "hold more than tensors, which is never run" in refusal("open_clip", as_bin)
    assert not place.exists()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_cut_off_bin_is_one_sentence(as_bin: Path, share: float) -> None:
    weights = as_bin / "open_clip_pytorch_model.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: int(share * len(whole))])
    assert "its weights are" in refusal("open_clip", as_bin)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("name", ["open_clip", "clip"])
def test_cut_off_safetensors_are_one_sentence(tmp_path: Path, name: str, share: float) -> None:
    write_open_clip(tmp_path / "m") if name == "open_clip" else write_clip(tmp_path / "m")
    weights = next((tmp_path / "m").glob("*.safetensors"))
    whole = weights.read_bytes()
    weights.write_bytes(whole[: int(share * len(whole))])
    assert "its weights are cut off or damaged; get it again" in refusal(name, tmp_path / "m")


def test_weights_of_another_model_are_one_sentence(small: Path) -> None:
    config = json.loads((small / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["layers"] = 3
    (small / "open_clip_config.json").write_text(json.dumps(config))
    assert "its weights are not those of the model that its configuration describes" in refusal(
        "open_clip", small
    )


def test_weights_that_lack_a_tensor_are_one_sentence(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    write_clip(tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    del state["visual_projection.weight"]
    save_file(state, tmp_path / "model.safetensors", {"format": "pt"})
    assert "not those that its config.json describes (for one, visual_projection.weight)" in refusal(
        "clip", tmp_path
    )


def test_a_folder_that_lacks_a_file_says_which(small: Path, tmp_path: Path) -> None:
    (small / "open_clip_config.json").rename(tmp_path / "config")
    assert refusal("biomedclip", small).endswith(
        "holds no open_clip_config.json: name the folder of an open_clip model."
    )
    (tmp_path / "config").rename(small / "open_clip_config.json")
    (small / "open_clip_model.safetensors").unlink()
    assert "holds no weights: it needs one of open_clip_model.safetensors" in refusal("open_clip", small)
    assert "holds no config.json" in refusal("clip", small)


def test_a_damaged_configuration_is_one_sentence(small: Path) -> None:
    (small / "open_clip_config.json").write_text('{"model_cfg": {')
    assert "cannot be loaded as open_clip model" in refusal("open_clip", small)
    (small / "open_clip_config.json").write_text("{}")
    assert "cannot be loaded as open_clip model" in refusal("open_clip", small)


def test_an_unknown_text_tower_asks_for_its_configuration(small: Path) -> None:
    config = json.loads((small / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"] = {"hf_model_name": "someone/bert", "hf_tokenizer_name": "someone/bert"}
    (small / "open_clip_config.json").write_text(json.dumps(config))
    assert "The text tower someone/bert is not known: put its config.json into" in refusal("open_clip", small)


def test_a_folder_of_another_kind_says_so(tmp_path: Path) -> None:
    write_clip(tmp_path)
    assert "holds a model of type 'clip', and siglip is of type 'siglip'" in refusal("siglip", tmp_path)


def test_weights_with_another_checksum_are_refused_before_they_are_read(small: Path) -> None:
    teacher = msgspec.structs.replace(TEACHERS["open_clip"], sha256="0" * 64)
    with pytest.raises(LightboxError, match="is not the published open_clip model"):
        load_clip(teacher, str(small))


def test_no_source_a_file_and_a_misspelt_folder_are_one_sentence(small: Path) -> None:
    with pytest.raises(LightboxError, match=r"open_clip has no source of its own: name one with --source\."):
        load_clip(TEACHERS["open_clip"], None)
    weights = small / "open_clip_model.safetensors"
    assert "is a file: name the folder that holds" in refusal("open_clip", weights)
    assert "There is no folder" in refusal("biomedclip", small.with_name("smal"))
    assert "There is no folder" in refusal("biomedclip", "docs/nothing")


def test_a_hub_id_that_cannot_be_fetched_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def fail(*_: object, **__: object) -> list[str]:
        raise ConnectionError("no route to host\nmore")

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", fail)
    said = refusal("biomedclip", "microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224")
    assert "cannot be fetched from the hub (no route to host): get it on a machine with a network" in said


def test_a_hub_id_is_fetched_and_then_read_from_its_folder(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked: list[object] = []

    def snapshot(hub_id: str, allow_patterns: list[str]) -> str:
        asked.extend((hub_id, allow_patterns[0]))
        return str(small)

    files = ["open_clip_pytorch_model.bin", "open_clip_model.safetensors", "flax_model.msgpack"]
    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", lambda *_: files)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert load_clip(TEACHERS["open_clip"], "someone/model").input_size == 48
    assert asked == ["someone/model", "open_clip_model.safetensors"]


def test_gray_is_repeated_and_normalised_by_channel(small: Path) -> None:
    image = load_clip(TEACHERS["open_clip"], str(small)).image
    normalised = image.normalised(torch.full((1, 1, 2, 2), 0.5))
    expected = (0.5 - np.array([0.48145466, 0.4578275, 0.40821073])) / [0.26862954, 0.26130258, 0.27577711]
    assert normalised[0, :, 0, 0].numpy() == pytest.approx(expected, rel=1e-5)
