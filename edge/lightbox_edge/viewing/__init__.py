"""Looking at films: open, window, zoom, draw upon; what a screen shows, without a screen.

`FilmViewer` opens the films of a worklist, `View` says how one is looked at, `render` makes the picture.
"""

from lightbox_edge.viewing.film import Film, Preset, view_of
from lightbox_edge.viewing.looked import Compared, Looked
from lightbox_edge.viewing.marks import Mark, focused
from lightbox_edge.viewing.rendering import render
from lightbox_edge.viewing.showing import open_with_system
from lightbox_edge.viewing.view import Canvas, Overlay, View
from lightbox_edge.viewing.viewer import FilmViewer

__all__ = [
    "Canvas",
    "Compared",
    "Film",
    "FilmViewer",
    "Looked",
    "Mark",
    "Overlay",
    "Preset",
    "View",
    "focused",
    "open_with_system",
    "render",
    "view_of",
]
