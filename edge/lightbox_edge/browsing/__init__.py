"""Going through a long worklist: the films of a reading mode page by page, filtered, counted, found again."""

from lightbox_edge.browsing.filters import Filter
from lightbox_edge.browsing.marks import Counts
from lightbox_edge.browsing.pages import Pages

__all__ = ["Counts", "Filter", "Pages"]
