"""``SHA256SUMS``, as GNU sha256sum writes and checks it: a hash, two spaces, a path; sorted by path."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lightbox_edge.errors import KitError
from lightbox_edge.home import KEYS
from lightbox_edge.kit.layout import UNSEALED
from lightbox_edge.portable_paths import is_portable

_NEVER_SEALED = [path.lower() for path in UNSEALED]
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def format_sums(sums: Mapping[str, str]) -> bytes:
    """The SHA-256 of each path, as a file."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()


def parse_sums(content: bytes, where: str) -> dict[str, str]:
    """The SHA-256 of each path; ``where`` names the file in the sentence of a `KitError`.

    Refused are paths that could leave the kit or that not every system can hold (other letters than ASCII
    too, which systems write as different bytes), two that are one where case is not told apart, and any
    other order than that in which they are written.
    """
    try:
        lines = content.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise KitError(f"{where} has letters that are not ASCII: get the kit again.") from error
    if lines.pop() or not lines:
        raise KitError(f"{where} does not end as it should: get the kit again.")
    sums = dict(_parse_line(line, f"{where} line {number}") for number, line in enumerate(lines, start=1))
    if len({path.lower() for path in sums}) < len(lines) or list(sums) != sorted(sums):
        raise KitError(f"{where} has paths that are double or not in order: get the kit again.")
    return sums


def _parse_line(line: str, where: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if not match:
        raise KitError(f"{where} is no hash and path: get the kit again.")
    sha256, path = match.groups()
    if not is_portable(path) or path.lower().startswith(f"{KEYS}/") or path.lower() in _NEVER_SEALED:
        raise KitError(f"{where} names {path!r}, which no kit seals: get the kit again.")
    return path, sha256
