"""What a label mined from a report is worth, told by the films that radiologists read again.

Of 53 films mined as "No Finding" 34 were not normal to the RSNA's readers, and of those mined as
"Pneumonia" 20 % were. So where nobody read a film again, its target is the share that the readers found
among re-read training films with its labels (soft labels for annotators who err: Rolnick et al., 2017;
Northcutt et al., 2021).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Row = Mapping[str, str]
# Films at the overall share that each label is given beside its own, for some were re-read twice or thrice.
PRIOR = 2


def mined_labels(row: Row) -> set[str]:
    """The ChestX-ray14 labels of a row of labels.csv, "No Finding" among them."""
    return set(row["labels"].replace("|", ";").split(";"))


def shares_found(rows: Iterable[Row], classes: Sequence[str]) -> dict[str, float]:
    """By mined label, the share of re-read films that the readers put into one of ``classes``.

    Args:
        rows: of labels.csv, those of the training part alone.
        classes: RSNA classes that mean that the finding is there.

    Returns:
        Nothing for a label that no row was re-read with.
    """
    read: Counter[str] = Counter()
    found: Counter[str] = Counter()
    films = positives = 0
    for row in rows:
        if row["rsna_class"]:
            there = row["rsna_class"] in classes
            films, positives = films + 1, positives + there
            read.update(mined_labels(row))
            found.update(mined_labels(row) if there else ())
    overall = positives / max(1, films)
    return {label: (found[label] + PRIOR * overall) / (count + PRIOR) for label, count in read.items()}


def expected_target(labels: Iterable[str], shares: Mapping[str, float]) -> float | None:
    """The mean share of a film's labels; None if no film with any of them was re-read."""
    known = [shares[label] for label in sorted(labels) if label in shares]
    return sum(known) / len(known) if known else None
