"""Which groups a film belongs to, by what the table or else the film's own header says of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from lightbox_edge.case_table import years
from lightbox_edge.cases import Case
from lightbox_edge.radiograph import Header

GROUPED_BY = ("sex", "age", "view", "dataset")
NOT_STATED = "not stated"
AGE_BANDS = ((18, "under 18"), (40, "18 to 39"), (65, "40 to 64"), (150, "65 and over"))
SEXES = {"FEMALE": "F", "MALE": "M"}

Groups = dict[str, str]


def groups_of(case: Case, header: Header) -> Groups:
    """The film's group by sex, age, view and dataset."""
    sex = (case.sex or header.PatientSex).strip().upper()
    view = (case.view or header.ViewPosition).strip().upper()
    return {
        "sex": SEXES.get(sex, sex) or NOT_STATED,
        "age": _age_band(case.age or header.PatientAge),
        "view": view or NOT_STATED,
        "dataset": case.dataset or NOT_STATED,
    }


def _age_band(age: str) -> str:
    with suppress(ValueError):  # a header may say anything
        return next(name for end, name in AGE_BANDS if years(age.strip()) < end)
    return NOT_STATED


def names_of_groups(by: str, groups: Sequence[Groups]) -> list[str]:
    """The groups that there are, in their order; none where all films are in one."""
    found = {one[by] for one in groups}
    if len(found) < 2:
        return []
    ages = [name for _, name in AGE_BANDS]
    order = [*(ages if by == "age" else sorted(found - {NOT_STATED})), NOT_STATED]
    return [name for name in order if name in found]
