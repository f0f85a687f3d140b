"""Records of a report: whose films, what stands, what is said of the bundle; JSON is written film by film."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from lightbox_edge.bundle import Bundle
from lightbox_edge.decisions import verify
from lightbox_edge.errors import LightboxError
from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.languages.reasons import IN_SHORT
from lightbox_edge.radiograph import Header
from lightbox_edge.reporting.building import Reports
from lightbox_edge.reporting.json_document import json_document
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.reporting.writing import file_name
from lightbox_edge.results import Outcome
from lightbox_edge.worklist import Worklist
from tests.reported_films import FILMS, LATERAL, SAMPLES, decide, put, scores, sha256
from tests.reviewed_films import tamper


def films(worklist: Worklist, say: Language = ENGLISH) -> dict[str, FilmReport]:
    return {one.path.rsplit("/", 1)[-1]: one for one in Reports(worklist, say, None).session().films}


def test_the_session_is_all_rows_with_what_stands(worklist: Worklist) -> None:
    heading = Reports(worklist, ENGLISH, None).session().heading
    assert (heading.counts.films, heading.counts.decided, heading.counts.disputed) == (6, 2, 0)
    assert heading.counts.triage == {"flagged": 2, "uncertain": 1, "not judged": 2, "not flagged": 1}
    assert heading.decision_log.head == verify(worklist).head
    told = films(worklist)["film-03-effusion.jpg"]
    assert [(one.reader, one.counts) for one in told.decisions] == [
        ("Amina Yusuf", False), ("Björn", False), ("Chen", True),
    ]  # fmt: skip
    assert told.decisions[1].words == (
        "Disagrees with the machine and sees nothing.",
        "Decided before seeing what the machine says.",
    )


def test_a_dispute_is_told_until_it_is_settled(worklist: Worklist) -> None:
    dicom = sha256(SAMPLES / FILMS[2])
    decide(worklist, dicom, "Björn", "nothing seen", "second reading")
    told = films(worklist)[FILMS[2]]
    assert told.disputed
    assert told.standing == ("The readers differ, and nobody has arbitrated yet.",)
    decide(worklist, dicom, "Chen", "repeat", "arbitration")
    assert not films(worklist)[FILMS[2]].disputed


def test_a_patients_report_has_that_patients_films_alone(worklist: Worklist) -> None:
    reports = Reports(worklist, ENGLISH, None)
    assert [one.path for one in reports.patient("P-1").films] == [f"films/{name}" for name in FILMS[1:3]]
    assert reports.patient("p-1").heading.counts.films == 1
    for nobody in ("P-2", "", "%"):
        with pytest.raises(LightboxError, match=r"No film in .* is of a patient"):
            reports.patient(nobody)


def test_every_film_is_in_one_patients_report_and_every_report_in_a_file_of_its_own(
    worklist: Worklist,
) -> None:
    """Also where two IDs differ in capitals alone, a file names nobody, or a copy lies elsewhere."""
    gray = Path(worklist.path).parent / "films" / FILMS[3]
    again = Outcome("not judged", "not judged", (LATERAL,))
    put(worklist, gray.rename(gray.with_name("copy.png")), again, path="films/copy.png")
    for patient in ("a/b", "a\\b", "محمد", "con", "P" * 64):
        header = Header(patient)
        put(
            worklist,
            gray.with_name("copy.png"),
            Outcome("judged", "not flagged", (), scores(0, 0), header=header),
            path=patient,
        )
    found: list[str] = []
    names: list[str] = []
    for report in Reports(worklist, ENGLISH, None).patients():
        paths = [one.path for one in report.films]
        assert report.heading.counts.films == len(paths)
        found += paths
        names.append(file_name(report, "pdf"))
    session = Reports(worklist, ENGLISH, None).session()
    assert sorted(found) == sorted(one.path for one in session.films)
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name.isascii() and len(name) < 100 and not set(name) & set('/\\:*?"<>|') for name in names)
    assert "p-1.pdf" in names
    assert "con.pdf" not in names  # Windows has no such file


def test_a_changed_log_is_no_report(worklist: Worklist) -> None:
    tamper(worklist.path, ("UPDATE decision SET entry = replace(entry, 'Amina', 'Amira')", ()))
    with pytest.raises(LightboxError, match="entry 1"):
        Reports(worklist, ENGLISH, None)


def test_what_is_said_of_the_bundle_is_said_of_the_one_that_judged(
    worklist: Worklist, measured: Bundle
) -> None:
    reports = Reports(worklist, ENGLISH, measured)
    heading = reports.patient("P-1").heading
    assert heading.bundle is not None
    assert heading.bundle.limits == measured.manifest.limits
    assert heading.about_bundle == ()
    [others] = reports.session().heading.about_bundle
    assert others.endswith(": other.")
    newer = msgspec.structs.replace(measured.manifest, version="2")
    stranger = Reports(worklist, ENGLISH, Bundle(measured.folder, newer, "x")).patient("P-1").heading
    assert stranger.bundle is None
    assert "not at hand" in stranger.about_bundle[0]


def test_reasons_are_told_by_their_codes_where_the_language_has_them(worklist: Worklist) -> None:
    said = {IN_SHORT["lateral"]: "Vue de profil"}
    assert "Vue de profil (lateral)." in films(worklist, Language("fr", "F", said))[FILMS[3]].words
    assert LATERAL in films(worklist)[FILMS[3]].words


def test_a_json_document_is_written_film_by_film(worklist: Worklist) -> None:
    """No film is made before the one before it was taken."""
    report = Reports(worklist, ENGLISH, None).session()
    made = 0

    class Counted:
        def __iter__(self) -> Iterator[FilmReport]:
            nonlocal made
            for film in report.films:
                made += 1
                yield film

    parts = json_document(type(report)(report.heading, Counted(), report.rows))
    whole = [next(parts), next(parts)]
    assert made == 1
    document = msgspec.json.decode(b"".join([*whole, *parts]))
    assert document["schema_version"] == 1
    assert [one["path"] for one in document["films"]] == [one.path for one in report.films]
    with Worklist(":memory:") as empty:
        document = b"".join(json_document(Reports(empty, ENGLISH, None).session()))
    assert msgspec.json.decode(document)["films"] == []
