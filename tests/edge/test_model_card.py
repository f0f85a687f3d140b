"""The model card says what the manifest says, and a segmenter's share of it."""

from __future__ import annotations

import msgspec

from lightbox_edge.bundle import Bundle
from lightbox_edge.manifest import File, MaskResult, Segmenter, SegmenterRung
from lightbox_edge.model_card import model_card

ENCODER = File("segmenter/int8/image_encoder.onnx", "0" * 64, 11_900_000)


def test_a_segmenter_has_a_section_with_its_cost_and_its_masks(bundle: Bundle) -> None:
    lungs = MaskResult("lungs", "JSRT", "2026-11-22", 110, 0.9734, (0.9718, 0.9751))
    ladder = {"fp32": SegmenterRung(ENCODER, None, (lungs,)), "int8": SegmenterRung(ENCODER, 0.98765, ())}
    segmenter = Segmenter("LiteMedSAM", "Apache-2.0", 256, ENCODER, ladder)
    card = model_card(msgspec.structs.replace(bundle.manifest, segmenter=segmenter))
    assert "## Segmenter: LiteMedSAM" in card
    assert "| fp32 | 11.9 | it is the reference |" in card
    assert "| int8 | 11.9 | 0.9877 |" in card
    assert "lungs on 110 films of JSRT: Dice 0.973 (0.972 to 0.975)." in card


def test_without_a_segmenter_the_card_speaks_of_none(bundle: Bundle) -> None:
    assert "egmenter" not in model_card(bundle.manifest)
