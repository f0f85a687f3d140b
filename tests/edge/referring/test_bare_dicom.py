"""A DICOM film comes out as the same picture, with nobody's name in any place of the file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import Dataset
from pydicom.datadict import DicomDictionary
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from lightbox_edge.errors import NotJudged, UnreadableImage
from lightbox_edge.reading import read_frames
from lightbox_edge.reading.dicom import read_header
from lightbox_edge.reading.limits import Limits
from lightbox_edge.referring.bare_film import bare_film
from lightbox_edge.referring.kept_attributes import NUMBERS, TERMS
from lightbox_edge.referring.profile import is_named
from lightbox_edge.referring.pseudonyms import Pseudonyms
from tests.edge.referring.planted import (
    GIVEN,
    NAME,
    PATIENT,
    UID,
    film,
    plant,
    plant_everywhere,
    planted_value,
    traces,
    written,
)
from tests.film_files import PYDICOM_DATA

SAMPLES = Path(__file__).parents[3] / "samples"
REFERRAL = "0123456789abcdef" * 2


def bare(data: bytes, names: Pseudonyms | None = None) -> bytes:
    made = bare_film(data, 1, names or Pseudonyms(REFERRAL))
    assert made.suffix == ".dcm"
    return made.content


def opened(data: bytes) -> Dataset:
    return pydicom.dcmread(io.BytesIO(data))


def same_picture(before: bytes, after: bytes) -> bool:
    pairs = zip(read_frames(before), read_frames(after), strict=True)
    return all(np.array_equal(one.outcome.pixels, other.outcome.pixels) for one, other in pairs)  # type: ignore[union-attr]


def test_the_search_finds_what_is_planted() -> None:
    assert len(traces(f"x{PATIENT}".encode())) == 4
    assert traces(GIVEN.encode("utf-16-be"))
    assert not traces(b"KOWAL")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, None])
def test_a_patient_in_every_attribute_of_the_dictionary_is_nowhere(syntax: str | None) -> None:
    dataset = film()
    assert plant_everywhere(dataset) > 3500
    if syntax:
        dataset.file_meta.TransferSyntaxUID = syntax
    data = written(dataset)
    assert traces(data)
    made = bare(data)
    assert traces(made) == []
    assert same_picture(data, made)


def test_private_attributes_sequences_meta_preamble_and_what_stands_behind() -> None:
    dataset = film()
    dataset.private_block(0x0019, NAME, create=True).add_new(1, "UT", PATIENT)
    inner = Dataset()
    plant_everywhere(inner)
    inner.private_block(0x0021, NAME, create=True).add_new(1, "OB", PATIENT.encode())
    outer = Dataset()
    outer.ReferencedImageSequence = [inner]
    for keyword in (
        "RequestAttributesSequence",
        "VOILUTSequence",
        "ModalityLUTSequence",
        "IconImageSequence",
    ):
        setattr(dataset, keyword, [outer])
    dataset.file_meta.SourceApplicationEntityTitle = NAME
    dataset.file_meta.PrivateInformationCreatorUID, dataset.file_meta.PrivateInformation = (
        UID,
        PATIENT.encode(),
    )
    dataset.add_new(0xFFFCFFFC, "OB", PATIENT.encode())
    data = written(dataset, PATIENT.encode().ljust(128))
    made = bare(data)
    assert traces(made) == []
    assert made[:128] == bytes(128)
    assert same_picture(data, made)
    assert max(opened(made).keys()) == 0x7FE00010


def test_tables_travel_as_long_as_they_say_and_without_their_explanations() -> None:
    table = Dataset()
    table.add_new(0x00283002, "US", [4, 0, 16])
    table.LUTExplanation = PATIENT
    table.add_new(0x00283006, "OW", np.array([0, 9, 99, 999], np.uint16).tobytes() + PATIENT.encode())
    dataset = film(VOILUTSequence=[table], BitsStored=2, HighBit=1)
    dataset.PixelData = (np.arange(1024, dtype=np.uint16) % 4).tobytes()
    del dataset.WindowCenter
    made = bare(written(dataset))
    assert traces(made) == []
    assert len(opened(made).VOILUTSequence[0].LUTData) == 8


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("ViewPosition", NAME),
        ("ImageType", ["ORIGINAL", "PRIMARY", NAME]),
        ("PatientOrientation", ["L", NAME]),
        ("BodyPartExamined", "DOG"),
        ("BurnedInAnnotation", NAME),
        ("LossyImageCompressionMethod", "ISO_KOWALSKI"),
    ],
)
def test_what_may_stay_stays_only_where_it_is_a_term(keyword: str, value: object) -> None:
    made = opened(bare(written(film(**{keyword: value}))))
    assert traces(bare(written(film(**{keyword: value})))) == []
    assert str(made.get(keyword)) in ("None", "['ORIGINAL', 'PRIMARY']", "L")
    assert opened(bare(written(film(ViewPosition="PA")))).ViewPosition == "PA"


def test_a_number_that_is_none_does_not_travel() -> None:
    dataset = film()
    dataset.add(
        pydicom.DataElement("RescaleIntercept", "DS", NAME, validation_mode=0, already_converted=True)
    )
    data = written(dataset)
    assert traces(bare(data)) == []


def test_pixels_end_where_they_end_and_hold_no_bits_of_an_overlay() -> None:
    dataset = film()
    pixels = np.frombuffer(dataset.PixelData, np.uint16) | 0xA000
    dataset.PixelData = pixels.tobytes() + PATIENT.encode()
    data = written(dataset)
    made = bare(data)
    assert traces(made) == []
    assert same_picture(data, made)
    assert np.frombuffer(opened(made).PixelData, np.uint16).max() == 1023


def test_signed_pixels_keep_their_sign() -> None:
    dataset = film(PixelRepresentation=1)
    values = (np.arange(1024) - 512).astype(np.int16)
    dataset.PixelData = (values.view(np.uint16) & 0x0FFF).tobytes()
    made = bare(written(dataset))
    assert np.array_equal(np.frombuffer(opened(made).PixelData, np.int16), values)


def test_jpeg_frames_lose_their_comments_and_keep_their_samples() -> None:
    frames = []
    for number in range(2):
        out = io.BytesIO()
        Image.fromarray(np.full((32, 32), 80 * number, np.uint8)).save(
            out, "JPEG", comment=PATIENT, exif=_exif()
        )
        frames.append(out.getvalue() + PATIENT.encode())
    dataset = film(BitsAllocated=8, BitsStored=8, HighBit=7, NumberOfFrames=2)
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    data = written(dataset)
    assert traces(data)
    made = bare(data)
    assert traces(made) == []
    assert opened(made).file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert same_picture(data, made)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = PATIENT
    return exif


def test_a_jpeg_2000_frame_loses_its_comments() -> None:
    out = io.BytesIO()
    Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)).save(
        out, "JPEG2000", no_jp2=True, comment=PATIENT, tile_size=(32, 32)
    )
    dataset = film(64, BitsStored=16, HighBit=15)
    dataset.PixelData = encapsulate([out.getvalue() + PATIENT.encode()])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    data = written(dataset)
    assert traces(data)
    made = bare(data)
    assert traces(made) == []
    assert b"OpenJPEG" not in made
    assert same_picture(data, made)


def test_run_lengths_stay_as_they_are() -> None:
    dataset = film()
    dataset.compress(RLELossless)
    data = written(dataset)
    made = opened(bare(data))
    assert made.PixelData == opened(data).PixelData


def test_uids_and_patients_are_the_same_within_a_pack_and_others_in_the_next() -> None:
    first, second = (
        film(StudyInstanceUID="1.2.9", PatientID="17"),
        film(StudyInstanceUID="1.2.9", PatientID="17"),
    )
    second.SOPInstanceUID = "1.2.3.4.2"
    other = film(StudyInstanceUID="1.2.10", PatientID="18", SOPInstanceUID="1.2.3.4.3")
    names = Pseudonyms(REFERRAL)
    one, two, three = (opened(bare(written(each), names)) for each in (first, second, other))
    again = opened(bare(written(first), Pseudonyms("f" * 32)))
    assert one.StudyInstanceUID == two.StudyInstanceUID
    assert (one.PatientID, two.PatientID, three.PatientID) == ("01234567-1", "01234567-1", "01234567-2")
    assert len({each.StudyInstanceUID for each in (one, three, again, first)}) == 4
    assert len({each.SOPInstanceUID for each in (one, two, three, again)}) == 4
    assert (
        len({each.SeriesInstanceUID for each in (one, two)}) == 2
    )  # neither said to which series it belongs


def test_it_says_what_was_done_to_it() -> None:
    made = opened(bare(written(film(PatientName=PATIENT))))
    assert (made.PatientIdentityRemoved, made.PatientName) == ("YES", "01234567-1")
    assert made.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert not made.PatientSex
    assert not made.StudyDate


def test_nothing_that_stays_is_named_by_the_profile() -> None:
    for keyword in (*NUMBERS, *TERMS):
        tag = pydicom.tag.Tag(keyword)
        assert not is_named(tag.group, tag.element), keyword
    assert is_named(0x0010, 0x0010)
    assert is_named(0x6002, 0x3000)


@pytest.mark.parametrize(
    "file", [*sorted(SAMPLES.glob("*.dcm")), PYDICOM_DATA / "RG3_UNCR.dcm"], ids=lambda one: one.name
)
def test_real_films_keep_their_picture_and_lose_the_rest(file: Path) -> None:
    data = file.read_bytes()
    made = bare(data)
    assert same_picture(data, made)
    kept = {line.tag for line in read_header(made, Limits())}
    assert len(kept) < 60
    before = opened(data)
    for keyword in ("PatientName", "PatientID", "StudyDate", "InstitutionName", "StudyInstanceUID"):
        value = str(before.get(keyword, ""))
        assert len(value) < 4 or value.encode() not in made, keyword


def test_what_is_no_plain_film_is_refused() -> None:
    with pytest.raises(NotJudged, match="Modality CT"):
        bare(written(film(Modality="CT")))
    with pytest.raises(UnreadableImage, match="cut short"):
        bare(written(film(PixelData=b"\0\0")))


_PLANTABLE = sorted(
    (tag, vr)
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
    if tag >> 16 > 2 and vr not in ("SQ", "NONE", "OB or OW") and keyword not in {*NUMBERS, *TERMS}
    and not keyword.endswith("PixelData") and keyword not in ("SOPClassUID", "SpecificCharacterSet")
)  # fmt: skip
_places = st.lists(st.sampled_from(_PLANTABLE), max_size=12)
_datasets = st.recursive(
    st.builds(lambda places: (places, []), _places),
    lambda inner: st.tuples(_places, st.lists(inner, max_size=2)),
    max_leaves=6,
)


def _made(told: object, dataset: Dataset) -> Dataset:
    places, items = told  # type: ignore[misc]  # of a recursive strategy
    for tag, vr in places:
        plant(dataset, tag, vr)
    for number, item in enumerate(items):
        dataset.add_new((0x0008, 0x1110) if number else (0x0040, 0x0275), "SQ", [_made(item, Dataset())])
    block = dataset.private_block(0x0029, NAME, create=True)
    block.add_new(1, "UN", planted_value("UN"))
    return dataset


@settings(max_examples=60, deadline=None)
@given(told=_datasets, implicit=st.booleans())
def test_any_data_set_comes_out_without_him(told: object, implicit: bool) -> None:
    dataset = _made(told, film(8))
    if implicit:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data = written(dataset)
    made = bare(data)
    assert traces(made) == []
    assert same_picture(data, made)
