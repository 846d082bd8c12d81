"""Permits that processes share, taken for all deliveries of this process that ask at the moment.

A delivery of its own costs two calls for each window, and hundreds of deliveries ask at once: more
than there are connections, and on a busy machine the wait for one of ours looked like a Redis that
is away. Together they cost two calls a window, however many they are.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from limits import RateLimitItem

from hub.publishing.scopes import kept_for_emergencies

__all__ = ["MOMENT", "Permits", "Window"]

MOMENT = 0.05  # seconds: the shortest wait, and the one after another process was quicker
_LARGEST_GROUP = 256
_CALLS_AT_ONCE = 32

Window = tuple[RateLimitItem, str]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Asking:
    windows: Sequence[Window]
    urgent: bool
    wait: asyncio.Future[float]


class Permits:
    """`state` says of a window in how many seconds a permit comes back and how many are left;
    `hit` takes so many at once, or none and says so."""

    def __init__(
        self,
        state: Callable[[Window], Awaitable[tuple[float, int]]],
        hit: Callable[[Window, int], Awaitable[bool]],
    ) -> None:
        self._state = state
        self._hit = hit
        self._asking: list[_Asking] = []
        self._serving: asyncio.Task[None] | None = None
        self._calls = asyncio.Semaphore(_CALLS_AT_ONCE)

    async def take(self, windows: Sequence[Window], urgent: bool) -> float:
        """One permit of every window; or the seconds to wait. Raises what a call raised, for all
        who asked meanwhile: one proof is enough that nobody answers."""
        wait: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._asking.append(_Asking(windows, urgent, wait))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve(), name="permits")
        return await wait

    async def _serve(self) -> None:
        try:
            while self._asking:
                group = self._asking[:_LARGEST_GROUP]
                del self._asking[:_LARGEST_GROUP]
                try:
                    await self._answer(group)
                except Exception as error:
                    group += self._asking
                    self._asking.clear()
                    for one in group:
                        if not one.wait.done():
                            one.wait.set_exception(error)
        finally:
            self._serving = None

    async def _answer(self, group: Sequence[_Asking]) -> None:
        windows = list(dict.fromkeys(window for one in group for window in one.windows))
        states = dict(zip(windows, await self._each(windows, self._state), strict=True))
        wanted: Counter[Window] = Counter()
        going: list[_Asking] = []
        for one in sorted(group, key=lambda asking: not asking.urgent):
            full = next((w for w in one.windows if _full(w, states[w][1] - wanted[w], one)), None)
            if full is None:
                wanted.update(one.windows)
                going.append(one)
            else:
                _tell(one, max(MOMENT, states[full][0]))
        took = await self._each(wanted.items(), lambda want: self._hit(*want))
        missed = {window for window, well in zip(wanted, took, strict=True) if not well}
        for (
            one
        ) in going:  # whoever missed a permit, because another process was quicker, asks again
            _tell(one, 0.0 if missed.isdisjoint(one.windows) else MOMENT)

    async def _each(self, given: Iterable[T], call: Callable[[T], Awaitable[R]]) -> list[R]:
        async def in_turn(one: T) -> R:
            async with self._calls:
                return await call(one)

        return await asyncio.gather(*(in_turn(one) for one in given))


def _full(window: Window, left: int, one: _Asking) -> bool:
    return left <= (0 if one.urgent else kept_for_emergencies(window[0].amount))


def _tell(one: _Asking, wait: float) -> None:
    if not one.wait.done():  # whoever asked may have gone
        one.wait.set_result(wait)
