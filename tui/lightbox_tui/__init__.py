"""The review screens, a front end over `lightbox_edge`."""

from lightbox_tui.review import ReviewApp

__all__ = ["ReviewApp"]
