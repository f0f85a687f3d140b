"""What was found stays found: each seed is a made file that a parser failed on, and what it must say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from tests.fuzz.judging import judge
from tests.fuzz.targets import BY_NAME

SEEDS = Path(__file__).parent / "seeds"
SAID = tomllib.loads((SEEDS / "said.toml").read_text("utf-8"))


@pytest.mark.parametrize("seed", sorted(seed for seed in SAID if seed.partition("/")[0] in BY_NAME))
def test_a_seed_says_its_sentence(seed: str) -> None:
    target, data = BY_NAME[seed.partition("/")[0]], (SEEDS / seed).read_bytes()
    try:
        said = [*target.read(data)]
    except LightboxError as error:
        said = [str(error)]
    assert re.search(SAID[seed], " ".join(said)), said
    assert judge(target, data) is None


def test_every_seed_is_small_and_named() -> None:
    found = {str(seed.relative_to(SEEDS)): seed for seed in SEEDS.glob("*/*")}
    assert set(found) == set(SAID)
    assert all(seed.stat().st_size < 20_000 for seed in found.values())
