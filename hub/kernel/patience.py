"""The same patience for everybody: whoever is not done after so many seconds is called.

A timer of the loop for each of thousands of callbacks a second, nearly none of which ever strikes,
costs more than reading what they say. All wait equally long, so they end in the order in which
they began, and one timer for the oldest of them does for all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

__all__ = ["Limit", "Patience", "Watch"]


class Watch:
    """One wait; `strike` is called when patience is at its end, unless `end` came first."""

    __slots__ = ("due", "strike")

    def __init__(self, due: float, strike: Callable[[], object]) -> None:
        self.due = due
        self.strike: Callable[[], object] | None = strike

    def end(self) -> None:
        self.strike = None


class Patience:
    """For one event loop: `seconds` of its time for each wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watches: deque[Watch] = deque()
        self._armed = False

    def watch(self, strike: Callable[[], object]) -> Watch:
        """Begin to wait. `strike` must not raise."""
        loop = asyncio.get_running_loop()
        watch = Watch(loop.time() + self._seconds, strike)
        self._watches.append(watch)
        if not self._armed:
            self._arm(loop)
        return watch

    def limit(self) -> Limit:
        """A block that raises TimeoutError when it takes longer, as `asyncio.timeout` does."""
        return Limit(self)

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        self._armed = True
        loop.call_at(self._watches[0].due, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        watches = self._watches
        while watches and (watches[0].strike is None or watches[0].due <= now):
            strike = watches.popleft().strike
            if strike is not None:
                strike()
        self._armed = False
        if watches:
            self._arm(loop)


class Limit:
    """See `Patience.limit`; a cancellation that comes from elsewhere stays one."""

    __slots__ = ("_before", "_patience", "_struck", "_task", "_watch")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._struck = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a limit is for what a task does")
        self._task, self._before = task, task.cancelling()
        self._watch = self._patience.watch(self._strike)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.end()
        ours = self._struck and self._task.uncancel() <= self._before
        if ours and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _strike(self) -> None:
        self._struck = True
        self._task.cancel()
