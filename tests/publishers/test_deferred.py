"""An outlet whose library is slow to load."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest

from hub.publishing.ports import Loading
from publishers.deferred import DeferredOutlet
from publishers.telegram.declaration import DECLARATION

_PROBE = """
import sys
from publishers.registry import channels
channels()
print(*[name for name in ("aiogram", "sklearn", "scipy") if name in sys.modules])
"""


class _Slow:
    """Counts how often it was made, and is made only when `ready` is set."""

    def __init__(self) -> None:
        self.made = 0
        self.closed = False
        self.ready = threading.Event()

    def load(self) -> Any:
        assert self.ready.wait(10)
        self.made += 1
        return self

    async def deliver(self, job: Any) -> Any:
        return job

    async def close(self) -> None:
        self.closed = True


async def test_calls_that_overlap_load_the_library_once() -> None:
    slow = _Slow()
    outlet: Any = DeferredOutlet(DECLARATION, slow.load)
    calls = [asyncio.ensure_future(outlet.deliver(number)) for number in range(5)]
    await asyncio.sleep(0)  # all of them have begun to wait
    slow.ready.set()
    assert await asyncio.gather(*calls) == [0, 1, 2, 3, 4]
    assert slow.made == 1


async def test_a_call_that_is_cancelled_leaves_the_others_their_library() -> None:
    slow = _Slow()
    outlet: Any = DeferredOutlet(DECLARATION, slow.load)
    gone, stays = (asyncio.ensure_future(outlet.deliver(n)) for n in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    slow.ready.set()
    assert await stays == 2


async def test_it_is_ready_once_its_library_is_loaded() -> None:
    slow = _Slow()
    outlet = DeferredOutlet(DECLARATION, slow.load)
    assert isinstance(outlet, Loading)
    waiting = asyncio.ensure_future(outlet.ready())
    await asyncio.sleep(0)
    assert not waiting.done()
    slow.ready.set()
    await waiting
    assert slow.made == 1


async def test_what_was_never_used_is_closed_without_being_loaded() -> None:
    slow = _Slow()
    await DeferredOutlet(DECLARATION, slow.load).close()
    assert (slow.made, slow.closed) == (0, False)


async def test_what_was_used_is_closed() -> None:
    slow = _Slow()
    slow.ready.set()
    outlet: Any = DeferredOutlet(DECLARATION, slow.load)
    await outlet.deliver(1)
    await outlet.close()
    assert slow.closed


def test_finding_the_channels_loads_no_library_that_is_slow_to_load() -> None:
    """A restart after a crash waits for nothing that its first posts do not need."""
    found = subprocess.run(
        [sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.split() == []
