"""Claimed deliveries that are not sent now: blocked, expired, or refused for want of signatures."""

from __future__ import annotations

from datetime import datetime

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.publishing import events, ledger, store
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.recall import store as recalls
from scheduler.intake import Blocked, Sorted

__all__ = ["Aside"]

_ACTOR = "system:dispatcher"


class Aside:
    """Gives up the leases of one `owner`; what is no longer its own is left alone."""

    def __init__(self, database: Database, clock: Clock, owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner

    async def put(self, checked: Sorted) -> None:
        """Record everything in `checked` that cannot be sent."""
        if not (checked.blocked or checked.expired or checked.unsigned or checked.pointless):
            return
        now = self._clock.now()
        await self._database.write(lambda tx: self._put(tx, checked, now))

    def _put(self, tx: Transaction, checked: Sorted, now: datetime) -> None:
        for entry in checked.blocked:
            self._block(tx, entry)
        for delivery in checked.expired:
            _settle(tx, delivery, state=DeliveryState.EXPIRED, reason="too-late")
        for delivery, why in checked.pointless:
            _settle(tx, delivery, state=DeliveryState.CANCELLED, reason=why)
            recalls.pointless(tx, delivery, now)
        for delivery, error in checked.unsigned:
            _settle(
                tx,
                delivery,
                state=DeliveryState.FAILED,
                error_code=error.code,
                error_zh=f"{error.words.zh} → {error.remedy.zh if error.remedy else ''}",
                error_en=f"{error.words.en} → {error.remedy.en if error.remedy else ''}",
            )
        data: dict[str, object] = {
            "blocked": [[b.delivery.id, b.reason] for b in checked.blocked],
            "expired": [d.id for d in checked.expired],
            "unsigned": [d.id for d, _ in checked.unsigned],
            "pointless": [[d.id, why] for d, why in checked.pointless],
        }
        kind, subject = events.WAITING, self._owner
        tx.record(Event(kind=kind, subject=subject, actor=_ACTOR, at=now, data=data))

    def _block(self, tx: Transaction, entry: Blocked) -> None:
        ledger.block(
            tx,
            [entry.delivery.id],
            owner=self._owner,
            reason=entry.reason,
            next_at=entry.next_at,
        )


def _settle(tx: Transaction, delivery: Delivery, **values: object) -> None:
    """End a delivery before anything left, if the lease is still ours."""
    values |= {"next_at": None, "lease_owner": ""}
    store.change_deliveries(
        tx,
        (DeliveryState.CLAIMED,),
        ids=(delivery.id,),
        fence=delivery.fence,
        values=values,
    )
