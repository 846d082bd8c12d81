"""Answers that cost much and change slowly, kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hub.kernel.clock import Clock

__all__ = ["Kept"]

T = TypeVar("T")


class Kept:
    """Each answer is asked for once in `age`, however many visitors wait for it."""

    def __init__(self, clock: Clock, age: timedelta) -> None:
        self._clock = clock
        self._age = age
        self._held: dict[str, tuple[datetime, Any]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer kept under `name`, asked anew once it is too old."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            now, held = self._clock.now(), self._held.get(name)
            if held is not None and now - held[0] < self._age:
                answer: T = held[1]
                return answer
            answer = await ask()
            self._held[name] = (now, answer)
            return answer
