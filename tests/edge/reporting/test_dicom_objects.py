"""DICOM objects of films read back: what they say, whose they are, when they are others, who gets none."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.languages import ENGLISH
from lightbox_edge.radiograph import Header
from lightbox_edge.regions import Region
from lightbox_edge.reporting import dicom_sources
from lightbox_edge.reporting.building import Reports
from lightbox_edge.reporting.dicom_codes import SCHEME, finding_code
from lightbox_edge.results import Outcome
from lightbox_edge.worklist import Worklist
from tests.reported_films import FILMS, SAMPLES, decide, put, scores, sha256

highdicom = pytest.importorskip("highdicom")
from lightbox_edge.reporting import dicom_films as module  # noqa: E402  # needs the extra dicom
from lightbox_edge.reporting.dicom_films import DicomFilms, DicomFormat  # noqa: E402
from lightbox_edge.reporting.dicom_objects import DicomFilm  # noqa: E402
from lightbox_edge.reporting.dicom_seg import segmentation  # noqa: E402
from lightbox_edge.reporting.dicom_sr import structured_report  # noqa: E402

DICOM = FILMS[2]
OWN = ("PatientID", "PatientName", "PatientSex", "PatientAge", "StudyInstanceUID", "StudyDate")
Made = Callable[..., DicomFilm]


def objects(worklist: Worklist, kind: DicomFormat = "dicom-sr") -> tuple[dict[str, bytes], dict[str, int]]:
    with DicomFilms(worklist, None, kind) as films:
        made = dict(films.objects(Reports(worklist, ENGLISH, None, "0").session()))
        return made, dict(films.left_out)


def report_of(content: bytes) -> Any:
    return highdicom.sr.srread(io.BytesIO(content))


def values(items: Any, name: str) -> list[str]:
    """What the items of a name say, depth first."""
    found: list[str] = []
    for item in items:
        if item.name.meaning == name:
            value = item.value
            found.append(getattr(value, "meaning", None) or str(value))
        found += values(getattr(item, "ContentSequence", ()), name)
    return found


def group(report: Any, tracking: str) -> Any:
    [found] = [
        one for one in report.content.get_image_measurement_groups() if one.tracking_identifier == tracking
    ]
    return found


@pytest.fixture
def film(worklist: Worklist, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Makes the DICOM film of the worklist with regions of one's own."""
    caught: list[DicomFilm] = []
    monkeypatch.setattr(module, "_maker", lambda _: lambda made: caught.append(made) or b"")
    objects(worklist)
    monkeypatch.undo()

    def make(*regions: Region) -> DicomFilm:
        [one] = caught
        return DicomFilm(one.report, one.judge, one.header, regions, one.at, one.notice, one.lightbox)

    return make


def test_a_film_has_one_object_and_the_others_a_reason(worklist: Worklist) -> None:
    made, left_out = objects(worklist)
    assert list(made) == [f"{sha256(SAMPLES / DICOM)}-j1.sr.dcm"]
    assert left_out == {dicom_sources.NOT_DICOM: 4, dicom_sources.UNREADABLE: 1}
    assert objects(worklist, "dicom-seg") == (
        {},
        {dicom_sources.NOT_DICOM: 4, dicom_sources.UNREADABLE: 1, module.ANOTHER: 1},
    )


def test_it_lies_beside_the_film_and_says_what_the_row_says(worklist: Worklist) -> None:
    [content] = objects(worklist)[0].values()
    report, source = report_of(content), pydicom.dcmread(SAMPLES / DICOM)
    for keyword in OWN:
        assert report[keyword] == source[keyword]
    assert report.SeriesInstanceUID != source.SeriesInstanceUID
    [evidence] = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    assert evidence.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    top = [one.value for one in report.content if one.name.meaning == "Comment"] or values(
        report.content, "Comment"
    )
    assert top[0].startswith("Not a diagnosis.")
    effusion = group(report, "pleural effusion")
    assert effusion.finding_type.value == "60046008"
    told = {one.name.meaning: one.value for one in effusion.get_measurements()}
    assert told == {"Certainty of Finding": 50.0, "Probability at which the finding is flagged": 40.0}
    assert values(effusion, "Flagged") == ["Yes"]
    assert values(group(report, "lung opacity"), "Words and threshold were validated") == ["No"]
    assert values(group(report, "triage"), "Triage") == ["flagged"]
    assert values(effusion, "Algorithm Name") == ["small"]
    assert "precision int8" in values(effusion, "Algorithm Parameters")


def test_each_decision_has_its_reader_and_its_time(worklist: Worklist) -> None:
    digest = sha256(SAMPLES / DICOM)
    decide(worklist, digest, "Björn ^ 陈", "something seen", "arbitration", seen=["rib fracture"], note="Sí.")
    report = report_of(*objects(worklist)[0].values())
    first, last = group(report, "decision 4"), group(report, "decision 5")
    assert values(first, "Person Observer Name") == ["Amina Yusuf^"]
    assert values(first, "Answer of a reader") == ["refer"]
    assert values(first, "Counts, where readings differ") == ["No"]
    assert values(last, "Person Observer Name") == ["Björn   陈^"]
    assert values(last, "Seen by a reader") == ["rib fracture"]
    assert values(last, "Counts, where readings differ") == ["Yes"]
    assert any("Sí." in words for words in values(last, "Comment"))
    assert last[0].ObservationDateTime == "20261122100500+0000"


