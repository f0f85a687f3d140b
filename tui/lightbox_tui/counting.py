"""The lines above the table: how many films, how many of them wait, and what is left out."""

from __future__ import annotations

from lightbox_edge.browsing import Counts, Filter
from lightbox_edge.languages import Language
from lightbox_edge.worklist import TRIAGES
from lightbox_tui.marks import HIDDEN, MARKS


def count_line(counts: Counts, say: Language) -> str:
    """All films of the mode by triage, as far as it may be seen, and by decision."""
    triages = [f"{MARKS[one]} {counts.triage.get(one, 0)}" for one in TRIAGES]
    if counts.hidden:
        triages = [f"{HIDDEN} {counts.hidden} {say('hidden')}", *triages]
    state = counts.state
    decided = [
        say("{count} open", count=state.get("open", 0)),
        say("{count} decided", count=state.get("decided", 0)),
        say("{count} disputed", count=state.get("disputed", 0)),
    ]
    return "  ".join([say("{count} films", count=counts.rows), *triages, "", *decided])


def filter_line(wanted: Filter, shown: int, say: Language) -> str:
    """What is asked for, and how many films that are; empty where all are shown."""
    if wanted == Filter():
        return ""
    words = [say(word) for word in (wanted.triage, wanted.finding, wanted.state) if word]
    words += [word for word in (wanted.reader, wanted.reason) if word]
    if wanted.patient:
        words.append(say("patient has {text}", text=wanted.patient))
    if wanted.text:
        words.append(say("path has {text}", text=wanted.text))
    return say("Filter: {words}: {count} films (Esc: all)", words=", ".join(words), count=shown)
