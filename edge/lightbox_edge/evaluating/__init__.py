"""Labelled films in, measured figures out: how far a bundle can be believed on a clinic's own cases."""

from lightbox_edge.evaluating.cases import Case, Cases, read_cases
from lightbox_edge.evaluating.evaluation import evaluate
from lightbox_edge.evaluating.films import Load, as_screened
from lightbox_edge.evaluating.records import Evaluation

__all__ = ["Case", "Cases", "Evaluation", "Load", "as_screened", "evaluate", "read_cases"]
