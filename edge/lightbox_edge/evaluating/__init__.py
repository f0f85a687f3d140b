"""Labelled films in, measured figures out: how far a bundle can be believed on a clinic's own cases."""

from lightbox_edge.evaluating.evaluation import evaluate
from lightbox_edge.evaluating.records import Evaluation

__all__ = ["Evaluation", "evaluate"]
