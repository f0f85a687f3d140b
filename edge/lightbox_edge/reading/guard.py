"""Other people's decoders, kept from speaking: no warning, no log line, no exception of theirs gets out."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from lightbox_edge.errors import LightboxError, OutOfMemory, UnreadableImage

_TOO_LARGE = "The picture needs more memory than this computer has free: close other programs and try again."
_DECODERS = ("pydicom", "PIL", "openjpeg", "highdicom")  # the last one writes, and logs patients' names


@contextmanager
def guarded(sentence: str) -> Iterator[None]:
    """Turn whatever a decoder raises in the block into `UnreadableImage` with this one ``sentence``.

    Lightbox's own errors pass. Never put a ``yield`` of a generator into the block: warnings and log
    levels are the process's, and must be as before whenever other code runs. For the same reason one
    process decodes in one thread only.
    """
    loggers = [logging.getLogger(name) for name in _DECODERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except LightboxError:
        raise
    except MemoryError as error:
        raise OutOfMemory(_TOO_LARGE) from error
    except Exception as error:
        raise UnreadableImage(sentence) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
