"""What people decide on films: kept for good, in a chain, by reader; `Review` is the way in."""

from lightbox_edge.decisions.log import DecisionLog, verify
from lightbox_edge.decisions.modes import Mode
from lightbox_edge.decisions.readers import Readers
from lightbox_edge.decisions.records import Answer, Decision
from lightbox_edge.decisions.reviewing import Review
from lightbox_edge.decisions.rows import ReviewRow
from lightbox_edge.decisions.standing import FilmStanding

__all__ = [
    "Answer",
    "Decision",
    "DecisionLog",
    "FilmStanding",
    "Mode",
    "Readers",
    "Review",
    "ReviewRow",
    "verify",
]
