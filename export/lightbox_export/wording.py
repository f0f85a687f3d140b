"""The sentences in which training speaks of a finding: its descriptors, and its phrases in templates."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import TextEncoder
from lightbox_export.recipe import Recipe, TaughtFinding

TEMPLATES = (
    ("{}", "no {}"),
    ("There is {}.", "There is no {}."),
    ("Chest X-ray showing {}.", "Chest X-ray without {}."),
    ("Findings consistent with {}.", "No evidence of {}."),
    ("The radiograph shows {}.", "The radiograph shows no {}."),
    ("Suspicious for {}.", "Not suspicious for {}."),
    ("{} is seen.", "{} is not seen."),
)


def sentence_pairs(finding: TaughtFinding) -> list[tuple[str, str]]:
    """(present, absent) of a finding: its descriptors, its other sentences, each phrase in each template."""
    spoken = [(yes.format(phrase), no.format(phrase)) for phrase in finding.phrases for yes, no in TEMPLATES]
    return [*finding.descriptors, *finding.sentences, *spoken]


def taught_sentences(recipe: Recipe) -> set[str]:
    """Every sentence that training may draw for any finding, in small letters without the full stop."""
    return {_plain(said) for one in recipe.finding for pair in sentence_pairs(one) for said in pair}


def unseen_sentences(recipe: Recipe) -> set[str]:
    """Every sentence that it must not, written alike."""
    return {_plain(said) for one in recipe.finding for pair in one.unseen for said in pair}


def _plain(sentence: str) -> str:
    return sentence.lower().rstrip(".")


@dataclass(frozen=True, slots=True)
class Wording:
    """The frozen language model's features of every sentence pair, by finding: (pairs, 2, hidden_size)."""

    pooled: tuple[Tensor, ...]
    descriptors: tuple[int, ...]


@torch.inference_mode()
def read_wording(recipe: Recipe, encoder: TextEncoder, tokenizer: Tokenizer) -> Wording:
    """What training draws from.

    Raises:
        LightboxError: a sentence that is called unseen is among those of training.
    """
    if told := sorted(taught_sentences(recipe) & unseen_sentences(recipe)):
        raise LightboxError(f"The recipe {recipe.name} teaches {told[0]!r} and calls it unseen: reword one.")
    pooled = []
    for finding in recipe.finding:
        sentences = [sentence for pair in sentence_pairs(finding) for sentence in pair]
        ids, mask = tokenize(sentences, tokenizer)
        pooled.append(encoder.pool(ids, mask).reshape(len(sentences) // 2, 2, -1).clone())
    return Wording(tuple(pooled), tuple(len(finding.descriptors) for finding in recipe.finding))


def tokenize(sentences: list[str], tokenizer: Tokenizer) -> tuple[Tensor, Tensor]:
    """Token ids and attention mask, both (N, longest sentence), int64."""
    encoded = tokenizer.encode_batch(sentences)
    return (
        torch.tensor([one.ids for one in encoded]),
        torch.tensor([one.attention_mask for one in encoded]),
    )
