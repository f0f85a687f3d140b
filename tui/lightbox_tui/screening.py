"""What is told of a screening that runs beside the review."""

from __future__ import annotations

from typing import Protocol

from lightbox_edge.languages import Language


class Screening(Protocol):
    """A screening in another process."""

    @property
    def is_running(self) -> bool:
        """Whether films may still come."""

    @property
    def error(self) -> str:
        """The sentence with which it failed; empty where it did not."""


def screening_line(screening: Screening, say: Language) -> str:
    """One line on how it stands."""
    if screening.is_running:
        return say("Screening goes on: films appear as they are judged.")
    if screening.error:
        return say("Screening has stopped: {error}", error=screening.error)
    return say("Screening is done.")
