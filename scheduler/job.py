"""One delivery as its publisher sees it while the lease holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.columns import storable
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable, Words
from hub.kernel.events import Event
from hub.publishing import events, ledger
from hub.publishing.errors import LeaseLost
from hub.publishing.models import Delivery, Edition, Part
from hub.publishing.ports import Access, MediaSource
from hub.publishing.rules import decode_parts

__all__ = ["LeasedJob", "Prepared", "part_of"]

_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A claimed delivery with all it needs: the signed edition and the account's access.

    `remote_id` is what a recall is to withdraw, `previous_id` what a thread's part follows.
    `good_until`: at that moment a blackout or another quota period begins, and it is asked anew.
    """

    delivery: Delivery
    edition: Edition
    access: Access
    key: str
    remote_id: str = ""
    previous_id: str = ""
    good_until: datetime | None = None


@lru_cache(maxsize=512)
def _parts(payload_hash: str, payload: str) -> tuple[Part, ...]:
    return decode_parts(payload)


def part_of(edition: Edition, number: int) -> Part:
    """Part `number` of an edition, decoded once per edition."""
    return _parts(edition.payload_hash, edition.payload)[number]


@dataclass(slots=True)
class LeasedJob:
    """`Job` (hub.publishing.ports) over a lease in the ledger."""

    prepared: Prepared
    media: MediaSource
    database: Database = field(repr=False)
    clock: Clock
    lease: timedelta
    progress: Mapping[str, Any]

    @property
    def delivery_id(self) -> str:
        return self.prepared.delivery.id

    @property
    def key(self) -> str:
        return self.prepared.key

    @property
    def access(self) -> Access:
        return self.prepared.access

    @property
    def part(self) -> Part:
        return part_of(self.prepared.edition, self.prepared.delivery.part)

    @property
    def remote_id(self) -> str:
        return self.prepared.remote_id or self.prepared.delivery.remote_id

    @property
    def previous_id(self) -> str:
        return self.prepared.previous_id

    @property
    def started_at(self) -> datetime | None:
        return self.prepared.delivery.first_started_at

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        """Keep how far it came. While the database is away this waits for a part of the lease: the
        next step has not begun, and a platform that cannot be asked would leave it to a person."""
        saved: dict[str, Any] = storable(progress)
        patience = self.clock.now() + self.lease / 3
        while True:
            try:
                kept = await self.database.write(lambda tx: self._keep(tx, saved))
                break
            except Unavailable:
                if self.clock.now() >= patience:
                    raise
                await self.clock.sleep(_RETRY_S)
        if not kept:
            raise LeaseLost(
                Words("投递已被收回，停止发送", "the delivery was taken back, nothing more is sent")
            )
        self.progress = saved

    def _keep(self, tx: Transaction, saved: dict[str, Any]) -> bool:
        """Whether the delivery was still ours; trying this again does no harm."""
        now, delivery = self.clock.now(), self.prepared.delivery
        if not ledger.save_progress(tx, delivery, saved, now + self.lease):
            return False
        data = {"fence": delivery.fence, "steps": sorted(saved)}
        tx.record(
            Event(
                kind=events.PROGRESSED,
                subject=delivery.id,
                actor="system:dispatcher",
                at=now,
                data=data,
            )
        )
        return True
