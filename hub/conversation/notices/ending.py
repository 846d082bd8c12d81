"""How messages end: by their call's outcome, by the answer they went with, or after a crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue.public import store as public
from hub.conversation import store as inbox
from hub.conversation.contacts import store as contacts
from hub.conversation.models import InboundKind, Message, Outgoing
from hub.conversation.models import MessageState as InboundState
from hub.conversation.notices import events, store
from hub.conversation.notices.beginning import Begun
from hub.conversation.notices.models import (
    Carrier,
    MessageState,
    Notice,
    NoticeEvent,
    NoticeMessage,
    Reason,
)
from hub.conversation.notices.ports import NoticeCourier
from hub.conversation.notices.rules import pause_after
from hub.conversation.satisfaction import store as questions
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.organisations.vault import Vault

__all__ = ["Ending", "Outcome"]

_ACTOR = "system:notices"
_CALL_IS_OVER = timedelta(minutes=15)
_ANSWER_LEAVES = timedelta(seconds=2)
_MARGIN = timedelta(minutes=5)
_BATCH = 200
_EVENTS = {
    MessageState.SENT: NoticeEvent.SENT,
    MessageState.UNKNOWN: NoticeEvent.LOST,
    MessageState.FAILED: NoticeEvent.REFUSED,
    MessageState.RETURNED: NoticeEvent.RETURNED,
}
# what became of the message that it went with; one that is still open is waited for
_ANSWERED = {
    InboundState.ANSWERED: MessageState.SENT,
    InboundState.FAILED: MessageState.RETURNED,
    InboundState.SILENT: MessageState.RETURNED,
    InboundState.UNKNOWN: MessageState.UNKNOWN,
    InboundState.MISSED: MessageState.UNKNOWN,  # it may have been said in the platform's own call
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message; `pause` is how long its notices rest where it was returned,
    `window` that they rest until the person writes."""

    state: MessageState
    reason: str = ""
    pause: timedelta | None = None
    window: bool = False
    code: str = ""


class Ending:
    """`alone`: no other process runs, so that what is under way at the first look is nobody's."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        courier: NoticeCourier,
        vault: Vault,
        *,
        alone: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._courier = courier
        self._vault = vault
        self._nobodys = alone

    async def end(self, message: NoticeMessage, outcome: Outcome) -> None:
        await self._database.write(lambda tx: self._end(tx, message, outcome))

    def _end(self, tx: Transaction, message: NoticeMessage, outcome: Outcome) -> bool:
        now = self._clock.now()
        told = outcome.code or outcome.reason
        if not store.end_message(tx, message.id, outcome.state, now, told):
            return False
        notices = store.in_message(tx.connection, message.id)
        ids = [one.id for one in notices]
        store.settle(tx, ids, _EVENTS[outcome.state], now, outcome.reason)
        if outcome.state is MessageState.RETURNED:
            self._rest(tx, notices, outcome, now)
        if message.question_id and outcome.state in (MessageState.RETURNED, MessageState.FAILED):
            questions.withdraw(tx, message.question_id)  # nobody has been asked
        data = {"state": outcome.state, "reason": told, "notices": len(ids)}
        kind = events.ENDED
        tx.record(Event(kind=kind, subject=message.id, actor=_ACTOR, at=now, data=data))
        return True

    def _rest(
        self, tx: Transaction, notices: list[Notice], outcome: Outcome, now: datetime
    ) -> None:
        for notice in notices:
            if outcome.window:
                store.hold(tx, [notice.id], notice.expires_at, Reason.WINDOW)
            else:
                pause = outcome.pause or pause_after(notice.tries)
                store.hold(tx, [notice.id], now + pause, Reason.NOT_SENT)

    async def refuse_all(self, account: str, reason: str) -> int:
        """An account that can write to nobody: its due notices fail, and say why."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            ids = store.due_ids(tx.connection, account, now, _BATCH)
            store.settle(tx, ids, NoticeEvent.EXPIRED, now, reason)
            data = {"notices": len(ids), "reason": reason}
            tx.record(Event(kind=events.EXPIRED, subject=account, actor=_ACTOR, at=now, data=data))
            return len(ids)

        return await self._database.write(work)

    async def settle_left(self) -> list[Begun]:
        """End messages that nobody will; those that are harmless to repeat come back to be sent
        again with the same id and the same words."""
        await self._with_answers()
        now = self._clock.now()
        before = now + timedelta(microseconds=1) if self._nobodys else now - _CALL_IS_OVER
        self._nobodys = False
        left = await self._database.read(
            lambda c: store.left_sending(c, Carrier.CALL, before, _BATCH)
        )
        return [one for message in left if (one := await self._repeated(message, now))]

    async def _repeated(self, message: NoticeMessage, now: datetime) -> Begun | None:
        reader = message.reader
        window = await self._courier.key_window(reader.channel, reader.account)
        if window is None or now - message.begun_at > window - _MARGIN:
            await self.end(message, Outcome(MessageState.UNKNOWN, "interrupted"))
            return None

        def work(tx: Transaction) -> str:
            if not _still_public(tx.connection, message):
                self._end(tx, message, Outcome(MessageState.UNKNOWN, "interrupted"))
                return ""
            sealed = contacts.sealed_address(tx.connection, reader)
            if not sealed or not store.try_again(tx, message, now):
                return ""
            data = {"ids": [message.id]}
            kind = events.SETTLED_LATE
            tx.record(Event(kind=kind, subject="notices", actor=_ACTOR, at=now, data=data))
            return sealed

        sealed = await self._database.write(work)
        if not sealed:
            return None
        outgoing = Outgoing(
            id=message.id,
            address=self._vault.open(reader.account, sealed)["address"],
            answer=message.answer,
            kind=InboundKind.TEXT,
            received_at=now,
        )
        return Begun(message, outgoing)

    async def _with_answers(self) -> None:
        """Notices that went with an answer end as it did."""
        before = self._clock.now() - _ANSWER_LEAVES
        left = await self._database.read(
            lambda c: store.left_sending(c, Carrier.ANSWER, before, _BATCH)
        )
        for message in left:
            found = await self._database.read(_get(message.id))
            state = MessageState.UNKNOWN if found is None else _ANSWERED.get(found.state)
            if state is not None:
                await self.end(message, Outcome(state, found.reason if found else "erased"))


def _get(message_id: str) -> Callable[[Connection], Message | None]:
    return lambda connection: inbox.get(connection, message_id)


def _still_public(connection: Connection, message: NoticeMessage) -> bool:
    notices = store.in_message(connection, message.id)
    seen = public.public_numbers(connection, {one.item_id for one in notices})
    return all(seen.get(one.item_id) == one.version for one in notices)
