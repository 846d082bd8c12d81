"""By what a person acts, where that is a program of theirs: it stands in every event of the work.

Whoever lets a program in (the staff API) says so for the time of one request; every write of that
request carries it into its transaction, without any area knowing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from hub.kernel.database import Transaction

__all__ = ["Means", "acting_by", "carrying"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """`name` is told in the audit log, such as `key:01KB…`. `rider` is done in the same
    transaction as whatever records an event; it is harmless to do it again."""

    name: str
    rider: Callable[[Transaction], None] | None = None


_MEANS: ContextVar[Means | None] = ContextVar("means", default=None)


@contextmanager
def acting_by(means: Means) -> Iterator[None]:
    """Everything that is written within is done by these means."""
    token = _MEANS.set(means)
    try:
        yield
    finally:
        _MEANS.reset(token)


def carrying(work: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
    """`work` with the means of who asks for it now; itself where there are none."""
    means = _MEANS.get()
    if means is None:
        return work

    @wraps(work)
    def carried(tx: Any) -> T:
        tx.means = means.name
        value = work(tx)
        if tx.events and means.rider is not None:
            means.rider(tx)
        return value

    return carried
