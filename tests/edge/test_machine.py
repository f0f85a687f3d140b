"""What a machine says of itself, from the real words of several kernels."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil
import pytest

from lightbox_edge import machine
from lightbox_edge.machine import CPUINFO, FLAGS, Cpu, parse_cpuinfo, read_cpu, read_memory

# Shortened: the flags that matter here with some of their neighbours, and the first lines of a second CPU.
HASWELL = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 69
model name\t: Intel(R) Core(TM) i5-4200U CPU @ 1.60GHz
cpu MHz\t\t: 1596.375
flags\t\t: fpu vme de sse sse2 ssse3 fma sse4_1 sse4_2 movbe popcnt aes xsave avx f16c bmi1 avx2 smep bmi2
vmx flags\t: vnmi preemption_timer avx512_vnni_is_no_flag_of_the_cpu

processor\t: 1
model name\t: another
flags\t\t: fpu avx512_vnni
"""
ALDER_LAKE = """processor\t: 0
model name\t: 12th Gen Intel(R) Core(TM) i5-1235U
flags\t\t: fpu sse4_2 avx f16c avx2 smep bmi2 erms sha_ni xsaveopt avx_vnni umip pku waitpkg gfni vaes
"""
CASCADE_LAKE = """processor\t: 0
model name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz
flags\t\t: fpu avx avx2 avx512f avx512dq avx512cd avx512bw avx512vl xsaveopt pku ospke avx512_vnni md_clear
"""
SKYLAKE_X = """processor\t: 0
model name\t: Intel(R) Core(TM) i9-7900X CPU @ 3.30GHz
flags\t\t: fpu avx avx2 avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd avx512bw avx512vl
"""
# ARM names no model; a Raspberry Pi names its board, after the CPUs.
NEOVERSE = """processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer\t: 0x41
CPU part\t: 0xd0c
CPU revision\t: 1
"""
PI_4 = """processor\t: 0
Features\t: fp asimd evtstrm crc32 cpuid
CPU part\t: 0xd08

Revision\t: c03115
Model\t\t: Raspberry Pi 4 Model B Rev 1.5
"""


@pytest.mark.parametrize(
    ("text", "architecture", "cpu", "saturates"),
    [
        (HASWELL, "x86_64", Cpu("Intel(R) Core(TM) i5-4200U CPU @ 1.60GHz", "x86_64", ("avx2",)), True),
        (
            ALDER_LAKE,
            "x86_64",
            Cpu("12th Gen Intel(R) Core(TM) i5-1235U", "x86_64", ("avx2", "avx_vnni")),
            False,
        ),
        (
            CASCADE_LAKE,
            "x86_64",
            Cpu(
                "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz",
                "x86_64",
                ("avx2", "avx512f", "avx512_vnni"),
            ),
            False,
        ),
        (
            SKYLAKE_X,
            "x86_64",
            Cpu("Intel(R) Core(TM) i9-7900X CPU @ 3.30GHz", "x86_64", ("avx2", "avx512f")),
            True,
        ),
        (NEOVERSE, "aarch64", Cpu("CPU part 0xd0c", "aarch64", ("asimd", "asimddp")), False),
        (PI_4, "aarch64", Cpu("Raspberry Pi 4 Model B Rev 1.5", "aarch64", ("asimd",)), False),
        ("", "x86_64", Cpu("unknown CPU", "x86_64", ()), True),
        ("no colon\n: no key\nflags\n", "riscv64", Cpu("unknown CPU", "riscv64", ()), True),
    ],
    ids=["Haswell", "Alder Lake", "Cascade Lake", "Skylake-X", "Neoverse", "Pi 4", "empty", "nonsense"],
)
def test_a_cpu_is_told_from_cpuinfo(text: str, architecture: str, cpu: Cpu, saturates: bool) -> None:
    parsed = parse_cpuinfo(text, architecture)
    assert parsed == cpu
    assert parsed.saturates is saturates


@pytest.mark.skipif(not CPUINFO.exists(), reason="Linux has it")
def test_this_machine_says_what_the_kernel_says() -> None:
    flags = {
        flag
        for line in CPUINFO.read_text().splitlines()
        if line.startswith(("flags", "Features"))
        for flag in line.split(":")[1].split()
    }
    assert set(read_cpu().flags) == flags & set(FLAGS)
    assert read_cpu().architecture == platform.machine()


def test_without_cpuinfo_nothing_is_taken_for_granted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "nothing")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert read_cpu() == Cpu("unknown CPU", platform.machine().lower(), ())


@pytest.mark.skipif(platform.machine() != "x86_64" or os.name != "posix", reason="it asks an x86 CPU")
def test_the_way_of_windows_finds_what_linux_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Archspec runs the CPUID instruction, here as there; it knows AVX-VNNI, which numpy does not."""
    expected = read_cpu()
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    found = read_cpu()
    assert (found.name, found.flags) == (expected.name, expected.flags)
    assert found.architecture == "amd64"
    assert found.saturates is expected.saturates


def test_a_system_that_forbids_asking_is_on_the_safe_side(monkeypatch: pytest.MonkeyPatch) -> None:
    from archspec.cpu import detect

    def forbidden() -> None:
        raise MemoryError("Could not allocate RWX memory")

    monkeypatch.setattr(detect, "CPUID", forbidden)
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    with pytest.warns(UserWarning, match="RWX"):
        assert detect.detected_info().features == set()
    found = read_cpu()
    assert found.flags == ()
    assert found.saturates


def test_memory_is_what_the_system_says() -> None:
    memory = read_memory()
    assert memory.total == psutil.virtual_memory().total
    assert 0 < memory.available < memory.total
