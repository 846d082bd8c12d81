"""What the staff API does with webhooks: make, list, try, rotate, switch. For who oversees every
body, because a webhook is told of every body's things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.organisations.models import Role
from hub.organisations.webhooks.models import (
    Attempt,
    Message,
    MessageState,
    NewWebhook,
    Webhook,
)
from web.staff.desk import Call

__all__ = [
    "MakeWebhook",
    "StaffWebhook",
    "StaffWebhookAttempt",
    "StaffWebhookAttempts",
    "StaffWebhookLine",
    "StaffWebhookMade",
    "StaffWebhookMessage",
    "StaffWebhookMessages",
    "StaffWebhooks",
    "SwitchWebhook",
    "WebhookMessagesAsked",
    "delete_webhook",
    "list_attempts",
    "list_messages",
    "list_webhooks",
    "make_webhook",
    "ping_webhook",
    "resend_message",
    "rotate_webhook",
    "switch_webhook",
]

_MANAGING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
Word = Annotated[str, Meta(min_length=1, max_length=64)]


class MakeWebhook(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`kinds` are kinds of events that may be told; see the guide."""

    label: Annotated[str, Meta(min_length=1, max_length=100)]
    url: Annotated[str, Meta(min_length=1, max_length=2_000)]
    kinds: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=50)]


class SwitchWebhook(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhook:
    """`why_off` is empty while it is on; `failing_since`: nothing was taken since then."""

    id: str
    label: str
    url: str
    kinds: tuple[str, ...]
    active: bool
    why_off: str
    failing_since: datetime | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhookMade:
    """`secret` is shown this once."""

    webhook: StaffWebhook
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhooks:
    webhooks: tuple[StaffWebhook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhookMessage:
    """`id` is its `webhook-id`."""

    id: str
    kind: str
    state: str


class WebhookMessagesAsked(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`before`: older than the message of that id."""

    before: Annotated[str, Meta(max_length=26)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhookLine:
    """`status` and `error` are those of the last attempt; `next_at` is null where none follows."""

    id: str
    kind: str
    subject: str
    at: datetime
    state: str
    attempts: int
    next_at: datetime | None
    status: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhookMessages:
    """The newest first, at most 50."""

    messages: tuple[StaffWebhookLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhookAttempt:
    """`status` is 0 where no answer came."""

    message: str
    kind: str
    no: int
    at: datetime
    status: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWebhookAttempts:
    """The newest first, at most 200."""

    attempts: tuple[StaffWebhookAttempt, ...]


async def make_webhook(call: Call) -> StaffWebhookMade:
    await _require(call)
    told: MakeWebhook = call.told
    new = NewWebhook(label=told.label, url=told.url, kinds=told.kinds)
    made, secret = await call.services.webhooks.make(new, actor=call.login)
    return StaffWebhookMade(webhook=_told(made), secret=secret)


async def list_webhooks(call: Call) -> StaffWebhooks:
    await _require(call)
    return StaffWebhooks(webhooks=tuple(_told(one) for one in await call.services.webhooks.all()))


async def list_attempts(call: Call) -> StaffWebhookAttempts:
    await _require(call)
    found = await call.services.webhooks.attempts(call.request.match_info["webhook"])
    told = [
        StaffWebhookAttempt(
            message=one.message_id,
            kind=one.kind,
            no=one.no,
            at=one.at,
            status=one.status,
            error=one.error,
        )
        for one in found
    ]
    return StaffWebhookAttempts(attempts=tuple(told))


async def ping_webhook(call: Call) -> StaffWebhookMessage:
    await _require(call)
    webhooks = call.services.webhooks
    sent = await webhooks.ping(call.request.match_info["webhook"], actor=call.login)
    return StaffWebhookMessage(id=sent.id, kind=sent.kind, state=sent.state.value)


async def rotate_webhook(call: Call) -> StaffWebhookMade:
    await _require(call)
    webhooks = call.services.webhooks
    changed, secret = await webhooks.rotate(call.request.match_info["webhook"], actor=call.login)
    return StaffWebhookMade(webhook=_told(changed), secret=secret)


async def switch_webhook(call: Call) -> StaffWebhook:
    await _require(call)
    told: SwitchWebhook = call.told
    webhook_id, webhooks = call.request.match_info["webhook"], call.services.webhooks
    return _told(await webhooks.switch(webhook_id, on=told.on, actor=call.login))


async def list_messages(call: Call) -> StaffWebhookMessages:
    await _require(call)
    asked: WebhookMessagesAsked = call.asked
    webhook_id = call.request.match_info["webhook"]
    found = await call.services.webhooks.messages(webhook_id, before=asked.before)
    return StaffWebhookMessages(messages=tuple(_line(*one) for one in found))


async def resend_message(call: Call) -> StaffWebhookMessage:
    await _require(call)
    path = call.request.match_info
    sent = await call.services.webhooks.resend(path["webhook"], path["message"], actor=call.login)
    return StaffWebhookMessage(id=sent.id, kind=sent.kind, state=sent.state.value)


async def delete_webhook(call: Call) -> StaffWebhook:
    """Answers what it was."""
    await _require(call)
    webhook_id, webhooks = call.request.match_info["webhook"], call.services.webhooks
    gone = await webhooks.get(webhook_id)
    await webhooks.delete(webhook_id, actor=call.login)
    return _told(gone)


def _line(one: Message, last: Attempt | None) -> StaffWebhookLine:
    return StaffWebhookLine(
        id=one.id,
        kind=one.kind,
        subject=one.subject,
        at=one.at,
        state=one.state.value,
        attempts=one.attempts,
        next_at=one.next_at if one.state is MessageState.PENDING else None,
        status=last.status if last else 0,
        error=last.error if last else "",
    )


async def _require(call: Call) -> None:
    await call.services.doors.require_whole(call.login, _MANAGING, attempt=call.attempt)


def _told(one: Webhook) -> StaffWebhook:
    return StaffWebhook(
        id=one.id,
        label=one.label,
        url=one.url,
        kinds=one.kinds,
        active=one.active,
        why_off=one.why_off,
        failing_since=one.failing_since,
        created_by=one.created_by,
        created_at=one.created_at,
    )
