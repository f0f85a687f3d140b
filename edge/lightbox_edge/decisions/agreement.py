"""How far readers agree with each other and with the machine: Cohen's kappa on "there is something"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from lightbox_edge.cases import Case
from lightbox_edge.decisions.records import Conclusion, MachineView
from lightbox_edge.decisions.standing import FilmStanding, Standings
from lightbox_edge.evaluating.readers import Agreement, agreements
from lightbox_edge.results import Triage

_SOMETHING = "something"
_MEANS: Mapping[Conclusion, bool] = {"abnormal": True, "normal": False}
_SAYS: Mapping[Triage, bool] = {"flagged": True, "not flagged": False}


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands in a worklist: films decided on, those in dispute or settled, answers, agreement.

    ``between_readers`` and ``with_machine`` rest on the films where both said that there is something or
    that there is nothing; refer, repeat and cannot tell say neither. ``blind`` counts the readings that
    were made before the machine's view was seen: only these are independent of it.
    """

    films: int
    disputed: int
    arbitrated: int
    answers: Mapping[str, int]
    blind: int
    between_readers: tuple[Agreement, ...]
    with_machine: tuple[Agreement, ...]


def summarize(standings: Standings) -> Summary:
    """Count what stands now; each reader by the latest decision on each film, arbitrations left out."""
    films = {film: standings.of(film) for film in standings.films()}
    readings = [one for film in films.values() for one in film.readings]
    cases = [_case(sha256, film) for (sha256, _), film in films.items()]
    readers = sorted({one.reader for one in readings})
    machines = sorted({_name(one.machine) for one in readings})
    return Summary(
        len(films),
        sum(film.is_disputed for film in films.values()),
        sum(bool(film.arbitrations) for film in films.values()),
        Counter(one.answer for one in readings),
        sum(one.blind for one in readings),
        agreements(cases, _SOMETHING, readers),
        tuple(
            pair
            for reader, machine in product(readers, machines)
            for pair in agreements(cases, _SOMETHING, (reader, machine))
        ),
    )


def _case(sha256: str, film: FilmStanding) -> Case:
    """A film with what each reader says of it, and each machine whose view a reader had."""
    said = {one.reader: {_SOMETHING: _MEANS.get(one.conclusion)} for one in film.readings}
    machines = {_name(one.machine): {_SOMETHING: _SAYS.get(one.machine.triage)} for one in film.readings}
    return Case(Path(sha256), sha256, machines | said)


def _name(machine: MachineView) -> str:
    return " ".join(part for part in (machine.bundle, machine.version, machine.precision) if part)
