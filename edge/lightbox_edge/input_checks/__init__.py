"""What must not be judged is told before it is scored, with a coded reason in words.

One check a file, each a function of what was `Seen` that gives a `Reason` or None. They need no bundle; what
depends on one (its age group, the distance of its image_features) is decided in `lightbox_edge.judging`.
"""

from lightbox_edge.input_checks.checking import Checked, examine
from lightbox_edge.input_checks.reason import Reason, codes

__all__ = ["Checked", "Reason", "codes", "examine"]
