"""What a stop or a crash left open: answered late where nothing was said, never said twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.conversation import events, store
from hub.conversation.models import Message, MessageEvent, MessageState
from hub.conversation.service import Conversations
from hub.conversation.store import Settled
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind

__all__ = ["Resuming"]

_ACTOR = "system:conversation"
# longer than a platform delivers again (three times five seconds) and any answer takes
_LEFT_ALONE = timedelta(minutes=1)
_CALL_IS_OVER = timedelta(minutes=15)
_BATCH = 100


class Resuming:
    """`look` is to be called now and then; in a scaled installation by every process."""

    def __init__(
        self, database: Database, clock: Clock, conversations: Conversations, longest: timedelta
    ) -> None:
        """`longest`: after it nobody waits for an answer any more."""
        self._database = database
        self._clock = clock
        self._conversations = conversations
        self._longest = longest

    async def look(self) -> int:
        """How many messages were taken up again or ended."""
        return sum([await self._end_sending(), await self._end_waiting(), await self._take_up()])

    async def _end_sending(self) -> int:
        """A call that nobody ended may have reached the citizen: it is not made again."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            left = store.left_open(tx.connection, now - _CALL_IS_OVER, _BATCH, MessageState.SENDING)
            if left:
                store.settle(tx, [_lost(message, now) for message in left])
                tx.record(_event(events.LEFT_UNKNOWN, left, now))
            return len(left)

        return await self._database.write(work)

    async def _end_waiting(self) -> int:
        """What the platform waited for itself is over: it called again and was answered, or has
        told the citizen that there is no answer."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            left = store.left_open(tx.connection, now - _LEFT_ALONE, _BATCH, MessageState.RECEIVED)
            ended = [Settled(m.inbound.id, MessageEvent.LAPSED, now, "not-promised") for m in left]
            if not ended:
                return 0
            tx.record(_event(events.MISSED, left, now))
            return store.settle(tx, ended)

        return await self._database.write(work)

    async def _take_up(self) -> int:
        now = self._clock.now()
        left = await self._database.read(
            lambda c: store.left_open(c, now - _LEFT_ALONE, _BATCH, MessageState.PROMISED)
        )
        for message in left:
            await self._conversations.resume(
                message, too_late=now - message.inbound.received_at > self._longest
            )
        return len(left)


def _lost(message: Message, now: datetime) -> Settled:
    return Settled(message.inbound.id, MessageEvent.LOST, now, "interrupted", message.answer)


def _event(kind: Kind, messages: Sequence[Message], at: datetime) -> Event:
    data = {"messages": [message.inbound.id for message in messages]}
    return Event(kind=kind, subject="conversation", actor=_ACTOR, at=at, data=data)
