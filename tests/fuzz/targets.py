"""The table of what is fuzzed."""

from __future__ import annotations

from tests.fuzz import (
    archives,
    bundles,
    film_files,
    films,
    kits,
    manifests,
    referrals,
    signatures,
    words,
    worklists,
)
from tests.fuzz.mutations import changed
from tests.fuzz.structures.arrays import npy_changed
from tests.fuzz.structures.dicom import deflated_changed, dicom_changed
from tests.fuzz.structures.pictures import picture_changed
from tests.fuzz.structures.protobuf import protobuf_changed
from tests.fuzz.structures.texts import json_changed, text_changed
from tests.fuzz.structures.zips import zip_changed
from tests.fuzz.target import Target

TARGETS: tuple[Target, ...] = (
    Target("pictures", films.read_film, film_files.pictures, picture_changed),
    Target("dicom", films.read_dicom, film_files.dicoms, dicom_changed),
    Target("deflated", films.read_dicom, film_files.deflated, deflated_changed),
    Target("zip", archives.read_zip, archives.zips, zip_changed),
    Target("manifest", manifests.read_manifest, manifests.manifests, json_changed),
    Target("text-features", bundles.WORDS.read, bundles.WORDS.corpus, npy_changed),
    Target("statistics", bundles.STATISTICS.read, bundles.statistics, npy_changed),
    Target("tokenizer", bundles.TOKENIZER.read, bundles.TOKENIZER.corpus, json_changed),
    Target("text-encoder", bundles.TEXT_ENCODER.read, bundles.TEXT_ENCODER.corpus, protobuf_changed),
    Target("image-encoder", bundles.IMAGE_ENCODER.read, bundles.IMAGE_ENCODER.corpus, protobuf_changed),
    Target("findings", words.read_wanted, words.findings, text_changed),
    Target("labels", words.read_label_table, words.labels, text_changed),
    Target("cases", words.read_case_table, words.cases, text_changed),
    Target("language", words.read_language, words.languages, text_changed),
    Target("recipe", words.read_recipe, words.recipes, text_changed),
    Target("site", words.read_site, words.sites, json_changed),
    Target("outcome", worklists.read_outcome, worklists.outcomes, json_changed),
    Target("entry", worklists.read_entry, worklists.entries, json_changed),
    Target("signature", signatures.read_signature, signatures.signatures, text_changed),
    Target("public-key", signatures.read_public, signatures.public_keys, text_changed),
    Target("secret-key", signatures.read_secret, signatures.secret_keys, text_changed),
    Target("worklist", worklists.read_file, worklists.files, changed),
    Target("kit-record", kits.read_record, kits.records, json_changed),
    Target("sums", kits.read_sums, kits.sums, text_changed),
    Target("referral", referrals.read_answers, referrals.answers, text_changed),
)

BY_NAME = {one.name: one for one in TARGETS}
