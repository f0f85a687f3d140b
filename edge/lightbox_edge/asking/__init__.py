"""Words asked of one film, and films that are like it; on demand, and never a part of any triage.

`Asker` answers words with a probability and a place, `SimilarFilms` finds a worklist's films whose features
have the highest cosine. Neither is validated, and both say so.
"""

from lightbox_edge.asking.asker import Asker
from lightbox_edge.asking.reply import CoarseMap, Reply
from lightbox_edge.asking.similar import Nearest, SimilarFilm, SimilarFilms

__all__ = ["Asker", "CoarseMap", "Nearest", "Reply", "SimilarFilm", "SimilarFilms"]
