"""Sentences of training: descriptors first, phrases in every template, and the features of each."""

from __future__ import annotations

import re

import msgspec
import pytest
import torch
from tokenizers import Tokenizer

from lightbox_edge.errors import LightboxError
from lightbox_export.networks import TextEncoder, load_tokenizer
from lightbox_export.recipe import TaughtFinding, load_recipe
from lightbox_export.wording import (
    TEMPLATES,
    read_wording,
    sentence_pairs,
    taught_sentences,
    tokenize,
    unseen_sentences,
)

SMALL = "a an and any are at be both by for from has have in is it no not of on one or than the this"
SHARED = {*SMALL.split(), "that", "there", "to", "with", "without", "because", "out", "up", "could"} | {
    *("lung", "lungs", "heart", "cardiac", "chest", "air", "fluid", "edge")
}
FINDING = TaughtFinding("effusion", True, ("Effusion",), (("Fluid.", "No fluid."),), ("effusion", "fluid"))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer()


def test_descriptors_come_first_then_each_phrase_in_each_template() -> None:
    pairs = sentence_pairs(FINDING)
    assert pairs[:3] == [
        ("Fluid.", "No fluid."),
        ("effusion", "no effusion"),
        ("There is effusion.", "There is no effusion."),
    ]
    assert len(pairs) == 1 + 2 * len(TEMPLATES)
    assert pairs[1 + len(TEMPLATES)] == ("fluid", "no fluid")


def test_every_pair_of_the_packaged_recipe_affirms_and_denies() -> None:
    for finding in load_recipe("chest-open").finding:
        for present, absent in sentence_pairs(finding):
            assert present != absent
            assert "{" not in present + absent


def test_no_unseen_sentence_of_the_packaged_recipe_is_taught_and_few_of_its_words_are() -> None:
    """Body parts, and the fluid of the example that everybody gives, are what may be shared."""
    recipe = load_recipe("chest-open")
    assert not taught_sentences(recipe) & unseen_sentences(recipe)
    for finding in recipe.finding:
        assert bool(finding.unseen) == finding.ships
        assert len(finding.unseen) <= 4
        assert len(finding.unseen) >= 2 or not finding.ships
        own = {word for pair in sentence_pairs(finding) for said in pair for word in words(said)}
        for present, absent in finding.unseen:
            assert not (words(present) | words(absent)) & own - SHARED


def words(sentence: str) -> set[str]:
    return {*re.findall("[a-z]+", sentence.lower())}


def test_unseen_words_are_never_drawn(tokenizer: Tokenizer) -> None:
    encoder = TextEncoder(8).eval()
    recipe = msgspec.structs.replace(load_recipe("chest-open"), finding=(FINDING,))
    other = msgspec.structs.replace(FINDING, unseen=(("Water.", "No water."),))
    with_unseen = read_wording(msgspec.structs.replace(recipe, finding=(other,)), encoder, tokenizer)
    without = read_wording(recipe, encoder, tokenizer)
    assert torch.equal(with_unseen.pooled[0], without.pooled[0])
    assert with_unseen.descriptors == without.descriptors
    told = msgspec.structs.replace(FINDING, unseen=(("there is FLUID", "Dry."),))
    with pytest.raises(LightboxError, match="teaches 'there is fluid' and calls it unseen: reword one"):
        read_wording(msgspec.structs.replace(recipe, finding=(told,)), encoder, tokenizer)


def test_tokens_are_padded_to_the_longest_and_masked(tokenizer: Tokenizer) -> None:
    ids, mask = tokenize(["effusion", "There is a pleural effusion."], tokenizer)
    assert ids.shape == mask.shape
    assert ids.dtype == mask.dtype == torch.int64
    assert mask[1].all()
    assert mask[0].sum() < mask.shape[1]
    assert not ids[0][mask[0] == 0].any()


def test_a_long_sentence_is_cut(tokenizer: Tokenizer) -> None:
    assert tokenize(["lung " * 500], tokenizer)[0].shape == (1, 64)


def test_wording_holds_each_findings_features_in_order(tokenizer: Tokenizer) -> None:
    encoder = TextEncoder(8).eval()
    recipe = msgspec.structs.replace(load_recipe("chest-open"), finding=(FINDING,))
    wording = read_wording(recipe, encoder, tokenizer)
    assert wording.descriptors == (1,)
    assert [pooled.shape for pooled in wording.pooled] == [(1 + 2 * len(TEMPLATES), 2, 384)]
    with torch.inference_mode():
        alone = encoder.pool(*tokenize(["No fluid."], tokenizer))[0]
    assert torch.allclose(wording.pooled[0][0, 1], alone, atol=1e-4)
    assert torch.allclose(wording.pooled[0].norm(dim=-1), torch.ones(1 + 2 * len(TEMPLATES), 2), atol=1e-4)
    assert not wording.pooled[0].requires_grad
