"""Writing ahead: a decision becomes a message that may leave, or notices that do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.conversation.models import Answer, InboundKind, Outgoing
from hub.conversation.notices import composing, events, store
from hub.conversation.notices.deciding import Decision, Seen, decide
from hub.conversation.notices.models import (
    Carrier,
    Notice,
    NoticeEvent,
    NoticeKind,
    NoticeMessage,
    Reach,
)
from hub.conversation.notices.rules import Manners
from hub.conversation.satisfaction.models import Asking, Question
from hub.conversation.satisfaction.service import ask_in
from hub.conversation.subscriptions.models import Pace, Reader
from hub.kernel.database import Transaction
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault

__all__ = ["Beginning", "Begun"]

_ACTOR = "system:notices"
Room = Callable[[Answer], bool]


@dataclass(frozen=True, slots=True)
class Begun:
    """A message that is written ahead, with the call that carries it."""

    message: NoticeMessage
    outgoing: Outgoing


class Beginning:
    """What several ways of sending share; every method belongs into a transaction of its caller."""

    def __init__(self, ids: IdSource, vault: Vault, manners: Manners, site_url: str) -> None:
        self._ids = ids
        self._vault = vault
        self._manners = manners
        self._site_url = site_url.rstrip("/")

    def begin(
        self, tx: Transaction, readers: Sequence[Reader], reach: Reach, now: datetime
    ) -> list[Begun]:
        """A message for each of the readers who has something due and may be written to."""
        begun, seen = [], Seen(tx.connection)
        for reader in readers:
            due = store.due_of(tx.connection, reader, now)
            if due:
                decision = decide(seen, reader, due, reach=reach, manners=self._manners, now=now)
                self._settle(tx, decision, now)
                if decision.chosen and (one := self._message(tx, reader, decision, now)):
                    begun.append(one)
        if begun:
            self._record(tx, events.BEGUN, [one.message.id for one in begun], now)
        return begun

    def join(
        self,
        tx: Transaction,
        reader: Reader,
        reach: Reach,
        now: datetime,
        *,
        message_id: str,
        fits: Room,
        may_ask: bool,
    ) -> Answer | None:
        """What of the waiting goes with the answer to message `message_id`, where it fits; else
        it is due now, by a message of its own."""
        waiting = store.wait_for_window(tx.connection, reader)
        decision = decide(
            Seen(tx.connection), reader, waiting, reach=reach, manners=self._manners, now=now,
            answering=True,
        )  # fmt: skip
        self._settle(tx, decision, now)
        if not decision.chosen:
            return None
        answer, question = self._composed(tx, reader, decision, now, may_ask=may_ask)
        new = NoticeMessage(
            id=message_id,
            reader=reader,
            carrier=Carrier.ANSWER,
            answer=answer,
            begun_at=now,
            tried_at=now,
            question_id=question.id if question else "",
        )
        if fits(answer) and store.begin(tx, new, [one.id for one in decision.chosen]):
            self._record(tx, events.BEGUN, [new.id], now)
            return answer
        store.wake(tx, [one.id for one in decision.chosen], now)
        self._record(tx, events.HELD, [one.id for one in decision.chosen], now)
        return None

    def outgoing(self, message: NoticeMessage, decision: Decision, now: datetime) -> Outgoing:
        """The call: as an answer to what opened the window, where one had to be open."""
        address = self._vault.open(message.reader.account, decision.sealed)["address"]
        opened = decision.opened_by
        if opened is None:
            return Outgoing(
                id=message.id,
                address=address,
                answer=message.answer,
                kind=InboundKind.TEXT,
                received_at=now,
            )
        return Outgoing(
            id=message.id,
            address=address,
            answer=message.answer,
            kind=opened.inbound.kind,
            received_at=opened.inbound.received_at,
            event=opened.inbound.event,
            context=opened.context,
        )

    def _message(
        self, tx: Transaction, reader: Reader, decision: Decision, now: datetime
    ) -> Begun | None:
        answer, question = self._composed(tx, reader, decision, now, may_ask=True)
        new = NoticeMessage(
            id=self._ids.new(now),
            reader=reader,
            carrier=Carrier.CALL,
            answer=answer,
            begun_at=now,
            tried_at=now,
            question_id=question.id if question else "",
        )
        if not store.begin(tx, new, [one.id for one in decision.chosen]):
            return None  # another message to the same person is under way
        return Begun(new, self.outgoing(new, decision, now))

    def _composed(
        self, tx: Transaction, reader: Reader, decision: Decision, now: datetime, *, may_ask: bool
    ) -> tuple[Answer, Question | None]:
        first = decision.chosen[0]
        if first.kind is NoticeKind.RESULT:
            question = ask_in(tx, self._ids, reader, Asking.CASE, first.about, now) if (
                may_ask and first.about
            ) else None  # fmt: skip
            item = decision.items[first.item_id]
            return composing.result(item, question, site_url=self._site_url), question
        corrected = frozenset(one.item_id for one in decision.chosen if one.correction)
        daily = all(one.pace is Pace.DAILY for one in decision.chosen)
        items = [decision.items[one] for one in {n.item_id: None for n in decision.chosen}]
        return composing.news(items, corrected, site_url=self._site_url, daily=daily), None

    def _settle(self, tx: Transaction, decision: Decision, now: datetime) -> None:
        """Keep what is not sent, and why."""
        for reason, ids in decision.dropped.items():
            store.settle(tx, ids, NoticeEvent.DROPPED, now, reason)
            self._record(tx, events.DROPPED, ids, now, reason)
        for notice in decision.expired:
            store.settle(tx, [notice.id], NoticeEvent.EXPIRED, now, notice.reason or "late")
        if decision.expired:
            self._record(tx, events.EXPIRED, _ids(decision.expired), now)
        if decision.held and decision.held_until and decision.reason:
            store.hold(tx, _ids(decision.held), decision.held_until, decision.reason)
            self._record(tx, events.HELD, _ids(decision.held), now, decision.reason)

    def _record(
        self, tx: Transaction, kind: Kind, ids: Sequence[str], at: datetime, reason: str = ""
    ) -> None:
        data = {"ids": list(ids)} | ({"reason": reason} if reason else {})
        tx.record(Event(kind=kind, subject="notices", actor=_ACTOR, at=at, data=data))


def _ids(notices: Sequence[Notice]) -> list[str]:
    return [one.id for one in notices]
