"""The receiver against DCMTK's sender, against callers that keep no rules, and what it answers to each."""

from __future__ import annotations

import logging
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
import pytest

from lightbox_edge.bundle import Bundle
from lightbox_edge.receiving.inbox import Inbox
from lightbox_edge.receiving.rules import Rules
from lightbox_edge.screener import Screener
from lightbox_edge.worklist import Worklist
from tests.received_films import CALLER, ENCODERS, FILM, READY, TITLE, dcmtk, encoded, send

pynetdicom = pytest.importorskip("pynetdicom")
from lightbox_edge.receiving import receiver as module  # noqa: E402  # needs the extra dicom
from lightbox_edge.receiving.accepted import STORAGE_CLASSES, TRANSFER_SYNTAXES  # noqa: E402
from lightbox_edge.receiving.receiver import Receiver  # noqa: E402

needs_dcmtk = pytest.mark.skipif(not dcmtk("storescu") or not dcmtk("dcmcjpls"), reason="DCMTK is not here")


@dataclass
class Listening:
    """A receiver on a free port, and what it kept."""

    port: int
    films: Path
    kept: list[Path]

    def associate(self, title: str = TITLE, caller: str = CALLER) -> Any:
        entity = pynetdicom.AE(ae_title=caller)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 20
        for storage in STORAGE_CLASSES[:1]:
            entity.add_requested_context(storage, TRANSFER_SYNTAXES[0])
        return entity.associate("127.0.0.1", self.port, ae_title=title)


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Callable[..., Listening]]:
    running: list[Receiver] = []

    def start(quota: int = 10**9, largest: int = 10**8) -> Listening:
        inbox, kept = Inbox(tmp_path / "in", quota, floor=0), list[Path]()
        running.append(Receiver(Rules("127.0.0.1", 0, TITLE, (CALLER,), largest), inbox, kept.append))
        return Listening(running[-1].port, inbox.films, kept)

    yield start
    for one in running:
        one.__exit__(None, None, None)


def film() -> pydicom.Dataset:
    return pydicom.dcmread(FILM)


@needs_dcmtk
@pytest.mark.parametrize("option", [*READY, *ENCODERS])
def test_every_encoding_is_taken_as_it_is(
    option: str, listen: Callable[..., Listening], tmp_path: Path
) -> None:
    """The pixels arrive byte for byte; of those that DCMTK converts on the way, value for value."""
    at, file = listen(), encoded(option, tmp_path)
    assert send(at.port, file, option=option) == 0
    [got], sent = at.kept, pydicom.dcmread(file)
    received = pydicom.dcmread(got)
    assert received.SOPInstanceUID == sent.SOPInstanceUID
    if sent.file_meta.TransferSyntaxUID.is_encapsulated:
        assert received.file_meta.TransferSyntaxUID == sent.file_meta.TransferSyntaxUID
        assert received.PixelData == sent.PixelData
    else:
        assert (received.pixel_array == sent.pixel_array).all()


@needs_dcmtk
def test_films_are_judged_as_from_the_disk(
    bundle: Bundle, listen: Callable[..., Listening], tmp_path: Path
) -> None:
    at, sent = listen(), {}
    for option in (*READY, *ENCODERS):
        file = encoded(option, tmp_path)
        assert send(at.port, file, option=option) == 0
        sent[at.kept[-1]] = file
    with Worklist(tmp_path / "w.worklist") as worklist, Screener(bundle, worklist, threads=1) as screener:
        told = {one.file: one.outcome for one in screener.screen([*sent, *set(sent.values())])}
    for received, file in sent.items():
        ours, theirs = told[str(received)], told[str(file)]
        assert ours.status == theirs.status == "judged"
        assert ours.findings == theirs.findings


def test_who_is_not_allowed_or_calls_another_is_rejected(
    listen: Callable[..., Listening], caplog: pytest.LogCaptureFixture
) -> None:
    at = listen()
    caplog.set_level(logging.INFO)
    assert at.associate(caller="STRANGER").is_rejected
    assert at.associate(title="ANOTHER").is_rejected
    assert "STRANGER" not in caplog.text
    association = at.associate()
    assert association.is_established
    association.release()


