"""What a process does, as spans for whoever traces it; by default for nobody, at next to no cost.

As with the log, who traces belongs to the process and not to a service: `app` puts a tracer here
when it begins. A span tells ids, channels and states and nothing else; ATTRIBUTES is the whole
list, so that no text, token or address of a person can get into a trace.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol

__all__ = [
    "ATTRIBUTES",
    "NOTHING",
    "Beginning",
    "NoTracer",
    "Side",
    "Span",
    "Tracer",
    "Value",
    "is_traced",
    "put_tracer",
    "span",
    "tell",
]

Value = str | int | float | bool

# name → what it says
ATTRIBUTES = {
    "account": "an account's id",
    "attempt": "the number of an attempt, from 1",
    "channel": "a channel's name",
    "code": "our error code",
    "delivery": "a delivery's id",
    "effect": "whether a call may change something on the platform",
    "event": "what became of a message: hub.conversation.models.MessageEvent",
    "job": "a recurring job's name",
    "kind": "of a message: hub.conversation.models.InboundKind",
    "message": "the id of a message that came in",
    "method": "of an HTTP request",
    "outcome": "of an attempt: hub.publishing.models.Outcome",
    "purpose": "of a delivery: hub.publishing.models.Purpose",
    "route": "the pattern of a request's path, never the path",
    "state": "of a delivery: hub.publishing.models.DeliveryState",
    "status": "of an HTTP answer",
    "what": "the name of a call to a platform, never its address",
    "works": "how many works share a commit",
}


class Side(StrEnum):
    """Whose work a span is: ours, an answer to somebody, or a question to somebody."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"


class Span(Protocol):
    def tell(self, **attributes: Value) -> None:
        """Say more of it, with names of ATTRIBUTES; never fails."""
        ...


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a span begins: `since` is when, if not now. One that is `apart` belongs to none that is
    open where it begins, but to `parent`, a W3C traceparent, where that is one."""

    side: Side = Side.INTERNAL
    since: datetime | None = None
    apart: bool = False
    parent: str = ""


class Tracer(Protocol):
    """Every method is cheap, never fails and never waits."""

    def span(
        self, name: str, beginning: Beginning, attributes: dict[str, Value]
    ) -> AbstractContextManager[Span]:
        """An open span around the block, in it the current one of its task. An error that leaves
        the block is told by its class or code, never by its words."""
        ...

    def tell(self, attributes: dict[str, Value]) -> None:
        """Say more of the current span, if there is one."""
        ...


class _Nothing:
    """A span of nobody's; the same one for everybody."""

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def tell(self, **attributes: Value) -> None:
        pass


NOTHING = _Nothing()
_HERE = Beginning()


class NoTracer:
    """Traces nothing."""

    def span(
        self, name: str, beginning: Beginning, attributes: dict[str, Value]
    ) -> AbstractContextManager[Span]:
        return NOTHING

    def tell(self, attributes: dict[str, Value]) -> None:
        pass


_tracer: Tracer = NoTracer()


def put_tracer(tracer: Tracer) -> Tracer:
    """From now on this process is traced by `tracer`; by whom it was until now."""
    global _tracer
    former, _tracer = _tracer, tracer
    return former


def is_traced() -> bool:
    """Whether anybody asks: for who would have to find out first what a span says."""
    return not isinstance(_tracer, NoTracer)


def span(
    name: str, beginning: Beginning = _HERE, **attributes: Value
) -> AbstractContextManager[Span]:
    """A span of this process' tracer around a block."""
    return _tracer.span(name, beginning, attributes)


def tell(**attributes: Value) -> None:
    """Say more of the span that is current in this task."""
    _tracer.tell(attributes)
