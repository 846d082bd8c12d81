"""What is kept of a person's sign-in, and a session as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.organisations.models import Person, Role

__all__ = ["Credential", "Enrolment", "Opened", "Origin", "Policy", "Session", "Stage", "Visitor"]


class Stage(StrEnum):
    """What a session still waits for; only an open one lets its owner work."""

    CODE = "code"  # the password was right
    PASSWORD = "password"  # a password of their own, for the one they were given  # noqa: S105
    ENROL = "enrol"  # an authenticator
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long sessions last and what signing in takes.

    `half` is how long a session may stay short of open, `fresh` how long proving oneself again
    counts for what is dangerous.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    half: timedelta = timedelta(minutes=10)
    fresh: timedelta = timedelta(minutes=5)
    second_factor: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where somebody signs in from, as the audit log names it."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """`sealed` holds the authenticator's secret, empty before there is one; `last_step` is the
    newest 30-second step whose code was used. `failures` count since the last success."""

    person_id: str
    password_hash: str = field(repr=False)
    must_change: bool
    changed_at: datetime
    sealed: str = field(default="", repr=False)
    last_step: int = 0
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`digest` is the SHA-256 of the secret in the cookie, which is kept nowhere.

    `proved_at`: when its owner last gave password and code. `ended_at`: signed out, or replaced.
    """

    id: str
    person_id: str
    digest: str = field(repr=False)
    stage: Stage
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    proved_at: datetime
    address: str = ""
    agent: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session with its `secret`, which goes into the cookie and is told this once."""

    session: Session
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an authenticator needs: `uri` as a QR code, `secret` to type (base 32)."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is behind a session, with their roles by the id of the body."""

    session: Session
    person: Person
    roles: Mapping[str, frozenset[Role]]
    enrolled: bool = False

    def holds(self, wanted: frozenset[Role]) -> bool:
        """Whether one of the roles is theirs in any body at all."""
        return any(held & wanted for held in self.roles.values())
