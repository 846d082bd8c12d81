"""An emergency takes the quota slots of routine posts, because a person said so.

The routine post is cancelled as a whole thread, and its plan's history says by what; nothing that
has left, and nothing urgent, is ever touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.publishing import store
from hub.publishing.models import LIFECYCLE, DeliveryEvent, DeliveryState, Priority
from hub.publishing.quota.models import Allotment, Holder, Refused, Want
from hub.publishing.quota.service import Quotas

__all__ = ["displace"]


def displace(
    tx: Transaction, quotas: Quotas, wants: Sequence[Want], allotment: Allotment, by: Event
) -> tuple[Allotment, list[str]]:
    """Cancel holders until every account has its slots or nobody is left to give way.

    `by` is the event to record for each plan that loses deliveries; its subject is the plan that
    takes them. Returns the new allotment and the cancelled deliveries.
    """
    cancelled: list[str] = []
    while victims := _victims(allotment):
        gone = _cancel(tx, victims, by)
        if not gone:
            break  # all of them have just been claimed
        cancelled += gone
        allotment = quotas.allot(tx, wants)
    return allotment, cancelled


def _victims(allotment: Allotment) -> list[Holder]:
    """Of each account that got nothing, the routine post that is due last."""
    found = (_last_routine(refused) for refused in allotment.refused.values())
    return [holder for holder in found if holder is not None]


def _last_routine(refused: Refused) -> Holder | None:
    routine = (h for h in refused.holders if h.waiting and h.priority < Priority.EMERGENCY)
    return max(routine, key=lambda h: (h.due_at, h.slot.delivery_id), default=None)


def _cancel(tx: Transaction, victims: Sequence[Holder], by: Event) -> list[str]:
    values = {
        "state": DeliveryState.CANCELLED,
        "next_at": None,
        "reason": "displaced",
        "lease_owner": "",
    }
    sources = LIFECYCLE.sources(DeliveryEvent.CANCELLED)
    plans: dict[str, list[str]] = {}
    for holder in victims:
        plans.setdefault(holder.plan_id, []).append(holder.slot.delivery_id)
    gone: list[str] = []
    for plan_id, ids in plans.items():
        threads = store.threads_of(tx.connection, ids)
        cancelled = store.change_deliveries(tx, sources, ids=threads, values=values)
        if cancelled:
            data = {"deliveries": cancelled, "by": by.subject}
            tx.record(replace(by, subject=plan_id, data=data))
        gone += cancelled
    return gone
