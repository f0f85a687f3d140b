"""Whether the terminal is still there.

Who closes a window ends what runs in it (SIGHUP), but for a program that does not belong to the terminal or
was told to outlive it. Such a one reads the end of its input for ever, at full speed, and holds the worklist.
"""

from __future__ import annotations

import select
import sys

_SUPPORTED = hasattr(select, "poll")  # not on Windows, where a closed console ends its programs


def terminal_is_gone() -> bool:
    """Whether the terminal that keys come from has been closed; False where that cannot be known."""
    if not _SUPPORTED or sys.__stdin__ is None:
        return False
    try:
        keyboard = sys.__stdin__.fileno()
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(keyboard, select.POLLIN)
    return any(what & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, what in poll.poll(0))
