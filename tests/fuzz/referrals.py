"""The answers of a distant reader, in a form that came by mail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from lightbox_edge.decisions.records import MachineView
from lightbox_edge.referring.referrals import Referral, ReferredFilm, keep
from lightbox_edge.referring.taking_in import take_in
from lightbox_edge.worklist import Worklist
from tests.fuzz.judging import steers
from tests.fuzz.places import put, scratch
from tests.fuzz.target import WrongValue
from tests.fuzz.worklists import SHA, files

_ID = "0123456789abcdef" * 2
_MACHINE = MachineView("judge", "made", "1", "fp32", "points", "flagged", ("effusion",))


def answers() -> Sequence[bytes]:
    """Filled in, in an editor and in a spreadsheet that writes semicolons."""
    rows = (("referral", "film", "file", "reader", "answer", "seen", "note"),
            (_ID, "1", "film-1.png", "Dr. Far", "disagree", "effusion; mass", "left, small"),
            (_ID, "2", "film-2.png", "", "", "", ""))  # fmt: skip
    plain = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    return plain.encode(), ("\ufeff" + "\n".join(";".join(row) for row in rows).replace("; ", ", ")).encode()


@cache
def _worklist() -> bytes:
    (content,) = files()
    return content


def read_answers(data: bytes) -> Iterator[str]:
    """The form is taken in by a reader; what is in the log then is one line each."""
    place = scratch() / "referred.worklist"
    for old in scratch().glob("referred.worklist-*"):
        old.unlink()
    shutil.rmtree(f"{place}.referrals", ignore_errors=True)
    keep(str(place), Referral(_ID, "2026-11-22T10:00:00+00:00", (), (ReferredFilm(1, SHA, 0, _MACHINE),)))
    put(place.name, _worklist())
    with Worklist(place) as worklist:
        taken = take_in(worklist, Path("answers.csv"), data, "Ann")
    if steers(taken.reader) or not taken.reader.strip():
        raise WrongValue("a reader that no list can show")
    yield from ()
