"""Half a bundle: each of its files missing, cut, zeroed, changed in a bit, swapped with another."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from lightbox_edge.bundle import MANIFEST, open_bundle
from lightbox_edge.trust.signature_file import SUFFIX
from tests.faults.invariants import judged, rows_now, unsaid
from tests.faults.verdict import Case, Verdict

SIGNATURE = f"{MANIFEST}{SUFFIX}"
WAYS = ("missing", "cut", "zeroed", "a bit", "swapped", "empty")


def half_bundle(case: Case) -> Verdict:
    """``bundle verify`` and screening must both name the file with exit code 3, and no row may be made.

    A file that screening does not read may be wrong there: then its rows are those of the whole bundle.
    """
    whole = open_bundle(case.stage.bundle)
    names = sorted({MANIFEST, SIGNATURE, *(file.path for file in whole.files())})
    name, way = names[case.number % len(names)], WAYS[case.number // len(names) % len(WAYS)]
    other = case.chance.choice([one for one in names if one != name])
    broken = Path(shutil.copytree(whole.folder, case.folder / "bundle"))
    _break(case, way, broken / name, broken / other)
    tried = replace(case.stage, bundle=broken)
    case.stage.put_films(case.folder)
    verified = case.ended(*case.stage.program, "bundle", "verify", str(broken))
    screened = case.ended(*tried.screening())
    said = [*unsaid(verified), *unsaid(screened)]
    named = [one.removesuffix(SUFFIX) for one in ((name, other) if way == "swapped" else (name,))]
    for command, ended in (("verify", verified), ("screen", screened)):
        if command == "screen" and ended.code == case.stage.code and screened.lines:
            continue  # it has not read that file; its rows are judged below
        if (name, way, ended.code) == (SIGNATURE, "a bit", 0):
            continue  # one of the first comment, which minisign does not sign
        if ended.code != 3 or not any(one in ended.err for one in named):
            said.append(f"{command} of a bundle with {name} {way} ended with {ended.code}: {ended.err}")
        if command == "screen" and rows_now(case.worklist):
            said.append(f"rows were made with {name} {way}")
    return judged(case, f"{name} {way}", True, [screened], said)


def _break(case: Case, way: str, file: Path, other: Path) -> None:
    content = file.read_bytes()
    match way:
        case "missing":
            file.unlink()
        case "cut":
            file.write_bytes(content[: case.chance.randrange(len(content))])
        case "zeroed":
            file.write_bytes(bytes(len(content)))
        case "empty":
            file.write_bytes(b"")
        case "a bit":
            place, bit = case.chance.randrange(len(content)), case.chance.randrange(8)
            file.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
        case "swapped":
            file.write_bytes(other.read_bytes())
            other.write_bytes(content)
