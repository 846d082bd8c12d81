"""Follows the audit chain and sends what webhooks are to be told.

Each message is a row before it leaves, in the transaction that moves its webhook's place in the
chain forward: nothing is lost by a crash. What was sent and not noted is sent again, with the same
`webhook-id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, chain_head, read_events_of
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault
from hub.organisations.webhooks import events, rules, store
from hub.organisations.webhooks.errors import UnknownWebhook
from hub.organisations.webhooks.models import Answer, Message, MessageState, Webhook

__all__ = ["Caller", "WebhookSender"]

_SENDER = "system:webhooks"
_AT_ONCE, _BATCH, _TOGETHER = 500, 50, 8
_LEASE = timedelta(minutes=1)
_KEPT = timedelta(days=30)
_GONE = 410
_LONGEST_ERROR = 200


class Caller(Protocol):
    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer, or why there is none; never raises for what the other side does."""
        ...


class WebhookSender:
    """Run by the hub's clock."""

    def __init__(
        self, *, database: Database, clock: Clock, ids: IdSource, vault: Vault, caller: Caller
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._caller = caller

    async def work(self) -> None:
        """Write down what is to be told, and send what is due."""
        await self.follow()
        await self.send()

    async def follow(self) -> int:
        """Make the messages of what happened since; how many."""
        hooks = await self._database.read(lambda c: store.list_webhooks(c, active_only=True))
        made = 0
        for hook in hooks:
            while count := await self._database.write(self._following(hook.id), audited=False):
                made += count - 1
        return made

    def _following(self, webhook_id: str) -> Callable[[Transaction], int]:
        def work(tx: Transaction) -> int:
            hook = store.get_webhook(tx.connection, webhook_id)
            head = chain_head(tx.connection)[0]
            if not hook.active or hook.after >= head:
                return 0
            found = read_events_of(tx.connection, hook.kinds, after=hook.after, limit=_AT_ONCE)
            now = self._clock.now()
            store.add_messages(tx, [self._message(hook, one, now) for one in found])
            reached = found[-1]["seq"] if len(found) == _AT_ONCE else head
            store.change(tx, hook.id, after=reached)
            return len(found) + 1

        return work

    def _message(self, hook: Webhook, event: Mapping[str, Any], now: datetime) -> Message:
        return Message(
            id=self._ids.new(now),
            webhook_id=hook.id,
            seq=event["seq"],
            kind=event["kind"],
            subject=event["subject"],
            at=datetime.fromisoformat(event["at"]),
            state=MessageState.PENDING,
            attempts=0,
            next_at=now,
        )

    async def send(self) -> int:
        """Send what is due, a few at a time; how many were sent."""
        now = self._clock.now()
        found = await self._database.read(lambda c: store.due(c, now, _BATCH))
        for n in range(0, len(found), _TOGETHER):
            await asyncio.gather(*(self._send(one) for one in found[n : n + _TOGETHER]))
        return len(found)

    async def _send(self, message: Message) -> None:
        now = self._clock.now()
        until = now + _LEASE
        if not await self._database.write(
            lambda tx: store.lease(tx, message, until), audited=False
        ):
            return
        try:
            hook = await self._database.read(lambda c: store.get_webhook(c, message.webhook_id))
        except UnknownWebhook:  # deleted meanwhile
            return
        body = rules.body_of(message)
        headers = dict(rules.headers_of(message, body, self._secrets(hook, now), now))
        answer = await self._caller.post(hook.url, headers, body)
        await self._database.write(lambda tx: self._settle(tx, message, answer), audited=False)

    def _secrets(self, hook: Webhook, now: datetime) -> list[str]:
        sealed = [hook.sealed]
        if hook.old_sealed and hook.old_until is not None and now < hook.old_until:
            sealed.append(hook.old_sealed)
        return [self._vault.open(hook.id, one)["secret"] for one in sealed]

    def _settle(self, tx: Transaction, message: Message, answer: Answer) -> None:
        if store.get_message(tx.connection, message.id) is None:
            return  # deleted while it was on its way
        now, no = self._clock.now(), message.attempts + 1
        error = answer.error[:_LONGEST_ERROR]
        store.note_attempt(tx, message.id, no, now, answer.status, error)
        if answer.taken:
            store.settle(tx, message.id, state=MessageState.DELIVERED, attempts=no)
            store.change(tx, message.webhook_id, failing_since=None)
            return
        wait = rules.wait_before(no)
        if wait is None:
            store.settle(tx, message.id, state=MessageState.FAILED, attempts=no)
        else:
            store.settle(tx, message.id, attempts=no, next_at=now + wait)
        self._failing(tx, message.webhook_id, answer, now)

    def _failing(self, tx: Transaction, webhook_id: str, answer: Answer, now: datetime) -> None:
        """Who has gone, or has taken nothing for days, is told no more until somebody says so."""
        hook = store.get_webhook(tx.connection, webhook_id)
        since = hook.failing_since or now
        if answer.status != _GONE and now - since < rules.GIVEN_UP_AFTER:
            store.change(tx, hook.id, failing_since=since)
            return
        why = "gone" if answer.status == _GONE else "failing"
        store.change(tx, hook.id, failing_since=since, active=False, why_off=why)
        if hook.active:
            data = {"label": hook.label, "why": why, "since": since}
            kind = events.WEBHOOK_OFF
            tx.record(Event(kind=kind, subject=hook.id, actor=_SENDER, at=now, data=data))

    async def purge(self) -> None:
        """Take away what ended thirty days ago."""
        before = self._clock.now() - _KEPT
        while (
            await self._database.write(lambda tx: store.purge(tx, before, _AT_ONCE), audited=False)
            == _AT_ONCE
        ):
            pass
