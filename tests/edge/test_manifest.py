"""Manifests: generated ones come back equal, everything else is one `BundleError` that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.errors import BundleError
from lightbox_edge.manifest import (
    MOST_BYTES,
    Anatomy,
    Auc,
    Cost,
    Descriptor,
    Evidence,
    File,
    Finding,
    Manifest,
    OperatingPoint,
    OutOfDistribution,
    Precision,
    Preprocessing,
    Result,
    Rung,
    Segmenter,
    SegmenterRung,
    ShortcutResult,
    Target,
    TextEncoder,
    parse_manifest,
)

Document = dict[str, Any]
MAY_BE_MISSING = {"segmenter", "anatomy", "adults_only"}

_text = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=12)
_share = st.floats(0, 1)
_percentiles = st.tuples(st.floats(0, 49), st.floats(50, 100))
_above_zero = st.floats(1e-300, 1e300)
_number = st.floats(allow_nan=False, allow_infinity=False)
_texts = st.lists(_text, max_size=3).map(tuple)
_file = st.builds(
    File, _text, st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, MOST_BYTES)
)
_result = st.builds(
    Result, _text, _text, _text, st.integers(0, 9), st.integers(0, 9), _share, st.tuples(_share, _share),
    _share, _share,
    st.none(), st.none(), st.none() | st.builds(Auc, _share, st.tuples(_share, _share)),
)  # fmt: skip
_point = st.builds(
    OperatingPoint, _above_zero, _number, _share, _share,
    st.none() | st.builds(Target, st.sampled_from(["sensitivity", "specificity"]), _share),
    st.none() | _share, st.none() | _share,
)  # fmt: skip
_auc = st.builds(Auc, _share, st.tuples(_share, _share))
_shortcut = st.builds(
    ShortcutResult, _text, st.just("NIH"), st.just("2026"), st.integers(0, 9), st.integers(0, 9),
    st.integers(0, 9), _auc, st.just(Auc(0.5, (0.4, 0.6))), _auc,
)  # fmt: skip
_rung = st.builds(
    Rung, _file, st.dictionaries(_text, _point, max_size=2),
    st.none() | st.builds(OutOfDistribution, _file, _above_zero), st.lists(_result, max_size=2).map(tuple),
    st.none() | st.builds(Cost, st.integers(0, 9), _number, _share, st.none() | _number),
    st.just(()) | st.tuples(_shortcut),
)  # fmt: skip
_precision = st.sampled_from(get_args(Precision))
_segmenter = st.builds(
    Segmenter, _text, _text, st.integers(64, 2048), _file,
    st.dictionaries(_precision, st.builds(SegmenterRung, _file, st.none() | _share, st.just(())), max_size=2),
)  # fmt: skip
_anatomy = st.builds(
    Anatomy, _text, _text, st.just(()), st.integers(64, 1024), _percentiles, st.tuples(_text), _file,
    _precision, st.just(()), st.none() | _share,
)  # fmt: skip
_descriptors = st.lists(st.builds(Descriptor, _text, _text), min_size=1, max_size=2).map(tuple)
_evidence = st.builds(Evidence, st.just("cardiothoracic_ratio"), _above_zero, _number)


def sound(manifest: Manifest) -> bool:
    """Whether there is a network for what is weighed, and a name of its own for each finding."""
    names = [finding.name for finding in manifest.findings]
    weighed = any(finding.evidence for finding in manifest.findings)
    told_apart = all(map(str.strip, names)) and len({*names}) == len(names)
    return told_apart and (manifest.anatomy is not None or not weighed)


_manifest = st.builds(
    Manifest, st.just(1), _text, _text, _text, _text, _texts, _texts,
    st.builds(Preprocessing, st.integers(16, 4096), _percentiles, _number, _above_zero),
    _above_zero, st.lists(
        st.builds(Finding, _text, _descriptors, st.none() | _evidence), max_size=2
    ).map(tuple), _file,
    st.dictionaries(_precision, _rung, max_size=2),
    st.none() | st.builds(TextEncoder, _file, _file, _precision, st.integers(1, 4096)),
    st.lists(_file, max_size=2).map(tuple), st.none() | _segmenter,
    st.none() | _anatomy,
).filter(sound)  # fmt: skip


def set_value(document: Document, path: str, value: object) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        document = document[int(parent) if isinstance(document, list) else parent]
    document[last] = value


@pytest.fixture
def document(small_bundle: Path) -> Document:
    loaded: Document = json.loads((small_bundle / "manifest.json").read_bytes())
    return loaded


def refusal(document: Document) -> str:
    with pytest.raises(BundleError) as caught:
        parse_manifest(json.dumps(document).encode(), "here/manifest.json")
    sentence = str(caught.value)
    assert sentence.startswith("here/manifest.json ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@given(_manifest)
def test_a_manifest_comes_back_as_it_was(manifest: Manifest) -> None:
    assert parse_manifest(msgspec.json.encode(manifest), "here") == manifest


def test_a_measurement_that_nothing_can_take_is_refused(document: Document) -> None:
    document["anatomy"] = None
    document["findings"][0]["evidence"] = None
    assert parse_manifest(json.dumps(document).encode(), "here").findings[0].evidence is None
    document["findings"][0]["evidence"] = {
        "measurement": "cardiothoracic_ratio",
        "weight": 12.8,
        "centre": 0.52,
    }
    name = document["findings"][0]["name"]
    assert f"weighs a measurement for {name!r} and names no anatomy network" in refusal(document)


@given(st.binary(max_size=200))
def test_any_bytes_parse_or_are_a_bundle_error(content: bytes) -> None:
    with pytest.raises(BundleError):
        parse_manifest(content, "here")


@given(st.recursive(st.none() | _text | _number, lambda some: st.lists(some) | st.dictionaries(_text, some)))
def test_any_json_is_a_bundle_error(value: object) -> None:
    with pytest.raises(BundleError):
        parse_manifest(json.dumps({"schema_version": 1, "name": value}).encode(), "here")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"schema_version": 1, "name": "\xff"}',
        b'{"schema_version": 1, "name": "\xff',
        b'{"schema_version": 1e999}',
        b'{"schema_version": 1, "name": ' + b"[" * 200_000,
    ],
    ids=[
        "empty",
        "no text",
        "a list",
        "null",
        "bad UTF-8",
        "cut in bad UTF-8",
        "huge number",
        "deeply nested",
    ],
)
def test_nasty_bytes_are_a_bundle_error(content: bytes) -> None:
    with pytest.raises(BundleError, match=r"^here is no valid manifest: .*; export the bundle again\.$"):
        parse_manifest(content, "here")


def test_the_fixture_itself_is_valid(document: Document) -> None:
    manifest = parse_manifest(json.dumps(document).encode(), "here")
    assert (manifest.name, manifest.findings[0].name, list(manifest.ladder)) == (
        "small",
        "effusion",
        ["int8"],
    )


@pytest.mark.parametrize("place", ["", "preprocessing.", "text_features.", "ladder.int8.", "findings.0."])
def test_an_unknown_field_is_refused_at_every_depth(document: Document, place: str) -> None:
    set_value(document, f"{place}surprise", 1)
    assert "unknown field `surprise`" in refusal(document)


OPTIONAL = {"segmenter", "anatomy", "adults_only", "unseen", "asked"}


@pytest.mark.parametrize("field", sorted({*Manifest.__struct_fields__} - OPTIONAL))
def test_no_field_may_be_missing(document: Document, field: str) -> None:
    del document[field]
    assert f"missing required field `{field}`" in refusal(document)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("name", 1, "Expected `str`, got `int` - at `$.name`"),
        ("logit_scale", 0, "> 0.0 - at `$.logit_scale`"),
        ("logit_scale", "10", "Expected `float`, got `str`"),
        ("text_features.sha256", "0" * 63, "at `$.text_features.sha256`"),
        ("text_features.sha256", "A" * 64, "at `$.text_features.sha256`"),
        ("text_features.bytes", -1, "at `$.text_features.bytes`"),
        ("findings.0.descriptors", [], "at `$.findings[0].descriptors`"),
        ("preprocessing.input_size", 8, "at `$.preprocessing.input_size`"),
        ("preprocessing.input_size", 1 << 20, "at `$.preprocessing.input_size`"),
        ("preprocessing.std", 0, "at `$.preprocessing.std`"),
        ("preprocessing.percentiles", [1, 2, 3], "at `$.preprocessing.percentiles`"),
        ("preprocessing.percentiles", [-1, 99], "at `$.preprocessing.percentiles[0]`"),
        ("preprocessing.percentiles", [1, 101], "at `$.preprocessing.percentiles[1]`"),
        ("ladder.int4", {}, "at `key` in `$.ladder`"),
        ("ladder.int8.operating_points.effusion.threshold", 1.01, "<= 1.0"),
        ("ladder.int8.operating_points.effusion.slope", -1, "> 0.0"),
        ("ladder.int8.operating_points.effusion.set_for", {"measure": "luck", "value": 1}, "'luck'"),
        ("text_encoder.max_tokens", 0, "at `$.text_encoder.max_tokens`"),
    ],
)
def test_wrong_types_and_values_are_named(document: Document, path: str, value: object, said: str) -> None:
    set_value(document, path, value)
    assert said in refusal(document)


@pytest.mark.parametrize(
    ("version", "advice"), [(2, "install a newer Lightbox."), (0, "export the bundle again.")]
)
def test_another_schema_version_says_what_to_do(document: Document, version: int, advice: str) -> None:
    document["schema_version"] = version
    document["field of that version"] = 1
    assert refusal(document) == (
        f"here/manifest.json has schema version {version} and this Lightbox reads version 1: {advice}"
    )


@pytest.mark.parametrize("spoil", [lambda text: text[:-3], lambda text: text + "x"])
def test_a_cut_or_lengthened_manifest_is_refused(document: Document, spoil: Callable[[str], str]) -> None:
    with pytest.raises(BundleError, match="is no valid manifest"):
        parse_manifest(spoil(json.dumps(document)).encode(), "here")
