"""Files that people write: findings, labels, cases, languages, recipes; and a site's calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.case_table import read_cases
from lightbox_edge.findings import read_findings
from lightbox_edge.labels import read_labels
from lightbox_edge.languages import load_language
from lightbox_edge.manifest import OperatingPoint
from lightbox_edge.site_calibration import Counted, SiteCalibration, SiteFile, with_site_calibration
from lightbox_export.recipe import load_recipe
from tests.fuzz.json_values import faults
from tests.fuzz.judging import steers
from tests.fuzz.manifests import CHEST_OPEN
from tests.fuzz.places import ROOT, put, scratch
from tests.fuzz.target import WrongValue

FINDINGS = ("effusion", "cardiomegaly")


_WANTED = b"""[[finding]]
name = "effusion"
threshold = 0.4

[[finding]]
name = "rib fracture"
descriptors = [["A rib is broken.", "No rib is broken."], ["a step in a rib", "even ribs"]]
"""


def findings() -> Sequence[bytes]:
    return _WANTED, b'finding = [{name = "x", threshold = 1e-1}]\n'


def read_wanted(data: bytes) -> Iterator[str]:
    for one in read_findings(put("findings.toml", data)):
        if steers(one.name) or not one.name.strip():
            raise WrongValue("a finding's name that no list can show")
        if one.threshold is not None and not 0 <= one.threshold <= 1:
            raise WrongValue("a threshold that is no number from 0 to 1")
    yield from ()


def labels() -> Sequence[bytes]:
    return (
        b"file,dataset,part,effusion,cardiomegaly\na.png,made,train,1,0\nb.png,made,test,,1\n",
        b'"file","dataset","part","effusion","cardiomegaly"\r\n"a.png","x","calibration","0",""\r\n',
    )


def read_label_table(data: bytes) -> Iterator[str]:
    for film in read_labels(put("labels.csv", data), _films(), FINDINGS):
        if not film.file.is_relative_to(_films()):
            raise WrongValue("a film outside of the folder")
    yield from ()


def cases() -> Sequence[bytes]:
    return (
        "\ufefffile;Reader;effusion;age;sex\na.png;Ann;1;063Y;F\na.png;Ben;0;063Y;F\nb.png;Ann;;63;\n".encode(),
        b"file\teffusion\tpart\tview\nsub\\a.png\t1\ttest\tPA\nb.png\t0\ttrain\tAP\n",
        b'file,cardiomegaly\n"a.png",1.0\nb.png,0.0\n',
    )


def read_case_table(data: bytes) -> Iterator[str]:
    found = read_cases(put("cases.csv", data), _films(), FINDINGS)
    if any(not one.file.is_relative_to(_films()) for one in found.cases):
        raise WrongValue("a film outside of the folder")
    if not found.cases:
        raise WrongValue("a table without a case")
    yield from ()


@cache
def _made_films(place: str) -> None:
    for name in ("a.png", "b.png", "sub/a.png"):
        file = scratch() / place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"film")


def _films() -> Path:
    place = scratch() / "films"
    if not place.is_dir():
        _made_films.cache_clear()
        _made_films("films")
    return place


def languages() -> Sequence[bytes]:
    return (
        'name = "Français"\n\n[sentences]\n"Agree" = "D\'accord"\n"films: {count}" = "clichés : {count}"\n'
        '"The worklist {path} cannot be used ({error})" = "La liste {path} ne va pas ({error})"\n'.encode(),
        b'name = "x"\nsentences = {"a {b!r:>3}" = "{b!r:>3} c"}\n',
    )


def read_language(data: bytes) -> Iterator[str]:
    language = load_language(str(put("fr.toml", data)))
    if steers(language.name):
        raise WrongValue("a language's name that no screen can show")
    for sentence, said in language.sentences.items():
        if steers(said):
            raise WrongValue("a sentence that no screen can show")
        language(sentence)
    yield from ()


def recipes() -> Sequence[bytes]:
    return ((ROOT / "export" / "lightbox_export" / "recipes" / "chest-open.toml").read_bytes(),)


def read_recipe(data: bytes) -> Iterator[str]:
    recipe = load_recipe(str(put("recipe.toml", data)))
    images, training = recipe.images, recipe.training
    rates = (training.backbone_rate, training.head_rate, training.weight_decay, images.mean, images.std)
    if not all(map(math.isfinite, rates)):
        raise WrongValue("a rate that is no number")
    if images.input_size <= 0 or training.batch_size <= 0 or training.epochs < 0:
        raise WrongValue("a size below 1")
    yield from ()


@cache
def _bundle() -> Bundle:
    return open_bundle(CHEST_OPEN)


def sites() -> Sequence[bytes]:
    bundle = _bundle()
    (precision,) = [*bundle.manifest.ladder][:1]
    point = OperatingPoint(1.2, -0.3, 0.5, 0.4, None, 0.9, 0.8)
    name = bundle.manifest.findings[0].name
    made = SiteCalibration(
        "2026-11-22T10:00:00+00:00",
        precision,
        60,
        "0" * 64,
        0.9,
        {name: point},
        {name: Counted(30, 30)},
        {"x": "few"},
    )
    manifest = bundle.manifest
    return (msgspec.json.encode(SiteFile(1, manifest.name, manifest.version, bundle.identity, (made, made))),)


def read_site(data: bytes) -> Iterator[str]:
    bundle = with_site_calibration(_bundle(), put("site.json", data))
    if fault := next(faults(data), ""):
        raise WrongValue(fault)
    for precision in bundle.manifest.ladder:
        if steers(bundle.title(precision)):
            raise WrongValue("a bundle's title that no screen can show")
    yield from ()
