"""The model card says what the manifest says, and a segmenter's share of it."""

from __future__ import annotations

import msgspec

from lightbox_edge.bundle import Bundle
from lightbox_edge.manifest import (
    Anatomy,
    Auc,
    Descriptor,
    Evidence,
    File,
    Finding,
    MaskResult,
    OperatingPoint,
    Result,
    Segmenter,
    SegmenterRung,
    ShortcutResult,
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


def test_what_finds_the_lungs_tells_its_licence_its_films_and_its_dice(bundle: Bundle) -> None:
    lungs = MaskResult("lung_left", "JSRT", "2026-11-22", 110, 0.9534, (0.9418, 0.9651))
    anatomy = Anatomy(
        "lungs",
        "CC BY-NC-SA 4.0",
        ("81 films.",),
        192,
        (0.5, 99.5),
        ("lung_left",),
        ENCODER,
        "fp32",
        (lungs,),
    )
    card = model_card(msgspec.structs.replace(bundle.manifest, anatomy=anatomy))
    assert "## Anatomy: lungs" in card
    assert "Licence: CC BY-NC-SA 4.0. It outlines lung_left on frontal films (fp32, 11.9 MB).\n" in card
    assert "- 81 films.\n" in card
    assert "| lung_left | JSRT | 110 | 0.953 (0.942 to 0.965) |" in card
    assert "to those." not in card
    quantized = msgspec.structs.replace(anatomy, precision="int8_avx2", mask_iou=0.98765)
    card = model_card(msgspec.structs.replace(bundle.manifest, anatomy=quantized))
    assert "its masks at int8_avx2 have a mean IoU of 0.988 to those." in card


def test_the_audit_without_lungs_is_a_table_with_what_it_means(bundle: Bundle) -> None:
    (precision, rung), *_ = bundle.manifest.ladder.items()
    ways = (Auc(0.91, (0.88, 0.94)), Auc(0.71, (0.65, 0.77)), Auc(0.8, (0.7, 0.9)))
    found = ShortcutResult("effusion", "NIH test", "2026-11-22", 30, 40, 2, *ways)
    made = msgspec.structs.replace(rung, shortcuts=(found,))
    card = model_card(msgspec.structs.replace(bundle.manifest, ladder={precision: made}))
    assert "AUC that stays above 0.5 without them is a shortcut" in card
    cells = "0.91 (0.88 to 0.94) | 0.71 (0.65 to 0.77) | 0.80 (0.70 to 0.90)"
    assert f"| effusion | NIH test | 30 | 40 | 2 | {cells} |" in card
    unmeasured = msgspec.structs.replace(rung, shortcuts=())
    card = model_card(msgspec.structs.replace(bundle.manifest, ladder={precision: unmeasured}))
    assert "Does it look at the lungs?" not in card


def test_what_is_weighed_beside_words_is_told_with_what_it_is_worth(bundle: Bundle) -> None:
    (precision, rung), *_ = bundle.manifest.ladder.items()
    words = Auc(0.59, (0.52, 0.66))
    result = Result("cardiomegaly", "NIH test", "d", 26, 390, 0.88, (0.81, 0.94), 0.5, 0.9, words=words)
    finding = Finding(
        "cardiomegaly",
        (Descriptor("The heart is large.", "The heart is not large."),),
        Evidence("cardiothoracic_ratio", 12.82, 0.5254),
    )
    made = msgspec.structs.replace(
        bundle.manifest,
        findings=(finding,),
        ladder={precision: msgspec.structs.replace(rung, results=(result,))},
    )
    card = model_card(made)
    assert "- cardiomegaly: 12.82 x (ratio - 0.5254) is added to its log-odds" in card
    cells = "26 | 390 | 0.88 (0.81 to 0.94) | 0.59 (0.52 to 0.66)"
    assert f"| cardiomegaly | {precision} | NIH test | {cells} |" in card
    bare = msgspec.structs.replace(finding, evidence=None)
    assert "Evidence beside" not in model_card(msgspec.structs.replace(made, findings=(bare,)))


def test_without_a_segmenter_the_card_speaks_of_none(bundle: Bundle) -> None:
    learned = tuple(one for one in bundle.manifest.training_data if not one.startswith("Segmenter"))
    bare = msgspec.structs.replace(bundle.manifest, segmenter=None, training_data=learned)
    assert "egmenter" not in model_card(bare)
    assert "## Segmenter: " in model_card(bundle.manifest)


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
