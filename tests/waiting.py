"""Waiting for what nobody tells: a database, a file, another process."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable

__all__ = ["until"]


async def until(
    condition: Callable[[], object], seconds: float = 60.0, *, every: float = 0.005
) -> None:
    """Return when `condition`, which may be a coroutine function, holds; looks `every` so many
    seconds, and raises TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while True:
            held = condition()
            if inspect.isawaitable(held):
                held = await held
            if held:
                return
            await asyncio.sleep(every)
