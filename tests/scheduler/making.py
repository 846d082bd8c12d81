"""Deliveries as a dispatcher holds them, made without a database."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.publishing.models import Delivery, DeliveryState, Edition, Priority, Purpose
from hub.publishing.ports import Access
from scheduler.job import Prepared

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EDITION = Edition(
    id="e",
    item_id="i",
    item_version=1,
    channel="c",
    name="c",
    variation={},
    payload="[]",
    payload_hash="",
    parts=1,
)


def prepared(
    name: str,
    priority: Priority = Priority.ROUTINE,
    *,
    account: str = "",
    base_url: str = "https://api.example.cn",
) -> Prepared:
    """A claimed delivery called `name`; its account has the same name unless given."""
    delivery = Delivery(
        id=name,
        plan_id="p",
        edition_id="e",
        account_id=account or name,
        channel="c",
        part=0,
        purpose=Purpose.PUBLISH,
        state=DeliveryState.CLAIMED,
        priority=priority,
        due_at=NOW,
        not_after=NOW,
        next_at=None,
        reason="",
        lease_owner="",
        fence=1,
        attempts=0,
        tries=0,
        first_started_at=None,
        handed_over_at=None,
        remote_id="",
        remote_url="",
        error_code="",
        error_zh="",
        error_en="",
        progress={},
        receipt={},
    )
    access = Access(account_id=account or name, handle=account or name, base_url=base_url)
    return Prepared(delivery, EDITION, access, "k")
