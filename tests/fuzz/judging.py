"""Whether a parser did with some bytes what it must: read them, or say one sentence."""

from __future__ import annotations

import re
import resource
import sys
import time
import traceback
import unicodedata
from pathlib import Path

from lightbox_edge.errors import LightboxError
from tests.fuzz.places import scratch
from tests.fuzz.target import Failure, Target, WrongValue

LONGEST = 700  # letters of a sentence, with a path in it
_HOUSE = ("lightbox_edge", "lightbox_export")
_SECRETS = re.compile(r"Traceback|object at 0x|\bErrno\b")
_TERMINAL = frozenset(("Cc", "Cs", "Zl", "Zp"))  # categories of Unicode that end a line or steer a terminal
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn what follows around


def judge(target: Target, data: bytes) -> Failure | None:
    """Read ``data`` once, in this process; None if all is well."""
    started, before = time.process_time(), _peak_megabytes()
    try:
        sentences = _said(target, data)
    except WrongValue as error:
        return Failure("value", re.sub(r"\d+", "N", str(error))[:80], str(error)[:300])
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of Rust is no Exception
        return Failure("exception", f"{type(error).__name__} at {_place(error)}", str(error)[:300])
    for sentence in sentences:
        if fault := fault_of(sentence):
            return Failure("sentence", f"{fault}: {_shape(sentence)}", repr(sentence[:300]))
    return _cost(target, time.process_time() - started, _peak_megabytes() - before)


def fault_of(sentence: str) -> str:
    """What is wrong with a sentence for people; empty if nothing is."""
    if steers(sentence):
        return "control characters"
    if len(sentence) > LONGEST:
        return f"longer than {LONGEST} letters"
    if _SECRETS.search(sentence):
        return "words of a program"
    return "" if sentence.endswith(".") else "no full stop"


def steers(text: str) -> bool:
    """Whether a text is more than one line, or holds what a terminal obeys."""
    return any(unicodedata.category(sign) in _TERMINAL or sign in _TURNING for sign in text)


def _said(target: Target, data: bytes) -> list[str]:
    try:
        return [*target.read(data)]
    except LightboxError as error:
        return [str(error)]


def _cost(target: Target, seconds: float, megabytes: float) -> Failure | None:
    if seconds > target.seconds:
        return Failure("seconds", f"over {target.seconds:g} s", f"{seconds:.1f} s of CPU")
    if megabytes > target.megabytes:
        return Failure("memory", f"over {target.megabytes} MB", f"{megabytes:.0f} MB more")
    return None


def _place(error: BaseException) -> str:
    """The last line of the house that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if any(f"/{room}/" in one.filename for room in _HOUSE)]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.name}"


def _shape(sentence: str) -> str:
    """The words of a sentence that are the program's own, roughly: its beginning."""
    return re.sub(r"[^A-Za-z]+", " ", sentence.replace(str(scratch()), ""))[:50]


def _peak_megabytes() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)
