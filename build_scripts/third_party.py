"""THIRD-PARTY.txt: whose work lies in the frozen program, and under which licences.

It is made from the files that went in, not from a list that someone keeps: each belongs to a Python
distribution (by its record), to Python, or to a package of the system. A file of nobody's, or a distribution
without a licence, ends the build.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

LICENCE_FILES = ("licen", "copying", "notice", "authors", "copyright")
OURS = "lightbox-triage"


class UnknownOrigin(Exception):
    """Something went into the program and nobody says under which licence."""


@dataclass(frozen=True, slots=True)
class Work:
    """One work inside: its licence in a word, and the texts that must travel with it."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]


def third_party(sources: Iterable[Path], root: Path) -> str:
    """The whole text for files of this machine; those under ``root``, the checkout, are our own.

    Raises:
        UnknownOrigin: it names every file that has no known origin or licence.
    """
    owners = {path: one for one in metadata.distributions() for path in _files(one)}
    found: dict[str, Work] = {}
    unknown = []
    for source in sources:
        work = _work(source, owners, root, found)
        if work is None:
            unknown.append(str(source))
        elif work.name != OURS:
            found[work.name] = work
    unknown += [f"{one.name} (no licence text)" for one in found.values() if not one.texts]
    if unknown:
        raise UnknownOrigin("Nobody says under which licence these are: " + ", ".join(sorted(unknown)))
    return _told(sorted(found.values(), key=lambda one: one.name.lower()))


def _work(
    source: Path, owners: dict[Path, metadata.Distribution], root: Path, found: dict[str, Work]
) -> Work | None:
    if source in owners:
        name = owners[source].name
        return found.get(name) or _of_distribution(owners[source])
    if source.is_relative_to(root):
        return Work(OURS, "", "", ("ours",))
    if source.is_relative_to(Path(sys.base_prefix).resolve()) and "site-packages" not in source.parts:
        return found.get("Python") or _python()
    return _of_system(source)


def _files(one: metadata.Distribution) -> Iterator[Path]:
    for file in one.files or ():
        yield Path(str(one.locate_file(file))).resolve()


def _of_distribution(one: metadata.Distribution) -> Work:
    about = one.metadata
    classified = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    short = about["License-Expression"] or about["License"] or ""
    licence = short if 0 < len(short) < 80 else " and ".join(classified) or "see below"
    texts = tuple(
        text.read_text("utf-8", errors="replace").strip()
        for text in sorted({path for path in _files(one) if path.is_file() and _is_licence(path)})
    )
    return Work(one.name, one.version, licence, texts or _published(one.name))


def _is_licence(path: Path) -> bool:
    return path.name.lower().startswith(LICENCE_FILES) and path.suffix not in (".py", ".pyc")


def _published(name: str) -> tuple[str, ...]:
    """The licence of a wheel that forgot to carry it, as its project publishes it."""
    kept = Path(__file__).parent / "licences" / f"{name}.txt"
    return (kept.read_text("utf-8").strip(),) if kept.exists() else ()


def _python() -> Work:
    texts = (
        path.read_text("utf-8").strip()
        for path in Path(sys.base_prefix).rglob("LICENSE.txt")
        if "site-packages" not in path.parts
    )
    return Work("Python", sys.version.split()[0], "PSF-2.0", tuple(texts)[:1])


def _of_system(source: Path) -> Work | None:
    """A shared library of a Debian system; other systems bring theirs with Python or in wheels."""
    if not shutil.which("dpkg-query"):
        return None
    asked = (source, Path("/", *source.parts[2:])) if source.parts[:2] == ("/", "usr") else (source,)
    for path in asked:  # a merged /usr: the package may know the file under its old place
        answer = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            package = answer.stdout.partition(":")[0]
            version = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
            ).stdout
            text = Path("/usr/share/doc", package, "copyright")
            texts = (text.read_text("utf-8", errors="replace").strip(),) if text.exists() else ()
            return Work(f"{package} (Debian)", version, "see below", texts)
    return None


def _told(works: list[Work]) -> str:
    head = [
        "What Lightbox's program carries of other people's work, with thanks.",
        "Made from the files that went into it. Lightbox itself: LICENSE; each bundle: its own LICENCES.md.",
        "",
        *(f"{one.name:<28} {one.version:<24} {one.licence}" for one in works),
    ]
    told = "\n".join(head)
    for one in works:
        rule = "=" * 78
        told += f"\n\n{rule}\n{one.name} {one.version}\n{rule}\n\n" + "\n\n".join(one.texts)
    return told + "\n"
