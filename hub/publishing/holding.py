"""Whether a call with an effect may still begin: whoever calls for a delivery holds a lease on it.

A process that was stopped between writing an attempt ahead and its call (SIGSTOP, a frozen
machine) goes on where it stopped. By then its lease may have run out, the delivery been found
absent and sent by another process. So the question is asked again at the last moment, where the
bytes are about to leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hub.kernel.errors import Words
from hub.publishing.errors import LeaseLost

__all__ = ["check_held", "while_held"]

_HELD: ContextVar[Callable[[], bool] | None] = ContextVar("held", default=None)


@contextmanager
def while_held(held: Callable[[], bool]) -> Iterator[None]:
    """Calls within may begin only as long as `held` says so."""
    token = _HELD.set(held)
    try:
        yield
    finally:
        _HELD.reset(token)


def check_held() -> None:
    """Raises LeaseLost where the lease under which this is called is over."""
    held = _HELD.get()
    if held is not None and not held():
        raise LeaseLost(
            Words("租约已到期，未发送", "the lease has run out; nothing was sent"),
            remedy=Words("核对平台后自动继续", "it goes on by itself once the platform was asked"),
        )
