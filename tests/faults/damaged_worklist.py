"""A worklist that is damaged: cut, zeroed, changed in a bit, in its log too, or no worklist at all."""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.errors import LightboxError
from tests.faults.invariants import judged, unsaid
from tests.faults.reviewed import Entry, log, noted_head, put_decided
from tests.faults.running import Ended
from tests.faults.verdict import Case, Verdict

PAGE = 4096
WAYS = ("cut", "a page zeroed", "a bit of its header", "a bit of a page", "empty", "no worklist")
OF_LOG = ("log cut", "a bit of the log")


def damaged_worklist(case: Case) -> Verdict:
    """A worklist with decisions, put away or with its write-ahead log beside it.

    The program may refuse it in a sentence and leave it as it is; or restore it and say so; or be untouched
    by the damage. It may not lose a decision or change a result without a word.
    """
    hot, copied = case.chance.random() < 0.5, case.chance.random() < 0.7
    put_decided(case, hot=hot, copied=copied)
    kept, head = log(case.worklist), noted_head(case.worklist)
    way = case.chance.choice(WAYS + (OF_LOG if hot else ()))
    file = Path(f"{case.worklist}-wal") if way in OF_LOG else case.worklist
    _damage(case, way, file)
    damaged = file.read_bytes()
    case.stage.put_films(case.folder)
    ended = case.ended(*case.stage.screening())
    lost, wrong, code = _lost(case, way, kept, head, ended), [], ended.code
    if "last good copy of" in ended.err and not any(
        one.read_bytes() == damaged for one in case.folder.glob(f"{case.worklist.name}.damaged-*")
    ):
        wrong.append("what was damaged is not kept as it was")
    if ended.code == 2:
        # A sound log is put into its file even where that is refused: nothing is lost by it.
        if not file.exists() or (not hot and file.read_bytes() != damaged):
            wrong.append("it was refused and yet changed")
        for part in case.folder.glob(f"{case.worklist.name}*"):
            part.unlink()
        put_decided(case, hot=False)
        ended = Ended(ended.code, "", ended.err)  # what it told was of the damaged one
    what = f"{way}, {'with its log beside it' if hot else 'put away'}{', with a good copy' if copied else ''}"
    verdict = judged(case, what, True, [ended], unsaid(ended))
    return Verdict(
        f"{what}: exit code {code}",
        True,
        (*lost, *verdict.lost),
        verdict.double,
        verdict.unsaid,
        (*verdict.wrong, *wrong),
    )


def _lost(case: Case, way: str, kept: list[Entry], head: str, ended: Ended) -> list[str]:
    """Decisions that are gone without a word; refused or said to be restored, none is.

    A log that was cut, or whose last transaction is in parts, looks like one that never had more, an empty
    file without a copy like a new one: there the head that somebody noted must tell.
    """
    if ended.code == 2 or "last good copy of" in ended.err:
        return []
    try:
        now = log(case.worklist)
    except LightboxError as error:
        return [f"exit code {ended.code}, and then: {error}"]
    gone = [one for one in kept if one not in now]
    if gone and (way in ("log cut", "empty") or (way == "a bit of the log" and gone == kept[-1:])):
        return [] if _verified(case, "--head", head).code == 2 else [f"a noted head does not tell of {gone}"]
    return [f"decision gone without a word: {one}" for one in gone]


def _verified(case: Case, *arguments: str) -> Ended:
    worklist = ("--worklist", case.stage.worklist)
    return case.ended(*case.stage.program, "worklist", "verify", *worklist, *arguments)


def _damage(case: Case, way: str, file: Path) -> None:
    content = bytearray(file.read_bytes())
    size = len(content)
    match way:
        case "cut" | "log cut":
            del content[case.chance.randrange(1, size) :]
        case "a page zeroed":
            page = case.chance.randrange(size // PAGE) * PAGE
            content[page : page + PAGE] = bytes(PAGE)
        case "empty":
            content.clear()
        case "no worklist":
            content[:] = case.chance.randbytes(size)
        case _:
            end = 100 if "header" in way else size
            content[case.chance.randrange(end)] ^= 1 << case.chance.randrange(8)
    file.write_bytes(content)
