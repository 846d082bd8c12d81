"""Sends what is due, at the pace that platforms and people allow.

A message is written ahead before its call. An outcome that nobody knows is not tried again, except
where the platform knows the message by its id and a repeat does nothing. One message at a time per
person; nobody is written to at night.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from hub.conversation.models import Outgoing
from hub.conversation.notices import store
from hub.conversation.notices.beginning import Beginning, Begun
from hub.conversation.notices.ending import Ending, Outcome
from hub.conversation.notices.models import MessageState, Reach, Reason
from hub.conversation.notices.ports import NoticeCourier, Permits
from hub.conversation.notices.rules import Manners, opening
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Exhausted,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
)

__all__ = ["NoticeSender"]

_log = structlog.get_logger(__name__)
_AT_ONCE = 20  # readers of one account, and so messages of one transaction and calls at a time
_ROUNDS = 50
_REST = timedelta(minutes=30)
_FOR_NOW = (NotSent, Busy, Throttled)


class NoticeSender:
    """`look` is to be called every second or two; in a scaled installation by any process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        courier: NoticeCourier,
        permits: Permits,
        beginning: Beginning,
        ending: Ending,
        manners: Manners,
    ) -> None:
        self._database = database
        self._clock = clock
        self._courier = courier
        self._permits = permits
        self._beginning = beginning
        self._ending = ending
        self._manners = manners

    async def look(self) -> int:
        """End what was interrupted, then send what is due as far as permits go; how many
        messages were begun."""
        for again in await self._ending.settle_left():
            await self._call(again)
        now, sent = self._clock.now(), 0
        if opening(now, self._manners) > now:
            return 0
        for account, channel in await self._database.read(lambda c: store.due_accounts(c, now)):
            reach = self._courier.reach(channel)
            if reach is None:
                await self._ending.refuse_all(account, "no-replier")
            else:
                sent += await self._send_for(account, reach)
        return sent

    async def _send_for(self, account: str, reach: Reach) -> int:
        sent = 0
        for _ in range(_ROUNDS):
            now = self._clock.now()
            readers = await self._database.read(
                lambda c, now=now: store.due_readers(c, account, now, _AT_ONCE)  # type: ignore[misc]
            )
            permitted = await self._permitted(readers)
            if not permitted:
                break
            sent += await self._send_to(permitted, reach, now)
            if len(permitted) < len(readers):
                break
        return sent

    async def _permitted(self, readers: Sequence[Reader]) -> list[Reader]:
        """As many of them, from the first on, as there are permits now."""
        permitted = []
        for reader in readers:
            if await self._permits.wait(reader.channel, reader.account, reader.sender) > 0:
                break
            permitted.append(reader)
        return permitted

    async def _send_to(self, readers: Sequence[Reader], reach: Reach, now: datetime) -> int:
        begun = await self._database.write(
            lambda tx: self._beginning.begin(tx, readers, reach, now)
        )
        await asyncio.gather(*(self._call(one) for one in begun))
        return len(begun)

    async def _call(self, begun: Begun) -> None:
        reader = begun.message.reader
        outcome = await self._outcome(reader, begun.outgoing)
        if outcome.state is MessageState.UNKNOWN and await self._known_again(reader):
            return  # repeated as it is, when the call is surely over: see `Ending.settle_left`
        if outcome.state is not MessageState.SENT:
            _log.warning(
                "notice.not_sent",
                message=begun.message.id,
                ended=outcome.state,
                reason=outcome.reason,
            )
        await self._ending.end(begun.message, outcome)

    async def _known_again(self, reader: Reader) -> bool:
        return await self._courier.key_window(reader.channel, reader.account) is not None

    async def _outcome(self, reader: Reader, outgoing: Outgoing) -> Outcome:
        try:
            await self._courier.send(reader.channel, reader.account, outgoing)
        except Exhausted as error:
            return Outcome(MessageState.RETURNED, Reason.WINDOW, window=True, code=_code(error))
        except _FOR_NOW as error:
            await self._permits.obey(reader.channel, reader.account, reader.sender, error)
            return Outcome(MessageState.RETURNED, _code(error), pause=error.retry_after)
        except Unauthorised as error:
            return Outcome(MessageState.RETURNED, _code(error), pause=_REST)
        except Rejected as error:
            return Outcome(MessageState.FAILED, _code(error))
        except DeliveryError as error:
            return Outcome(MessageState.UNKNOWN, _code(error))
        except Exception as error:  # a defect of a channel: something may have been sent
            _log.exception("notice.courier", message=outgoing.id)
            return Outcome(MessageState.UNKNOWN, type(error).__name__)
        return Outcome(MessageState.SENT)


def _code(error: DeliveryError) -> str:
    return error.platform_code or error.code
