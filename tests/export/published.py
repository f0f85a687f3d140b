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
