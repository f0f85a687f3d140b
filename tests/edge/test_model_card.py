"""The model card says what the manifest says, and a segmenter's share of it."""

from __future__ import annotations

import msgspec

from lightbox_edge.bundle import Bundle
from lightbox_edge.manifest import (
    File,
    MaskResult,
    OperatingPoint,
    Result,
    Segmenter,
    SegmenterRung,
    Target,
)
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


def test_the_card_says_what_was_promised_and_whether_it_was_kept(bundle: Bundle) -> None:
    (precision, rung), *_ = bundle.manifest.ladder.items()
    name = next(iter(rung.operating_points))
    point = OperatingPoint(1.0, 0.0, 0.4, 0.3, Target("sensitivity", 0.9), 0.9, 0.5, 0.05)
    results = [
        Result(name, f"{place} test", "d", 200, 30, 0.8, (0.7, 0.9), 0.9, 0.5, measured, interval)
        for place, measured, interval in (
            ("a", 0.04, (0.017, 0.077)),
            ("b", 0.07, (0.039, 0.115)),
            ("c", 0.1, (0.062, 0.150)),
            ("d", None, None),
        )
    ]
    made = msgspec.structs.replace(rung, operating_points={name: point}, results=tuple(results))
    card = model_card(msgspec.structs.replace(bundle.manifest, ladder={precision: made}))
    assert f"| {name} | a test | 200 | 0.050 | 0.040 (0.017 to 0.077) | kept |" in card
    assert "| b test | 200 | 0.050 | 0.070 (0.039 to 0.115) | kept within the interval |" in card
    assert "| c test | 200 | 0.050 | 0.100 (0.062 to 0.150) | broken |" in card
    assert card.count("d test") == 1


def test_a_card_that_promised_nothing_has_no_table_of_promises(bundle: Bundle) -> None:
    rungs = {
        precision: msgspec.structs.replace(
            rung,
            operating_points={
                name: msgspec.structs.replace(point, miss_rate=None)
                for name, point in rung.operating_points.items()
            },
        )
        for precision, rung in bundle.manifest.ladder.items()
    }
    assert "promised" not in model_card(msgspec.structs.replace(bundle.manifest, ladder=rungs))
