"""What people and their programs do with webhooks; one transaction each."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind, chain_head
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault
from hub.organisations.webhooks import events, rules, store
from hub.organisations.webhooks.errors import UnknownMessage, WebhookOff
from hub.organisations.webhooks.models import (
    PING,
    Attempt,
    Message,
    MessageState,
    NewWebhook,
    Webhook,
)

__all__ = ["MESSAGES_SHOWN", "AddressCheck", "Webhooks"]

_ATTEMPTS, MESSAGES_SHOWN = 200, 50


class AddressCheck(Protocol):
    def __call__(self, url: str) -> None:
        """Raises InvalidInput for an address that the hub does not call."""
        ...


class Webhooks:
    """Who may is asked before (`hub.review.doors`): a webhook is told of every body's things."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        check: AddressCheck,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._check = check
        self._random = random

    async def make(self, new: NewWebhook, *, actor: str) -> tuple[Webhook, str]:
        """It is told of what happens from now on; its secret is in the answer and nowhere else.
        Raises InvalidInput."""
        rules.check_webhook(new)
        self._check(new.url)
        at, secret = self._clock.now(), rules.secret_of(self._random(rules.SECRET_BYTES))
        webhook_id = self._ids.new(at)

        def work(tx: Transaction) -> Webhook:
            webhook = Webhook(
                id=webhook_id,
                label=new.label.strip(),
                url=new.url,
                kinds=tuple(dict.fromkeys(new.kinds)),
                after=chain_head(tx.connection)[0],
                created_by=actor,
                created_at=at,
                sealed=self._vault.seal(webhook_id, {"secret": secret}),
            )
            store.add_webhook(tx, webhook)
            self._record(tx, events.WEBHOOK_MADE, webhook, actor, kinds=webhook.kinds)
            return webhook

        return await self._database.write(work), secret

    async def all(self) -> list[Webhook]:
        return await self._database.read(store.list_webhooks)

    async def get(self, webhook_id: str) -> Webhook:
        """Raises UnknownWebhook."""
        return await self._database.read(lambda c: store.get_webhook(c, webhook_id))

    async def attempts(self, webhook_id: str) -> list[Attempt]:
        """The newest first, at most 200; raises UnknownWebhook."""
        await self.get(webhook_id)
        return await self._database.read(lambda c: store.attempts_of(c, webhook_id, _ATTEMPTS))

    async def messages(
        self, webhook_id: str, *, before: str = ""
    ) -> list[tuple[Message, Attempt | None]]:
        """What it was told and is to be told, the newest first, each with its last attempt; at
        most 50, older than the message `before`. Raises UnknownWebhook."""
        await self.get(webhook_id)
        return await self._database.read(
            lambda c: store.messages_of(c, webhook_id, MESSAGES_SHOWN, before)
        )

    async def resend(self, webhook_id: str, message_id: str, *, actor: str) -> Message:
        """The same message with the same id goes out once more, also where it was taken; what has
        failed for good is tried this once. Raises UnknownWebhook, UnknownMessage, WebhookOff."""
        at = self._clock.now()

        def work(tx: Transaction) -> Message:
            webhook = store.get_webhook(tx.connection, webhook_id)
            message = store.get_message(tx.connection, message_id)
            if message is None or message.webhook_id != webhook.id:
                raise UnknownMessage(message_id)
            if not webhook.active:
                raise WebhookOff(webhook.label)
            store.send_again(tx, message.id, at)
            self._record(tx, events.WEBHOOK_RESENT, webhook, actor, message=message.id)
            return replace(message, state=MessageState.PENDING, next_at=at)

        return await self._database.write(work)

    async def delete(self, webhook_id: str, *, actor: str) -> None:
        """It is gone, with what it was told and what waited for it. Raises UnknownWebhook."""

        def work(tx: Transaction) -> None:
            webhook = store.get_webhook(tx.connection, webhook_id)
            gone = store.remove(tx, webhook.id)
            self._record(tx, events.WEBHOOK_DELETED, webhook, actor, messages=gone)

        await self._database.write(work)

    async def ping(self, webhook_id: str, *, actor: str) -> Message:
        """A message that says nothing goes out like any other."""
        at = self._clock.now()

        def work(tx: Transaction) -> Message:
            webhook = store.get_webhook(tx.connection, webhook_id)
            message = Message(
                id=self._ids.new(at),
                webhook_id=webhook.id,
                seq=chain_head(tx.connection)[0] + 1,
                kind=PING,
                subject=webhook.id,
                at=at,
                state=MessageState.PENDING,
                attempts=0,
                next_at=at,
            )
            store.add_messages(tx, [message])
            self._record(tx, events.WEBHOOK_PINGED, webhook, actor)
            return message

        return await self._database.write(work)

    async def rotate(self, webhook_id: str, *, actor: str) -> tuple[Webhook, str]:
        """A new secret, shown once; the one before signs beside it for a day."""
        secret = rules.secret_of(self._random(rules.SECRET_BYTES))
        until = self._clock.now() + rules.OLD_SECRET_SIGNS

        def work(tx: Transaction) -> Webhook:
            old = store.get_webhook(tx.connection, webhook_id)
            sealed = self._vault.seal(old.id, {"secret": secret})
            changed = replace(old, sealed=sealed, old_sealed=old.sealed, old_until=until)
            values = {"sealed": sealed, "old_sealed": old.sealed, "old_until": until}
            store.change(tx, old.id, **values)
            self._record(tx, events.WEBHOOK_ROTATED, old, actor)
            return changed

        return await self._database.write(work), secret

    async def switch(self, webhook_id: str, *, on: bool, actor: str) -> Webhook:
        """Off, or on again: what waits is sent then, and what happened meanwhile is told."""

        def work(tx: Transaction) -> Webhook:
            old = store.get_webhook(tx.connection, webhook_id)
            why = "" if on else "switched off"
            store.change(tx, old.id, active=on, why_off=why, failing_since=None)
            kind = events.WEBHOOK_ON if on else events.WEBHOOK_OFF
            self._record(tx, kind, old, actor, why=why)
            return replace(old, active=on, why_off=why, failing_since=None)

        return await self._database.write(work)

    def _record(
        self, tx: Transaction, kind: Kind, webhook: Webhook, actor: str, **data: object
    ) -> None:
        at, told = self._clock.now(), {"label": webhook.label, **data}
        tx.record(Event(kind=kind, subject=webhook.id, actor=actor, at=at, data=told))
