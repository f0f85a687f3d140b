"""Every sentence that screens and reports say, collected from the syntax trees of the programs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import get_args

from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.widgets import DataTable

from lightbox_edge import open_bundle
from lightbox_edge.decisions import Answer, Mode
from lightbox_edge.decisions.records import Kind
from lightbox_edge.languages.reasons import IN_SHORT
from lightbox_edge.results import Triage

ROOT = Path(__file__).parents[1]
EDGE = ROOT / "edge" / "lightbox_edge"
SPEAKING = (
    ROOT / "tui",
    *(EDGE / room for room in ("decisions", "browsing", "viewing", "asking", "reporting")),
)


def said() -> set[str]:
    """All of them."""
    programs = trees()
    return {*chain.from_iterable(map(literals, programs)), *bindings(programs), *words(), *textuals_own()}


def trees() -> list[ast.Module]:
    """The programs that speak."""
    alone = (
        EDGE / "worklist.py",
        ROOT / "door" / "lightbox_door" / "start_command.py",
        ROOT / "build_scripts" / "guide.py",
    )
    files = [*chain.from_iterable(room.rglob("*.py") for room in SPEAKING), *alone]
    return [ast.parse(file.read_text("utf-8")) for file in files]


def literals(tree: ast.AST) -> Iterator[str]:
    """What is said at its place, ``say("...")``, and what is raised to be said, `LightboxError`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in ("say", "_say", "LightboxError") and node.args:
            yield from _texts(node.args[0])
        if isinstance(node, ast.FunctionDef) and node.name in ("_no_second", "_no_arbitration"):
            returned = (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)
            yield from chain.from_iterable(map(_texts, returned))


def bindings(programs: Iterable[ast.AST]) -> Iterator[str]:
    """What a key line says of a key: the third of a binding, wherever it is made; and names of groups."""
    for node in chain.from_iterable(map(ast.walk, programs)):
        if (
            isinstance(node, ast.AnnAssign | ast.Assign)
            and "BINDING" in ast.unparse(node).split("=")[0].upper()
        ):
            yield from chain.from_iterable(map(_thirds, ast.walk(node)))
        if isinstance(node, ast.Call) and _name(node.func) in ("Binding", "bind", "Group"):
            yield from chain.from_iterable(
                _texts(one.value) for one in node.keywords if one.arg == "description"
            )
            if _name(node.func) == "Group":
                yield from _texts(node.args[0])


def words() -> Iterator[str]:
    """What is said by a name that is looked up: kinds of things, findings, reasons by their codes."""
    for names in (Triage, Answer, Kind, Mode):
        yield from get_args(names)
    yield from ("open", "decided", "disputed", "nothing", "seen", *IN_SHORT.values())
    manifest = open_bundle(ROOT / "bundles" / "chest-open").manifest
    yield manifest.intended_use
    for finding in manifest.findings:
        yield finding.name
        yield from (one.present for one in finding.descriptors)


def textuals_own() -> Iterator[str]:
    """What the help says of keys that Textual binds."""
    for owner in (ScrollableContainer, DataTable):
        yield from (one.description for one in Binding.make_bindings(owner.BINDINGS))


def _thirds(node: ast.AST) -> Iterator[str]:
    """What is said of a key in a table of keys: ``(key, action, words)``, however it is made."""
    match node:
        case ast.Tuple(elts=[_, _, third]) | ast.Call(args=[_, _, third, *_]):
            yield from _texts(third)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _texts(node: ast.expr) -> Iterator[str]:
    """The literals that an expression may be; a name that is looked up is none."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=first, orelse=second):
            yield from (*_texts(first), *_texts(second))
