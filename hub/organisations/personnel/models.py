"""A person with everything an administrator needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.kernel.errors import GongkaiError
from hub.organisations.models import Body, NewPerson, Person, Role

__all__ = [
    "CheckedRow",
    "Held",
    "Listed",
    "PeoplePage",
    "Profile",
    "SignInState",
    "WantedPeople",
]

LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPeople:
    """`bodies`: only who holds a role in one of them (None: everybody). `text` is in the name or
    begins the login; `after` is the login that ended the page before."""

    bodies: frozenset[str] | None = None
    role: Role | None = None
    text: str = ""
    active: bool | None = None
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One role in one body."""

    body: Body
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    person: Person
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """`next` is where the following page begins, empty on the last one."""

    people: tuple[Listed, ...]
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """How somebody comes in; nothing of it is a secret."""

    password: bool
    must_change: bool
    changed_at: datetime | None
    enrolled: bool
    codes_left: int
    locked_until: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    person: Person
    held: tuple[Held, ...]
    sign_in: SignInState


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """A row of a list of people, before anything is written: what it would do, or what is wrong.

    `fate` is added, changed, unchanged or refused; `roles` are those that it would give.
    """

    number: int
    fate: str
    row: NewPerson | None = None
    name_before: str = ""
    roles: tuple[tuple[str, Role], ...] = ()
    fault: GongkaiError | None = None
