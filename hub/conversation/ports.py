"""What a conversation needs from outside: who answers, who carries answers, and who
asks platforms that do not call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from hub.conversation.models import Answer, Inbound, Outgoing, Polled
from hub.publishing.ports import Access

__all__ = ["Answerer", "Courier", "Poller"]


class Answerer(Protocol):
    """Answers citizens from what is published. Knows no platform and no limits of one."""

    async def answer(self, inbound: Inbound) -> Answer:
        """The answer to `inbound`; called once per message, several at a time.

        May be cancelled where the installation stops. Whatever it raises is told to the citizen
        as "try again later" and to the log.
        """
        ...


class Courier(Protocol):
    """Takes answers to the platforms, outside the answer to their own call."""

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        """Send `outgoing` once.

        Raises the delivery errors of hub.publishing.errors: NotSent, Busy and Throttled when
        nothing was sent, Unknown when something may have been, Rejected and Unauthorised when it
        never will be, Exhausted when the platform's window for answers is over.
        """
        ...


class Poller(Protocol):
    """Asks a platform that does not call for what citizens wrote."""

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        """How long an account with these settings rests between two looks, so that its budget of
        calls lasts."""
        ...

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        """Whether an account with these settings is to be asked at all."""
        ...

    async def poll(self, access: Access, cursor: str) -> Polled:
        """What came after `cursor`; "" is an account's first look, which brings nothing old.
        Raises the delivery errors."""
        ...

    async def close(self) -> None: ...
