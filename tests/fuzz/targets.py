"""The table of what is fuzzed."""

from __future__ import annotations

from tests.fuzz import archives, bundles, film_files, films, manifests, words, worklists
from tests.fuzz.mutations import changed
from tests.fuzz.structures.arrays import npy_changed
from tests.fuzz.structures.dicom import deflated_changed, dicom_changed
from tests.fuzz.structures.pictures import picture_changed
from tests.fuzz.structures.protobuf import protobuf_changed
from tests.fuzz.structures.texts import json_changed, text_changed
from tests.fuzz.structures.zips import zip_changed
from tests.fuzz.target import Target

_DICOM = (
    "lightbox_edge.reading.dicom",
    "lightbox_edge.reading.dicom_attributes",
    "lightbox_edge.reading.dicom_header",
    "lightbox_edge.reading.dicom_tables",
    "lightbox_edge.reading.dicom_values",
    "lightbox_edge.reading.codestream",
    "lightbox_edge.reading.samples",
    "pydicom",
)
_JSON = ("json", "lightbox_edge")

TARGETS = (
    Target("pictures", films.read_film, film_files.pictures, picture_changed),
    Target("dicom", films.read_dicom, film_files.dicoms, dicom_changed, _DICOM),
    Target("deflated", films.read_dicom, film_files.deflated, deflated_changed),
    Target("zip", archives.read_zip, archives.zips, zip_changed, ("zipfile", "lightbox_edge.reading")),
    Target("manifest", manifests.read_manifest, manifests.manifests, json_changed, _JSON),
    Target("text-features", bundles.WORDS.read, bundles.WORDS.corpus, npy_changed),
    Target("statistics", bundles.STATISTICS.read, bundles.statistics, npy_changed),
    Target("tokenizer", bundles.TOKENIZER.read, bundles.TOKENIZER.corpus, json_changed),
    Target("text-encoder", bundles.TEXT_ENCODER.read, bundles.TEXT_ENCODER.corpus, protobuf_changed),
    Target("image-encoder", bundles.IMAGE_ENCODER.read, bundles.IMAGE_ENCODER.corpus, protobuf_changed),
    Target("findings", words.read_wanted, words.findings, text_changed, ("tomllib", "lightbox_edge")),
    Target("labels", words.read_label_table, words.labels, text_changed, ("csv", "lightbox_edge")),
    Target("cases", words.read_case_table, words.cases, text_changed, ("csv", "lightbox_edge")),
    Target("language", words.read_language, words.languages, text_changed, ("tomllib", "lightbox_edge")),
    Target("recipe", words.read_recipe, words.recipes, text_changed, ("tomllib", "lightbox_export")),
    Target("site", words.read_site, words.sites, json_changed, _JSON),
    Target("outcome", worklists.read_outcome, worklists.outcomes, json_changed, _JSON),
    Target("entry", worklists.read_entry, worklists.entries, json_changed, _JSON),
    Target("worklist", worklists.read_file, worklists.files, changed),
)
BY_NAME = {one.name: one for one in TARGETS}
