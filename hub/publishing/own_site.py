"""What the body's own site has taken is what the catalogue calls public.

The channel says that it is such a site (`Declaration.own_site`); for any other channel nothing is
asked of the database. Called in the transaction in which a delivery becomes accepted or verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.catalogue.publication import mark_public
from hub.kernel.database import Transaction
from hub.publishing import store
from hub.publishing.models import Delivery, DeliveryState, Purpose

__all__ = ["ON_SITE", "show"]

ON_SITE = frozenset({DeliveryState.ACCEPTED, DeliveryState.VERIFIED})
_SHOWS = frozenset({Purpose.PUBLISH, Purpose.CORRECT})  # a recall or a notice shows no item


def show(tx: Transaction, taken: Sequence[Delivery], at: datetime) -> None:
    """The public sees the versions that these deliveries of an own site carry.

    The item's only part, or any part of it: a site shows pages, and a page is whole. What was
    recalled meanwhile stays withdrawn.
    """
    ids = {delivery.edition_id for delivery in taken if delivery.purpose in _SHOWS}
    if not ids:
        return
    editions = store.editions_by_ids(tx.connection, ids).values()
    for item_id, version in sorted({(one.item_id, one.item_version) for one in editions}):
        mark_public(tx, item_id, version, at)
