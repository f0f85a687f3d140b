"""Where on a film, and how large: lungs and heart, and masks of findings, with no box drawn by hand.

A finding's similarity map gives a box, the bundle's segmenter a mask from that box, and the mask is shown
only if nothing speaks against it. `Outliner` takes films this way; each step is a module of its own.
"""

from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.regions.finder import RegionFinder, Wanted
from lightbox_edge.regions.outliner import FilmRegions, Outliner
from lightbox_edge.regions.records import Region

__all__ = ["EmbeddingStore", "FilmRegions", "Outliner", "Region", "RegionFinder", "Wanted"]
