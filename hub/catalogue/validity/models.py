"""The decisions that an item's standing comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hub.catalogue.models import Validity

__all__ = ["ValidityChange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityChange:
    """One decision: from `since` on the item is `validity`, by `by_item_id` where the deciding
    document is in the catalogue, else by what `basis` names."""

    item_id: str
    no: int
    validity: Validity
    since: date
    actor: str
    at: datetime
    by_item_id: str | None = None
    basis: str = ""
