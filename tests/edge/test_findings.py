"""What a run looks for: files good and bad, the bundle's own findings, words just typed."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge import findings as findings_module
from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.findings import (
    WantedFinding,
    bundle_criteria,
    descriptor_sentences,
    finding_from_words,
    read_findings,
    wanted_criteria,
)
from lightbox_edge.manifest import Descriptor, Finding, OperatingPoint, Precision

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
SHIPPED: Precision = next(iter(open_bundle(BUNDLE).manifest.ladder))


@pytest.fixture
def shipped() -> Bundle:
    return open_bundle(BUNDLE)


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "findings.toml"
    path.write_text(
        '[[finding]]\nname = "effusion"\nthreshold = 0.3\n'
        '[[finding]]\nname = "rib fracture"\ndescriptors = [["A broken rib.", "No broken rib."]]\n'
    )
    assert read_findings(path) == (
        WantedFinding("effusion", (), 0.3),
        WantedFinding("rib fracture", (("A broken rib.", "No broken rib."),), None),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not valid: Object missing required field `finding`."),
        ("finding = []", "names no finding: add a [[finding]]."),
        ("[[finding]", "is not valid: "),
        ("[[finding]]", "is not valid: Object missing required field `name` - at `$.finding[0]`."),
        ('[[finding]]\nname = "a"\ncolour = 1', "unknown field `colour`"),
        ('[[finding]]\nname = "a"\nthreshold = 2', "at `$.finding[0].threshold`."),
        ('[[finding]]\nname = "a"\nthreshold = nan', "threshold"),
        ('[[finding]]\nname = "a"\ndescriptors = [["one"]]', "at `$.finding[0].descriptors[0]`."),
        ('[[finding]]\nname = "a"\n[[finding]]\nname = "a"', "names 'a' twice: keep one."),
        ("x = " + "[" * 5000, "is not valid: "),
        (b"\xff\xfe", "is not valid: "),
    ],
)
def test_each_mistake_is_one_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "findings.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LightboxError) as caught:
        read_findings(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"The findings file {path} ")
    assert said in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(LightboxError, match=r"^The findings file .* cannot be read: [A-Z][a-z ]+\.$"):
        read_findings(tmp_path / name)


@given(st.text(max_size=40))
def test_any_words_are_a_finding_or_a_sentence(words: str) -> None:
    try:
        finding = finding_from_words(words)
    except LightboxError as error:
        assert str(error).startswith("There are no words to look for")  # noqa: PT017  # both ways are right
        assert not words.replace(".", "").strip()
    else:
        assert len(finding.descriptors) == 2
        assert all(finding.name in sentence for pair in finding.descriptors for sentence in pair)


def test_words_become_two_plain_descriptors() -> None:
    assert finding_from_words("  rib \n fracture. ") == WantedFinding(
        "rib fracture",
        (("There is rib fracture.", "There is no rib fracture."), ("rib fracture", "no rib fracture")),
    )


def test_sentences_are_in_the_order_of_text_features() -> None:
    two = Finding("a", (Descriptor("1", "2"), Descriptor("3", "4")))
    assert descriptor_sentences([two, Finding("b", (Descriptor("5", "6"),))]) == list("123456")


def test_the_bundles_findings_have_their_own_features_and_points(shipped: Bundle) -> None:
    features = np.load(io.BytesIO(shipped.read(shipped.manifest.text_features)))
    criteria = bundle_criteria(shipped, SHIPPED)
    assert [one.name for one in criteria] == [one.name for one in shipped.manifest.findings]
    assert all(one.validated for one in criteria)
    assert np.array_equal(np.concatenate([one.text_features for one in criteria]), features)
    points = shipped.rung(SHIPPED).operating_points
    assert [one.point for one in criteria] == [points[one.name] for one in criteria]
    assert np.linalg.norm(features, axis=-1) == pytest.approx(np.ones(features.shape[:2]), abs=1e-4)


def test_bundle_words_need_no_text_encoder(shipped: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_module, "encode_sentences", None)
    name = shipped.manifest.findings[1].name
    own = bundle_criteria(shipped, SHIPPED)[1]
    (plain,) = wanted_criteria(shipped, SHIPPED, [WantedFinding(name)])
    assert (plain.name, plain.point, plain.validated) == (name, own.point, True)
    (same,) = wanted_criteria(shipped, SHIPPED, [WantedFinding(name, (), own.point.threshold)])
    assert same.validated
    (moved,) = wanted_criteria(shipped, SHIPPED, [WantedFinding(name, (), 0.123)])
    assert moved.point == OperatingPoint(own.point.slope, own.point.intercept, 0.123, 0.123)
    assert not moved.validated


def test_spoken_findings_are_not_validated_and_keep_their_order(shipped: Bundle) -> None:
    own = shipped.manifest.findings[0].name
    rib = WantedFinding("rib", (("A rib.", "No rib."), ("Ribs.", "No ribs.")), 0.8)
    stone = WantedFinding("stone", (("A stone.", "No stone."),))
    criteria = wanted_criteria(shipped, SHIPPED, [rib, WantedFinding(own), stone])
    assert [(one.name, one.validated, len(one.text_features)) for one in criteria] == [
        ("rib", False, 2),
        (own, True, len(shipped.manifest.findings[0].descriptors)),
        ("stone", False, 1),
    ]
    assert (criteria[0].point, criteria[2].point) == (
        OperatingPoint(1.0, 0.0, 0.8, 0.8),
        OperatingPoint(1.0, 0.0, 0.5, 0.5),
    )
    assert criteria[0].sentences == ("A rib.", "Ribs.")
    alone = wanted_criteria(shipped, SHIPPED, [stone])[0].text_features
    # Activations are quantized by the whole batch, so the company of other sentences moves them a little.
    assert (criteria[2].text_features * alone).sum(axis=-1).min() > 0.99


def test_a_spoken_finding_wins_over_the_bundles_of_that_name(shipped: Bundle) -> None:
    name = shipped.manifest.findings[0].name
    (spoken,) = wanted_criteria(shipped, SHIPPED, [WantedFinding(name, (("A rib.", "No rib."),))])
    assert not spoken.validated
    assert spoken.sentences == ("A rib.",)


def test_an_unknown_name_without_descriptors_names_the_bundles(shipped: Bundle) -> None:
    with pytest.raises(LightboxError, match=r"^'rib' has no descriptors and is none .*: add descriptors\.$"):
        wanted_criteria(shipped, SHIPPED, [WantedFinding("rib")])


def changed(small_bundle: Path, text_features: bytes | None = None, **points: object) -> Bundle:
    """The small bundle with other operating points or text_features, named as they are."""
    manifest = json.loads((small_bundle / "manifest.json").read_bytes())
    if points:
        manifest["ladder"]["int8"]["operating_points"] = points
    if text_features is not None:
        (small_bundle / "text_features.npy").write_bytes(text_features)
        digest = hashlib.sha256(text_features).hexdigest()
        manifest["text_features"] |= {"sha256": digest, "bytes": len(text_features)}
    (small_bundle / "manifest.json").write_text(json.dumps(manifest))
    return open_bundle(small_bundle)


def test_a_finding_without_an_operating_point_is_a_bundle_error(small_bundle: Path) -> None:
    point = {"slope": 1.0, "intercept": 0.0, "threshold": 0.5, "uncertain_from": 0.5}
    with pytest.raises(BundleError, match="effusion"):
        bundle_criteria(changed(small_bundle, mass=point), "int8")


def test_text_features_that_do_not_fit_are_a_bundle_error(small_bundle: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.ones((2, 2, 3), np.float32))
    for content in (array.getvalue(), b"no array"):
        with pytest.raises(BundleError, match="text_features"):
            bundle_criteria(changed(small_bundle, content), "int8")
