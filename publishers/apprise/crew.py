"""apprise blocks, so its calls run in threads: few, watched, and never waited for at the end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from publishers.apprise.transport import Exchange, Watch, watched

__all__ = ["Crew", "Crowded", "Told"]

_MOST = 32  # calls at the same time, also those that nobody waits for any more


class Crowded(Exception):
    """Every thread is busy; nothing was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a call came to: what apprise says, and what was seen under it.

    `ended` is False where it was still running when its time was up. `fault` is the class of an
    exception that apprise let through.
    """

    taken: bool
    ended: bool
    fault: str
    exchanges: tuple[Exchange, ...]


class Crew:
    """Runs blocking calls, at most `most` at a time."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._busy = 0
        self._lock = threading.Lock()

    async def run(self, work: Callable[[], object], timeout: timedelta) -> Told:
        """Do `work` in a thread of its own and say what came of it within `timeout`.

        A thread cannot be stopped: one whose time is up is left alone, begins no further request
        and counts as busy until it ends. Raises Crowded when all are busy.
        """
        with self._lock:
            if self._busy >= self._most:
                raise Crowded
            self._busy += 1
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[bool, str]] = loop.create_future()
        watch = Watch(time.monotonic() + timeout.total_seconds())

        def tell(ending: tuple[bool, str]) -> None:
            if not done.done():
                done.set_result(ending)

        def call() -> None:
            ending = _call(work, watch)
            with self._lock:
                self._busy -= 1
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(tell, ending)

        # Not a pool: the interpreter waits for a pool's threads, and for a hung call for ever.
        threading.Thread(target=call, name="apprise", daemon=True).start()
        try:
            taken, fault = await asyncio.wait_for(done, timeout.total_seconds())
        except TimeoutError:
            return Told(
                taken=False, ended=False, fault="TimeoutError", exchanges=tuple(watch.exchanges)
            )
        return Told(taken=taken, ended=True, fault=fault, exchanges=tuple(watch.exchanges))


def _call(work: Callable[[], object], watch: Watch) -> tuple[bool, str]:
    try:
        return watched(work, watch) is True, ""
    except Exception as error:  # a service's own bug; its text may hold the address
        return False, type(error).__name__
