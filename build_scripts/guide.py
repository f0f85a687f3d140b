"""The quick guide: one printed page, picture by picture, in each language; pictures of the real screens.

    python build_scripts/guide.py --bundle bundles/chest-open --samples samples --out guide

Samples are named as the pictures show them, so this runs in the folder that they lie in.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from guide_pictures import Pictures, judged_samples, pictures

from lightbox_edge import open_bundle
from lightbox_edge.languages import Language, languages, load_language
from lightbox_edge.page import whole_page

STYLE = """
.steps { display: grid; grid-template-columns: 1fr 1fr; gap: 1.1rem 1.4rem; padding: 0; list-style: none; }
.steps li { margin: 0; max-width: none; break-inside: avoid; }
.steps b { font-size: 1.3em; margin-right: .4rem; }
.steps svg, .terminal { width: 100%; border-radius: 8px; margin-top: .4rem; }
.terminal { background: #121212; color: #e0e0e0; padding: .8rem 1rem; white-space: pre-wrap;
  font: .7rem/1.5 "DejaVu Sans Mono", Consolas, monospace; }
@media print {
  @page { size: A4; margin: 9mm; }
  body { font-size: 9.5pt; line-height: 1.35; }
  .steps { gap: .7rem 1rem; }
}
"""
START = {"linux": "sh start-linux.sh", "win32": "start-windows.bat"}[sys.platform]


def guide(say: Language, code: str, shown: Pictures) -> Iterator[str]:
    """The lines of the page."""
    question = say("Which folder has the X-rays? Type it, or drag it into this window, and press Enter.")
    opening = say(
        "Open the folder of the stick. Linux: a terminal there, and this line. "
        "Windows: click twice on start-windows.bat."
    )
    listed = say("The films that a person must look at first stand on top. Arrow keys choose, Enter opens.")
    explained = say(
        "Beside the film stands why it was flagged. "
        "The key o opens the full picture: this one is too coarse to read."
    )
    deciding = say(
        "You decide: a agrees, d disagrees, r refers the patient, u takes it back. ? shows all keys."
    )
    failing = say(
        "The power failed? Nothing is lost: start again, and it goes on where it stopped. "
        "This line makes a report to print:"
    )
    steps = (
        (opening, _terminal(f"$ {START}")),
        (
            say("Name the folder with the X-rays, or drag it into the window."),
            _terminal(f"{question}\n> /media/camera"),
        ),
        (listed, shown.worklist),
        (explained, shown.film),
        (deciding, shown.decided),
        (failing, _terminal(f"$ {START} report --format pdf --out films.pdf")),
    )
    title = say("Lightbox, step by step")
    limits = (
        say("No medical device and no diagnosis: a person decides on every film."),
        say("A film that is not flagged is not a healthy film."),
    )
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p><strong>{escape(' '.join(limits))}</strong></p>",
        '<ol class="steps">',
        *(f"<li><b>{at}</b>{escape(told)}{picture}</li>" for at, (told, picture) in enumerate(steps, 1)),
        "</ol>",
    ]
    yield from whole_page(title, code, STYLE, body)


def _terminal(text: str) -> str:
    return f'<pre class="terminal">{escape(text)}</pre>'


def write_guides(bundle: Path, samples: Path, out: Path) -> None:
    """Write ``guide-CODE.html`` for each language into a folder that is there."""
    opened = open_bundle(bundle)
    with tempfile.TemporaryDirectory() as place:
        judged = Path(place, "judged")
        judged_samples(samples, opened, judged)
        for code in languages():
            say, copy = load_language(code), Path(place, code)
            shutil.copy(judged, copy)
            page = guide(say, code, asyncio.run(pictures(copy, opened, say)))
            (out / f"guide-{code}.html").write_text("\n".join(page), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bundle", type=Path, required=True, help="judges the samples of the pictures")
    parser.add_argument("--samples", type=Path, required=True, help="the films in the pictures")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    arguments = parser.parse_args()
    write_guides(arguments.bundle, arguments.samples, arguments.out)


if __name__ == "__main__":
    main()
