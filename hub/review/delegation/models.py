"""A delegation: who is away, who signs for them, where, as what, from when until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.organisations.models import Role

__all__ = ["Delegation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`valid_until` is the first moment at which it does not hold any more; a revocation ends it
    at once."""

    id: str
    from_id: str
    to_id: str
    body_id: str
    role: Role
    valid_from: datetime
    valid_until: datetime
    reason: str
    created_by: str
    created_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def holds(self, at: datetime) -> bool:
        return self.revoked_at is None and self.valid_from <= at < self.valid_until
