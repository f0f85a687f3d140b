"""Make ``looks.npz``, which the edge's input checks read.

python -m lightbox_export.looks --data open-x-rays --out edge/lightbox_edge/input_checks/looks.npz
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lightbox_edge.durable import write_durably
from lightbox_export.looks.films import read_training_films
from lightbox_export.looks.fit import fit_looks


def main() -> None:
    """Read the films, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the open X-ray collection")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    write_durably(arguments.out, fit_looks(read_training_films(arguments.data)).npz())


if __name__ == "__main__":
    main()
