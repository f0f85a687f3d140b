"""Waiting for what another thread makes, without a screen that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TypeVar

from textual.dom import DOMNode

from lightbox_edge import LightboxError

T = TypeVar("T")


def wait_for(
    node: DOMNode,
    start: Callable[[], Future[T]],
    show: Callable[[T], None],
    tell: Callable[[str], None],
    group: str,
) -> None:
    """Start something and show what comes of it, or tell in one sentence why nothing does.

    The last one of a group counts: what was waited for before is forgotten. What is there already is shown
    at once.
    """
    node.workers.cancel_group(node, group)
    try:
        future = start()
        if future.done():
            show(future.result())
            return
    except LightboxError as error:
        tell(str(error))
        return

    async def wait() -> None:
        try:
            made = await asyncio.shield(asyncio.wrap_future(future))
        except LightboxError as error:
            tell(str(error))
        except CancelledError:
            return
        else:
            show(made)

    node.run_worker(wait(), group=group, exclusive=True)
