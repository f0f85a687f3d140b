"""JSON, TOML and CSV: values, keys and lines are changed, and the text stays one mostly."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from tests.fuzz.mutations import changed

STRINGS = (
    "", " ", "\0", "\x1b]0;owned\x07", "\x1b[2J", "line\nbreak", "\r", "\u202eflip", "\u2028", "\x9b31m",
    "{", "}", "{x}", "{0.__class__}", "%s%n", "../../../etc/passwd", "/etc/passwd", "C:\\x", "a" * 300,
    "b" * 70_000, "\ud800", "effusion", "é", "ﬁ", "=cmd()", "<script>", "None", "nan",
    "file", "-0", "1e999", "[b]markup[/b]",
)  # fmt: skip
# What Python's json refuses to write stands as a name until the rest is written.
_HUGE, _DEEP, _DEEPEST = "5000 digits", "nested 900 deep", "nested 50000 deep"
_WRITTEN = {_HUGE: "9" * 5000, _DEEP: "[" * 900 + "]" * 900, _DEEPEST: '{"a":' * 50_000 + "1" + "}" * 50_000}
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2, 1e308, -1e308, 1e-320, 0.5, float("nan"), float("inf"), float("-inf"), 10**25, _HUGE,
    2**31, 2**63, 2**64, -(2**63), True, False, None, -0.0,
)  # fmt: skip
_CHARACTERS = re.compile(r'"[^"\n]*"|-?\d[\d.eE+-]*|\w+|[^\w\s]')


def json_changed(data: bytes, choose: Random) -> bytes:
    """Change some values of a JSON document, double or lose a key, nest; or its bytes."""
    if choose.random() < 0.25:
        return changed(data, choose)
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return changed(data, choose)
    for _ in range(choose.choice((1, 1, 1, 2, 4))):
        tree = _mutated(tree, choose)
    written = json.dumps(tree, ensure_ascii=choose.random() < 0.5)
    for name, meant in _WRITTEN.items():
        written = written.replace(f'"{name}"', meant)
    if choose.random() < 0.05:
        written = _doubled(written, choose)
    return written.encode("utf-8", "surrogatepass")


def _mutated(tree: Any, choose: Random) -> Any:
    """A copy with one place changed; a place is found by walking down at random."""
    if isinstance(tree, dict) and tree and choose.random() < 0.9:
        key = choose.choice([*tree])
        match choose.randrange(8):
            case 0:
                return {one: value for one, value in tree.items() if one != key}
            case 1:
                return {**tree, choose.choice((*STRINGS, *tree)): tree[key]}
            case _:
                return {**tree, key: _mutated(tree[key], choose)}
    if isinstance(tree, list) and tree and choose.random() < 0.9:
        place = choose.randrange(len(tree))
        match choose.randrange(8):
            case 0:
                return tree[:place] + tree[place + 1 :]
            case 1:
                return tree[:place] + [tree[place]] * choose.choice((2, 3, 50)) + tree[place:]
            case _:
                return [*tree[:place], _mutated(tree[place], choose), *tree[place + 1 :]]
    return value(choose, tree)


def value(choose: Random, before: Any = None) -> Any:
    """A value in the place of another, of the same type as a rule."""
    kind = choose.random()
    if isinstance(before, str) and kind < 0.7:
        return choose.choice((*STRINGS, before + choose.choice(STRINGS), before[:-1], before.upper()))
    if isinstance(before, int | float) and kind < 0.7:
        return choose.choice((*NUMBERS, before + 1, -before, before * 1000))
    if kind < 0.75:
        return choose.choice((_DEEP, _DEEPEST, [[[1]]], {"a": {"a": {}}}))
    return choose.choice((*STRINGS, *NUMBERS, [], {}, [1, 2], {"a": 1}))


def _doubled(written: str, choose: Random) -> str:
    """Write one key twice, with two values."""
    keys = [*re.finditer(r'"[^"\\]+": (?=[^{\[])', written)]
    if not keys:
        return written
    one = choose.choice(keys)
    again = f"{one[0]}{json.dumps(choose.choice((0, 'x', None)))}, "
    return written[: one.start()] + again + written[one.start() :]


def text_changed(data: bytes, choose: Random) -> bytes:
    """Change words, numbers and lines of a text; or its bytes."""
    if choose.random() < 0.3:
        return changed(data, choose)
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(choose.choice((1, 1, 2, 4))):
        text = _line(text, choose) if choose.random() < 0.3 else _word(text, choose)
    return text.encode("utf-8", "surrogateescape" if choose.random() < 0.9 else "surrogatepass")[: 1 << 18]


_WORDS = (
    *(one for one in STRINGS if one != "\ud800"), *map(str, NUMBERS[:12]), "9" * 5000, "0x" + "f" * 5000,
    "inf", "-inf", "1979-05-27", "9999-99-99", "'", '"', '"""', "[", "]", "[[", "]]", "[" * 3000, "{a=" * 400,
    "=", ".", "#", ",", ";", "\t", "\n", "\x0b", "\x1c", "\x85", "\ufeff", "\u0663", "1_0", "a.b.c",
)  # fmt: skip


def _word(text: str, choose: Random) -> str:
    words = [*_CHARACTERS.finditer(text)]
    if not words:
        return choose.choice(_WORDS)
    one, new = choose.choice(words), choose.choice(_WORDS)
    if one[0].startswith('"') and choose.random() < 0.7:
        new = json.dumps(new, ensure_ascii=choose.random() < 0.5) if choose.random() < 0.7 else f'"{new}"'
    before = one[0] if choose.random() < 0.2 else ""
    return text[: one.start()] + before + new + text[one.end() :]


def _line(text: str, choose: Random) -> str:
    lines = text.split("\n")
    place = choose.randrange(len(lines))
    match choose.randrange(4):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, choose.choice(lines))
        case 2:
            lines.insert(place, choose.choice(_WORDS))
        case _:
            lines[place] = lines[place] * choose.choice((2, 30))
    return "\n".join(lines)
