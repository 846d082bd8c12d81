"""Drawings that go on when nobody waits for them any more: asked for again, they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from graphics.errors import StillDrawing
from hub.kernel.errors import Words

__all__ = ["Easel"]

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Running:
    task: asyncio.Task[Any]
    since: float  # of the loop's clock


class Easel:
    """Each drawing once, however many ask for it. The typesetter runs in a thread, which nothing
    can stop: what it makes belongs to whoever asks next."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _Running] = {}

    async def once(
        self, key: Hashable, make: Callable[[], Awaitable[V]], within: float | None = None
    ) -> V:
        """What `make` gives, which names the same thing under the same key.

        `within`: seconds since it was begun, by whomever, after which somebody is not kept waiting;
        raises StillDrawing then, and what `make` raises.
        """
        running = self._running.get(key) or self._begin(key, make)
        if within is not None:
            left = within - (asyncio.get_running_loop().time() - running.since)
            await asyncio.wait({running.task}, timeout=max(0.0, left))
            if not running.task.done():
                raise _still()
        found: V = await asyncio.shield(running.task)
        return found

    def _begin(self, key: Hashable, make: Callable[[], Awaitable[Any]]) -> _Running:
        running = _Running(asyncio.ensure_future(_made(make)), asyncio.get_running_loop().time())
        self._running[key] = running

        def ended(task: asyncio.Task[Any]) -> None:
            del self._running[key]
            if not task.cancelled():
                task.exception()  # whoever waited has it; nobody may have

        running.task.add_done_callback(ended)
        return running


async def _made(make: Callable[[], Awaitable[V]]) -> V:
    return await make()


def _still() -> StillDrawing:
    return StillDrawing(
        Words("图还在画：机器正忙", "still being drawn: the machine is busy"),
        field="picture",
        remedy=Words("稍候再看，画好即显示", "look again in a moment; it goes on being drawn"),
    )
