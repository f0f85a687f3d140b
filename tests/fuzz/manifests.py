"""Manifests: what they may say, and that they name no file outside of their bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Manifest, parse_manifest
from tests.fuzz.json_values import faults
from tests.fuzz.judging import steers
from tests.fuzz.places import ROOT, scratch
from tests.fuzz.target import WrongValue

CHEST_OPEN = ROOT / "bundles" / "chest-open"


def manifests() -> Sequence[bytes]:
    """That of the repository's bundle, whole and with one of everything."""
    whole = msgspec.json.decode((CHEST_OPEN / "manifest.json").read_bytes())
    small = {
        **whole,
        "findings": whole["findings"][:1],
        "unseen": whole["unseen"][:1],
        "asked": whole["asked"][:1],
    }
    for rung in small["ladder"].values():
        rung["results"], rung["shortcuts"] = rung["results"][:1], rung["shortcuts"][:1]
    return msgspec.json.encode(small), (CHEST_OPEN / "manifest.json").read_bytes()


def read_manifest(data: bytes) -> Iterator[str]:
    """Parse it, name every file of it, and look for what no manifest should say."""
    manifest = parse_manifest(data, "manifest.json")
    if fault := next(faults(data), ""):
        raise WrongValue(fault)
    _check_manifest(manifest)
    bundle = Bundle(scratch() / "nowhere", manifest, "")
    for file in bundle.files():
        try:
            bundle.read(file)
        except LightboxError as error:
            yield str(error)


def _check_manifest(manifest: Manifest) -> None:
    low, high = manifest.preprocessing.percentiles
    if low >= high:
        raise WrongValue("the percentiles are the wrong way round")
    for finding in manifest.findings:
        if steers(finding.name) or not finding.name.strip():
            raise WrongValue("a finding's name that no list can show")
    names = [finding.name for finding in manifest.findings]
    if len(set(names)) != len(names):
        raise WrongValue("two findings have one name")
