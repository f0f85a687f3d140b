"""A crash writes no core file: it would hold the films that were open, and the key of the worklist."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def leave_no_core() -> None:
        """Windows keeps none of its own accord."""

else:
    import resource

    def leave_no_core() -> None:
        """For this process and its children."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
