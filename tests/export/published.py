"""Teachers with seeded random weights, written in exactly the layout in which they are published."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import open_clip
import torch
from transformers import BertConfig

from lightbox_export.networks import minilm_folder

PUBMEDBERT = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract"
BIOMEDCLIP: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 512,
        "vision_cfg": {
            "timm_model_name": "vit_base_patch16_224",
            "timm_model_pretrained": False,
            "timm_pool": "",
            "timm_proj": "linear",
            "image_size": 224,
        },
        "text_cfg": {
            "hf_model_name": PUBMEDBERT,
            "hf_tokenizer_name": PUBMEDBERT,
            "hf_proj_type": "mlp",
            "hf_pooler_type": "cls_last_hidden_state_pooler",
            "context_length": 256,
        },
    },
    "preprocess_cfg": {
        "mean": [0.48145466, 0.4578275, 0.40821073],
        "std": [0.26862954, 0.26130258, 0.27577711],
    },
}


def write_biomedclip(folder: Path) -> None:
    """BiomedCLIP at full size, 784 MB: config, .bin with a bare state dict, a WordPiece tokenizer.

    The vocabulary is that of bert-base-uncased, as large as PubMedBERT's.
    """
    folder.mkdir()
    (folder / "open_clip_config.json").write_text(json.dumps(BIOMEDCLIP, indent=2))
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(minilm_folder() / name, folder / name)
    tower = folder / "tower"
    BertConfig().save_pretrained(tower)
    torch.manual_seed(20261122)
    cfg = BIOMEDCLIP["model_cfg"]
    text = cfg["text_cfg"] | {"hf_model_name": str(tower), "hf_model_pretrained": False}
    model = open_clip.model.CustomTextCLIP(cfg["embed_dim"], cfg["vision_cfg"], text)
    shutil.rmtree(tower)
    state = model.state_dict()
    state["text.transformer.embeddings.position_ids"] = torch.arange(512)[None]  # as older transformers did
    torch.save(state, folder / "open_clip_pytorch_model.bin")


def write_clip(folder: Path) -> None:
    """A small CLIP of Hugging Face, with OpenAI's own vocabulary."""
    from open_clip.tokenizer import SimpleTokenizer
    from transformers import CLIPConfig, CLIPModel

    small = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }
    config = CLIPConfig(
        text_config=small | {"eos_token_id": 2, "bos_token_id": 0},
        vision_config=small | {"image_size": 48, "patch_size": 16},
        projection_dim=24,
    )
    torch.manual_seed(1)
    CLIPModel(config).save_pretrained(folder)
    words = SimpleTokenizer()
    renamed = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    vocabulary = {renamed.get(token, token): number for token, number in words.encoder.items()}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = "\n".join(" ".join(pair) for pair in words.bpe_ranks)
    (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
    kind = {"tokenizer_class": "CLIPTokenizer", "pad_token": "<|endoftext|>", "model_max_length": 77}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind))
    _write_preprocessor(folder, [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])


def write_siglip(folder: Path, sentences: list[str]) -> None:
    """A small SigLIP of Hugging Face with a SentencePiece model, as MedSigLIP has."""
    from transformers import SiglipConfig, SiglipModel

    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    pieces = write_sentencepiece(folder, sentences)
    config = SiglipConfig(
        text_config=small | {"vocab_size": pieces, "max_position_embeddings": 64},
        vision_config=small | {"image_size": 56, "patch_size": 14},
    )
    torch.manual_seed(2)
    SiglipModel(config).save_pretrained(folder)
    _write_preprocessor(folder, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5])


def write_sentencepiece(folder: Path, sentences: list[str]) -> int:
    """A unigram model of these sentences as ``spiece.model``; returns its number of pieces."""
    from tokenizers import SentencePieceUnigramTokenizer
    from transformers.utils import sentencepiece_model_pb2_new as pb2

    trained = SentencePieceUnigramTokenizer()
    trained.train_from_iterator(
        [sentence.lower() for sentence in sentences],
        vocab_size=300,
        special_tokens=["<pad>", "</s>", "<unk>"],
        unk_token="<unk>",  # noqa: S106  # a token of text
    )
    model = pb2.ModelProto()  # type: ignore[attr-defined]  # protobuf makes it at import
    model.trainer_spec.unk_id, model.trainer_spec.eos_id, model.trainer_spec.eos_piece = 2, 1, "</s>"
    for piece, score in json.loads(trained.to_str())["model"]["vocab"]:
        model.pieces.add(piece=piece, score=score)
    folder.mkdir(exist_ok=True)
    (folder / "spiece.model").write_bytes(model.SerializeToString())
    return len(model.pieces)


def _write_preprocessor(folder: Path, mean: list[float], std: list[float]) -> None:
    (folder / "preprocessor_config.json").write_text(json.dumps({"image_mean": mean, "image_std": std}))


def write_open_clip(folder: Path) -> None:
    """A small open_clip model with open_clip's own text tower and tokenizer, as safetensors."""
    from safetensors.torch import save_file

    small = {"width": 32, "layers": 2, "heads": 2}
    config: dict[str, Any] = {
        "embed_dim": 24,
        "vision_cfg": {"image_size": 48, "patch_size": 16, "layers": 2, "width": 64},
        "text_cfg": small | {"context_length": 77, "vocab_size": 49408},
    }
    folder.mkdir()
    whole = {"model_cfg": config, "preprocess_cfg": BIOMEDCLIP["preprocess_cfg"]}
    (folder / "open_clip_config.json").write_text(json.dumps(whole))
    torch.manual_seed(3)
    state = open_clip.model.CLIP(**config).state_dict()
    save_file({name: one.clone() for name, one in state.items()}, folder / "open_clip_model.safetensors")
