"""One message and what becomes of it, shared by whoever delivers it again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hub.conversation.models import Answer, Arrival, Inbound
from hub.kernel.patience import Watch

__all__ = ["Exchange"]


@dataclass(slots=True, kw_only=True)
class Exchange:
    inbound: Inbound
    arrival: Arrival
    waits: bool  # for an answer to the platform's own call
    watch: Watch | None = None  # over the platform's patience
    open: bool = True
    first: bool = True  # delivered to this process first, which nobody else answers
    settled: bool = False
    _answer: Answer | None = None
    _error: Exception | None = None
    _asking: list[asyncio.Future[None]] = field(default_factory=list)

    def settle(self, answer: Answer | None, error: Exception | None = None) -> None:
        """What those are told who delivered it, or what is raised there; the first word counts."""
        if self.settled:
            return
        self.settled, self._answer, self._error = True, answer, error
        for asking in self._asking:
            if not asking.done():
                asking.set_result(None)
        self._asking.clear()

    async def told(self) -> Answer | None:
        """Wait for `settle`. Each has a future of their own: who goes away takes nobody along."""
        if not self.settled:
            asking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._asking.append(asking)
            await asking
        if self._error is not None:
            raise self._error
        return self._answer

    def end(self) -> None:
        """Nothing more becomes of it."""
        self.waiting_ends()
        self.open = False
        self.settle(None)

    def waiting_ends(self) -> None:
        """The platform's patience is not watched any more."""
        if self.watch is not None:
            self.watch.end()
