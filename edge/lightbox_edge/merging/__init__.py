"""Worklists that travelled, joined into one: films, rows, decisions and readers of all, each once."""

from lightbox_edge.merging.merging import merge
from lightbox_edge.merging.records import Disputed, Merged, Origin

__all__ = ["Disputed", "Merged", "Origin", "merge"]
