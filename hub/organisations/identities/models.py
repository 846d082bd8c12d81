"""A subject of an identity provider, and the person an administrator linked it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Identity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`issuer` and `subject` together never change and are never given to somebody else (OpenID
    Connect Core 1.0, 5.7); a name or an address of mail may be both, so they link nothing."""

    issuer: str
    subject: str
    person_id: str
    linked_by: str
    linked_at: datetime
