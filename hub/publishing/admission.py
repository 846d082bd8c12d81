"""What of the claimed deliveries may go out at this moment: blackouts and quotas, asked again.

What held when the plan was made need not hold when its time has come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.kernel.database import Transaction
from hub.organisations.models import Account
from hub.publishing.models import Delivery, Priority, Purpose
from hub.publishing.quota.service import Quotas, goes_at
from hub.publishing.timing import store as timing
from hub.publishing.timing.rules import Blackouts

__all__ = ["Clearance", "Gatekeeper", "is_routine"]


def is_routine(delivery: Delivery) -> bool:
    """What waits for the end of a blackout: emergencies, corrections and recalls do not."""
    return delivery.purpose is Purpose.PUBLISH and delivery.priority < Priority.EMERGENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """By delivery: why it has to wait and until when, or how long its clearance is good."""

    held: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    good_until: Mapping[str, datetime] = field(default_factory=dict)


class Gatekeeper:
    """Works inside the transaction of the claim."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    def clear(
        self,
        tx: Transaction,
        deliveries: Sequence[Delivery],
        accounts: Mapping[str, Account],
        now: datetime,
    ) -> Clearance:
        """Let through what may go out now; one question about blackouts for the whole batch, and
        quota work only for accounts that have quotas."""
        blackouts = timing.blackouts_after(tx.connection, now)
        held = {}
        for delivery in deliveries if blackouts.known else ():
            blackout = blackouts.covering(accounts[delivery.account_id], goes_at(delivery, now))
            if blackout is not None and is_routine(delivery):
                held[delivery.id] = ("blackout", blackout.ends_at)
        rest = [delivery for delivery in deliveries if delivery.id not in held]
        admission = self._quotas.admit(tx, rest, accounts, now)
        held |= {one: ("quota-exhausted", until) for one, until in admission.held.items()}
        good_until = dict(admission.good_until)
        for delivery in rest if blackouts.known else ():
            at = goes_at(delivery, now)
            begins = _next_blackout(blackouts, delivery, accounts[delivery.account_id], at)
            if begins is not None:
                good_until[delivery.id] = min(begins, good_until.get(delivery.id, begins))
        return Clearance(held=held, good_until=good_until)


def _next_blackout(
    blackouts: Blackouts, delivery: Delivery, account: Account, at: datetime
) -> datetime | None:
    return blackouts.next_start(account, at) if is_routine(delivery) else None
