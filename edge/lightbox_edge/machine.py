"""The machine Lightbox runs on: its CPU, what that can do with INT8, its memory.

On Linux the kernel's own /proc/cpuinfo is read. Elsewhere archspec (Apache-2.0 or MIT, 0.1 MB) asks the CPU
itself or macOS; py-cpuinfo was not taken, for it starts a process to do so and does not know AVX-VNNI.
ONNX Runtime tells no flags, OpenVINO says "INT8" of every CPU, and numpy's list lacks AVX-VNNI. What cannot
be found out is taken as not there, which is the safe side.
"""

from __future__ import annotations

import platform
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

# What matters to INT8, by the kernel's names: x86, then ARM.
FLAGS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "amx_int8", "asimd", "asimddp", "i8mm")
_VNNI = frozenset({"avx_vnni", "avx512_vnni", "amx_int8"})
_ARM = ("aarch64", "arm64", "armv8l")


@dataclass(frozen=True, slots=True)
class Cpu:
    """A CPU: ``architecture`` as Python names it, in small letters, and those of `FLAGS` that it has."""

    name: str
    architecture: str
    flags: tuple[str, ...]

    @property
    def saturates(self) -> bool:
        """Whether INT8 sums may be cut off at 16 bits (VPMADDUBSW): x86 without VNNI, or who knows what."""
        return self.architecture not in _ARM and _VNNI.isdisjoint(self.flags)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of physical memory, and how many of them a new program can have now."""

    total: int
    available: int


def read_cpu() -> Cpu:
    """The CPU of this machine; it never fails, and what is not known is not there."""
    architecture = platform.machine().lower()
    if platform.system() == "Linux":
        try:
            text = CPUINFO.read_text("utf-8", errors="replace")
        except OSError:
            text = ""
        return parse_cpuinfo(text, architecture)
    return _ask_archspec(architecture)


def parse_cpuinfo(text: str, architecture: str) -> Cpu:
    """The first CPU of a /proc/cpuinfo; boards with an ARM name the board or a part number instead."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    part = f"CPU part {fields['CPU part']}" if fields.get("CPU part") else ""
    name = fields.get("model name") or fields.get("Model") or fields.get("Hardware") or part
    flags = f"{fields.get('flags', '')} {fields.get('Features', '')}".split()
    return Cpu(name or "unknown CPU", architecture, _that_matter(flags))


def read_memory() -> Memory:
    """The memory of this machine."""
    # Imported here: it takes 30 ms, and most runs measure nothing.
    import psutil  # type: ignore[import-untyped]  # it ships none

    memory = psutil.virtual_memory()
    return Memory(int(memory.total), int(memory.available))


def _ask_archspec(architecture: str) -> Cpu:
    try:
        from archspec.cpu.detect import brand_string, detected_info

        name, flags = brand_string(), detected_info().features
    except Exception:  # it runs the CPU's own instruction, which a system may forbid in many ways
        name, flags = None, frozenset()
    return Cpu((name or "").strip() or "unknown CPU", architecture, _that_matter(flags))


def _that_matter(flags: Collection[str]) -> tuple[str, ...]:
    return tuple(flag for flag in FLAGS if flag in flags)
