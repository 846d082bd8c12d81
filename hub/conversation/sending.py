"""Answers that go by a call of ours: written ahead, sent once, ended whatever happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import structlog

from hub.conversation.models import Answer, Arrival, Inbound, MessageEvent, Outgoing
from hub.conversation.ports import Courier
from hub.kernel.clock import Clock
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Exhausted,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
)

__all__ = ["Sending", "Settle"]

_log = structlog.get_logger(__name__)
_TRIES = 3
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(seconds=60)
_NOTHING_SENT = (NotSent, Busy, Throttled)
_DECISIVE = (Rejected, Unauthorised)


class Settle(Protocol):
    async def __call__(
        self,
        inbound: Inbound,
        event: MessageEvent,
        answer: Answer | None = None,
        reason: str = "",
    ) -> bool: ...


class Sending:
    """Chat answers have no key on most platforms and cannot be read back: sent at most once. Only
    where surely nothing was sent is the call made again."""

    def __init__(self, courier: Courier, clock: Clock) -> None:
        self._courier = courier
        self._clock = clock

    async def send(
        self, inbound: Inbound, arrival: Arrival, answer: Answer, settle: Settle
    ) -> None:
        """Send `answer` unless another process does, and tell `settle` what came of it."""
        outgoing = Outgoing(
            id=inbound.id,
            address=arrival.address,
            answer=answer,
            kind=arrival.kind,  # what they did: a number that was typed opens a text's window
            received_at=inbound.received_at,
            event=arrival.event,
            context=arrival.context,
        )
        if not await settle(inbound, MessageEvent.CLAIMED, answer):
            return
        event, reason = await self._sent(inbound, outgoing)
        if event is not MessageEvent.SENT:
            _log.warning("conversation.not_sent", message=inbound.id, ended=event, reason=reason)
        await settle(inbound, event, answer, reason)

    async def _sent(self, inbound: Inbound, outgoing: Outgoing) -> tuple[MessageEvent, str]:
        pause = _FIRST_PAUSE
        for left in reversed(range(_TRIES)):
            try:
                await self._courier.send(inbound.channel, inbound.account, outgoing)
            except Exhausted as error:
                return MessageEvent.LAPSED, error.platform_code or error.code
            except _NOTHING_SENT as error:
                if not left:
                    return MessageEvent.REFUSED, error.platform_code or error.code
                wait = error.retry_after or pause
                await self._clock.sleep(min(wait, _LONGEST_PAUSE).total_seconds())
                pause *= 4
            except _DECISIVE as error:
                return MessageEvent.REFUSED, error.platform_code or error.code
            except DeliveryError as error:
                return MessageEvent.LOST, error.platform_code or error.code
            except Exception as error:  # a defect of a channel: something may have been sent
                _log.exception("conversation.courier", message=inbound.id)
                return MessageEvent.LOST, type(error).__name__
            else:
                return MessageEvent.SENT, ""
        return MessageEvent.REFUSED, "not-sent"
