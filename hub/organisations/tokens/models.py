"""A person's token: what is kept of it, and what is shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from hub.organisations.models import Person
from hub.organisations.tokens.scopes import USUAL_SCOPES, Scope

__all__ = ["PER_MINUTE", "IssuedToken", "Token", "TokenHolder"]

PER_MINUTE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is kept: `digest` is the SHA-256 of the secret, which is kept nowhere.

    It works from `created_at` until before `expires_at`, unless `revoked_at` is set or its owner
    is no longer active. `last_used_on` is a day in UTC. `scopes` are what it may be used for at
    most, `per_minute` how many requests it may make.
    """

    id: str
    person_id: str
    label: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    digest: str = field(repr=False)
    revoked_at: datetime | None = None
    revoked_by: str = ""
    last_used_on: date | None = None
    scopes: frozenset[Scope] = USUAL_SCOPES
    per_minute: int = PER_MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A new token with its `secret`, which is shown this once."""

    token: Token
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHolder:
    """A token and its owner, active or not."""

    token: Token
    person: Person