def test_the_same_film_twice_is_one_file_and_no_line_names_a_patient(
    listen: Callable[..., Listening], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    at, association = (found := listen()), found.associate()
    assert [association.send_c_store(film()).Status for _ in range(2)] == [0, 0]
    association.release()
    assert len(list(at.films.iterdir())) == len(at.kept) == 1
    assert _until(lambda: "1 kept, 1 here before" in caplog.text)
    assert "SAMPLE-07" not in caplog.text
    assert film().SOPInstanceUID not in caplog.text


def test_what_does_not_fit_is_out_of_resources_and_leaves_nothing(listen: Callable[..., Listening]) -> None:
    at = listen(quota=1000)
    association = at.associate()
    assert association.send_c_store(film()).Status == 0xA700
    association.release()
    assert list(at.films.iterdir()) == []


def test_a_film_whose_header_is_another_or_none_is_refused(
    listen: Callable[..., Listening], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = listen()
    association = at.associate()
    for content, answer in (
        (b"", 0xA900), (b"\xff" * 300, 0xA900), (b"\x08\x00\x16\x00UI\xff\xff1.2.3", 0xA900),
    ):  # fmt: skip
        monkeypatch.setattr("pynetdicom.association.encode", lambda *_, content=content: content or b"\0\0")
        assert association.send_c_store(film()).Status in (answer, 0xC000)
    monkeypatch.undo()
    assert association.send_c_store(film()).Status == 0
    association.release()
    assert len(list(at.films.iterdir())) == 1


def test_an_object_over_the_limit_ends_its_association_and_no_other(listen: Callable[..., Listening]) -> None:
    at = listen(largest=100_000)  # a film has 525 KB
    association, other = at.associate(), at.associate()
    assert not association.send_c_store(film())  # no status: it was aborted
    assert other.is_established
    other.release()
    assert list(at.films.iterdir()) == []


def test_callers_that_keep_no_rules_harm_nobody(
    listen: Callable[..., Listening], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noise, a PDU of 4 GB, one that ends in its middle, a request of the right form and no sense."""
    monkeypatch.setattr(module, "HELLO_SECONDS", 1)
    at = listen()
    for noise in (
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">BBL", 1, 0, 0xFFFFFFFF) + bytes(10_000),
        struct.pack(">BBL", 1, 0, 200) + b"\0\1",
        struct.pack(">BBL", 1, 0, 68) + bytes(68),
        struct.pack(">BBL", 4, 0, 12) + b"\0\0\0\x08\x01\x03" + bytes(6),
        bytes(range(256)) * 8,
    ):
        with socket.create_connection(("127.0.0.1", at.port), timeout=10) as caller:
            caller.sendall(noise)
    assert _until(lambda: not any(one.name.startswith("AcceptorThread") for one in threading.enumerate()))
    association = at.associate()
    assert association.send_c_store(film()).Status == 0
    association.release()
    assert capfd.readouterr().err == ""


def test_no_more_than_a_few_are_served_at_once(listen: Callable[..., Listening]) -> None:
    at = listen()
    served = [at.associate() for _ in range(module.MOST_ASSOCIATIONS + 1)]
    assert [one.is_established for one in served] == [True] * module.MOST_ASSOCIATIONS + [False]
    for one in served[:-1]:
        one.release()


def test_the_listener_has_nothing_that_judges() -> None:
    heavy = ("onnxruntime", "openvino", "tokenizers", "sqlite3")
    program = f"import sys, {module.__name__}; print([one for one in sys.argv if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_encodings_are_those_of_the_standard() -> None:
    uids = [pydicom.uid.UID(one) for one in (*TRANSFER_SYNTAXES, *STORAGE_CLASSES)]
    assert len(set(uids)) == len(uids)
    assert all(one.is_transfer_syntax for one in uids[: len(TRANSFER_SYNTAXES)])
    assert all(
        one.name.endswith(("Storage", "Presentation", "Processing")) for one in uids[len(TRANSFER_SYNTAXES) :]
    )


def _until(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.02)
    return is_so()