def test_the_same_is_the_same_bytes_and_a_decision_makes_another_instance(worklist: Worklist) -> None:
    [first], [again] = (objects(worklist)[0].values() for _ in range(2))
    assert first == again
    decide(worklist, sha256(SAMPLES / DICOM), "Chen", "agree", "second reading")
    [later] = objects(worklist)[0].values()
    one, other = report_of(first), report_of(later)
    assert one.SOPInstanceUID != other.SOPInstanceUID
    assert one.SeriesInstanceUID == other.SeriesInstanceUID
    assert (one.file_meta.MediaStorageSOPInstanceUID, one.SOPInstanceUID.is_valid) == (
        one.SOPInstanceUID,
        True,
    )


def test_what_was_measured_of_regions_is_told(film: Made) -> None:
    mask = np.ones((512, 512), np.bool_)
    heart = Region("heart", mask=mask, measurements={"area_cm2": 120.5, "cardiothoracic_ratio": 0.52})
    lung = Region("lung_left", measurements={"reason": "The left lung was not found."})
    report = report_of(structured_report(film(heart, lung)))
    told = {
        one.name.meaning: (one.value, one.unit.value) for one in group(report, "heart").get_measurements()
    }
    assert told == {
        "Area": (120.5, "cm2"),
        "Cardiothoracic ratio, found by a machine": (0.52, "{ratio}"),
    }
    assert not [
        one for one in report.content.get_image_measurement_groups() if one.tracking_identifier == "lung_left"
    ]


def test_segments_are_the_masks_pixel_for_pixel(film: Made) -> None:
    chance = np.random.default_rng(1)
    masks = {name: chance.random((512, 512)) < 0.3 for name in ("lung_right", "heart", "rib fracture")}
    regions = [Region(name, mask=mask) for name, mask in masks.items()]
    made = segmentation(film(*regions, Region("lung_left")))
    assert made == segmentation(film(*regions))
    read, source = highdicom.seg.segread(io.BytesIO(made)), pydicom.dcmread(SAMPLES / DICOM)
    for number, mask in enumerate(masks.values(), 1):
        found = read.get_pixels_by_source_instance([source.SOPInstanceUID], segment_numbers=[number])
        assert (found[0, ..., 0].astype(np.bool_) == mask).all()
    told = [
        (one.segment_label, one.segmented_property_type.scheme_designator) for one in read.SegmentSequence
    ]
    assert told == [("Right lung", "SCT"), ("Heart", "SCT"), ("rib fracture", SCHEME)]
    assert {one.SegmentAlgorithmType for one in read.SegmentSequence} == {"AUTOMATIC"}
    assert "FrameOfReferenceUID" not in read
    for keyword in OWN:
        assert read[keyword] == source[keyword]


def changed(worklist: Worklist, **attributes: object) -> tuple[dict[str, bytes], dict[str, int]]:
    """The objects of a worklist whose one more film has another header."""
    source = pydicom.dcmread(SAMPLES / DICOM)
    with pydicom.config.disable_value_validation():
        for keyword, value in attributes.items():
            setattr(source, keyword, value)
            if value is None:
                delattr(source, keyword)
        file = Path(worklist.path).parent / "films" / "changed.dcm"
        source.save_as(file)
    put(worklist, file, Outcome("judged", "flagged", (), scores(0.9, 0.1), "PA", Header("P-2")))
    made, left_out = objects(worklist)
    digest = sha256(file)
    return {name: content for name, content in made.items() if name.startswith(digest)}, left_out


def test_a_header_that_lacks_what_may_be_empty_is_enough(worklist: Worklist) -> None:
    missing = dict.fromkeys(("StudyTime", "AccessionNumber", "ReferringPhysicianName", "PatientBirthDate"))
    made, _ = changed(worklist, **missing, PatientSex="Female", PixelSpacing=[0, 0])
    [content] = made.values()
    assert report_of(content).PatientSex == ""


def test_a_name_in_another_character_set_stays_the_name(worklist: Worklist) -> None:
    made, _ = changed(worklist, SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Äda")
    [content] = made.values()
    assert str(report_of(content).PatientName) == "Müller^Äda"


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"StudyInstanceUID": None}, dicom_sources.NO_IDENTIFIERS),
        ({"SOPClassUID": "1.2.3"}, dicom_sources.BROKEN),
        ({"PatientBirthDate": "1963-??"}, dicom_sources.BROKEN),
    ],
)
def test_a_header_that_no_object_can_refer_to_is_a_reason(
    worklist: Worklist, attributes: dict[str, object], reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    made, left_out = changed(worklist, **attributes)
    assert made == {}
    assert left_out[reason] == 1
    assert capfd.readouterr().err == ""


def test_a_file_that_is_gone_or_another_is_a_reason(worklist: Worklist) -> None:
    place = Path(worklist.path).parent / "films" / DICOM
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    assert objects(worklist)[1][dicom_sources.GONE] == 1
    place.unlink()
    assert objects(worklist)[1][dicom_sources.GONE] == 1
    shutil.copy(SAMPLES / DICOM, place)
    assert dicom_sources.GONE not in objects(worklist)[1]


@given(st.text(min_size=1))
def test_any_words_have_a_code_that_fits(name: str) -> None:
    code = finding_code(name)
    assert len(code.value) <= 16
    assert len(code.meaning) <= 64
    assert code == finding_code(name)
    assert finding_code(f"no {name} of this kind").value != code.value
