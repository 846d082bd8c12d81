"""Who is told of what, and each message on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = [
    "PING",
    "TELLING",
    "Answer",
    "Attempt",
    "Message",
    "MessageState",
    "NewWebhook",
    "Webhook",
]

PING = "webhook.ping"

# What may be told, by the audit log's name, and what its subject is. An event of people,
# credentials, conversations or citizens is in no row and is never told.
TELLING: Mapping[str, str] = {
    "catalogue.item.entered": "item",
    "catalogue.item.edited": "item",
    "catalogue.item.published": "item",
    "catalogue.item.withdrawn": "item",
    "catalogue.item.validity-changed": "item",
    "review.approval.submitted": "approval",
    "review.approval.signed": "approval",
    "review.approval.completed": "approval",
    "review.approval.returned": "approval",
    "review.approval.voided": "approval",
    "publishing.plan.made": "plan",
    "publishing.plan.rescheduled": "plan",
    "publishing.delivery.cancelled": "delivery",
    "publishing.delivery.retried": "delivery",
    "publishing.delivery.resolved": "delivery",
    "publishing.delivery.done": "delivery",
    "publishing.recall.ordered": "item",
    "publishing.correction.ordered": "item",
}


class MessageState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """`kinds` are names of `TELLING`."""

    label: str
    url: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`after` is the number of the last audit event that was looked at. The secret before a
    rotation signs too, until `old_until`. `failing_since`: nothing was taken since then."""

    id: str
    label: str
    url: str
    kinds: tuple[str, ...]
    after: int
    created_by: str
    created_at: datetime
    active: bool = True
    why_off: str = ""
    failing_since: datetime | None = None
    old_until: datetime | None = None
    sealed: str = field(default="", repr=False)
    old_sealed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event for one webhook; `id` is its `webhook-id`, the same at every attempt."""

    id: str
    webhook_id: str
    seq: int
    kind: str
    subject: str
    at: datetime
    state: MessageState
    attempts: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`status` is 0 where no answer came; `error` says then why."""

    message_id: str
    kind: str
    no: int
    at: datetime
    status: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side said: an HTTP status, or why there is none."""

    status: int
    error: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300
