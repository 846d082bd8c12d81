"""What follows a correction that its platform refused to make in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.database import Transaction
from hub.kernel.ids import IdSource
from hub.publishing import store as ledger_store
from hub.publishing.models import Declaration, Delivery, DeliveryState, Priority, Purpose
from hub.publishing.recall import store
from hub.publishing.recall.models import Followup, Way
from hub.publishing.recall.rules import is_public, may_delete
from hub.publishing.signing import why_unsigned

__all__ = ["Fallback", "Refused"]

_S = DeliveryState
Refused = tuple[Delivery, Followup]  # the correction, and what it was about


class Fallback:
    """Works inside the caller's transaction. What cannot be deleted either stays failed, with the
    platform's words, for a person."""

    def __init__(self, clock: Clock, ids: IdSource, rules: Mapping[str, Declaration]) -> None:
        self._clock = clock
        self._ids = ids
        self._rules = rules

    def can(self, refused: Refused) -> bool:
        """Whether the channel deletes at all; `follow` looks at the post itself."""
        rules = self._rules.get(refused[0].channel)
        return rules is not None and may_delete(rules, refused[0], self._clock.now())

    def follow(self, tx: Transaction, refused: Sequence[Refused]) -> list[str]:
        """Withdraw the old posts and have the corrected ones wait for that; the corrections that
        were followed."""
        followed = []
        for correction, about in refused:
            original = ledger_store.get_delivery(tx.connection, about.original_id)
            if original is None or not is_public(original) or self._unsigned(tx, correction):
                continue
            if not may_delete(self._rules[original.channel], original, self._clock.now()):
                continue
            if store.is_taken(tx.connection, original, Purpose.RECALL) or store.is_taken(
                tx.connection, correction, Purpose.PUBLISH
            ):
                continue  # withdrawn or posted by another way already
            self._replace(tx, correction, original, about)
            followed.append(correction.id)
        return followed

    def _unsigned(self, tx: Transaction, correction: Delivery) -> bool:
        editions = ledger_store.editions_by_ids(tx.connection, [correction.edition_id])
        return why_unsigned(tx.connection, editions[correction.edition_id]) is not None

    def _replace(
        self, tx: Transaction, correction: Delivery, original: Delivery, about: Followup
    ) -> None:
        withdrawal = self._row(original, Purpose.RECALL, Priority.EMERGENCY, correction)
        repost = self._row(correction, Purpose.PUBLISH, Priority.IMPORTANT, correction)
        repost |= {"state": _S.BLOCKED, "reason": "original-unsettled"}
        for row, way in ((withdrawal, Way.WITHDRAW), (repost, Way.REPOST)):
            ledger_store.add_deliveries(tx, [row])
            followup = {
                "delivery_id": row["id"],
                "order_id": about.order_id,
                "original_id": original.id,
                "account_id": original.account_id,
                "way": way,
            }
            store.add_followups(tx, [followup])

    def _row(
        self, like: Delivery, purpose: Purpose, priority: Priority, correction: Delivery
    ) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "id": self._ids.new(now),
            "plan_id": correction.plan_id if purpose is Purpose.PUBLISH else like.plan_id,
            "edition_id": like.edition_id,
            "account_id": like.account_id,
            "channel": like.channel,
            "part": like.part,
            "occurrence": like.occurrence,
            "purpose": purpose,
            "state": _S.PLANNED,
            "reason": "",
            "next_at": None,
            "priority": int(priority),
            "due_at": now,
            "not_after": correction.not_after,
        }
