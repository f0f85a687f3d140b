"""Who outlines the films of a report: the bundle that judged them, at the precision at which it did."""

from __future__ import annotations

from lightbox_edge.backends import usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.manifest import Precision
from lightbox_edge.regions import EmbeddingStore, Outliner, Wanted


def outliner_of(bundle: Bundle | None, precision: Precision | None) -> Outliner | None:
    """Finds organs and findings; None where there is no bundle, or it judged nothing.

    Raises:
        LightboxError: see `Outliner`.
    """
    if bundle is None or precision is None:
        return None
    return Outliner(bundle, Wanted(), EmbeddingStore(None), precision=precision, threads=usable_cpus())
