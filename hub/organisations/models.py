"""Who publishes: the tree of bodies, people with roles, and the accounts they own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = [
    "Account",
    "Body",
    "BodyKind",
    "FilingState",
    "Group",
    "Imported",
    "NewAccount",
    "NewBody",
    "NewPerson",
    "Person",
    "Role",
    "Selection",
]


class BodyKind(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    DEPARTMENT = "department"


class Role(StrEnum):
    """What a person may do in one body. The three review roles are the three steps of 三审."""

    EDITOR = "editor"  # enters items
    CLERK = "clerk"  # 初审
    SECTION_HEAD = "section-head"  # 审核
    LEADER = "leader"  # 审发
    MEDIA = "media"  # plans and operates deliveries
    DISCLOSURE_OFFICE = "disclosure-office"  # supervises
    ADMIN = "admin"  # accounts and people


class FilingState(StrEnum):
    """备案: whether the account is on the government's register of new-media accounts."""

    NOT_FILED = "not-filed"
    FILED = "filed"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body. `separate_author`: who entered an item may not sign its first step.

    `org_code`: organisation code or unified social credit code, which index numbers begin with.
    """

    id: str
    code: str
    name: str
    kind: BodyKind
    region: str = ""
    parent_id: str | None = None
    separate_author: bool = False
    org_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    login: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A body's account on one channel. `sealed` is the encrypted credentials.

    `base_url` is where the platform's API is, without a trailing slash. `revision` grows with
    every change, so that a cached, decrypted copy is known to be old.
    """

    id: str
    channel: str
    name: str
    handle: str
    body_id: str
    base_url: str
    region: str = ""
    tags: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    sealed: str = field(default="", repr=False)
    filing: FilingState = FilingState.FILED
    active: bool = True
    needs_reconnecting: str = ""  # the reason, empty while all is well
    paused_until: datetime | None = None
    pause_reason: str = ""
    authorised_until: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which accounts: every field given narrows the choice, an empty one does not.

    `body_id` includes the bodies below it, `region` and `tag` are compared whole, `group` is a
    group's name.
    """

    ids: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    body_id: str = ""
    region: str = ""
    tag: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A named set of accounts: those its `rule` matches, and `members` named one by one.

    An empty rule matches none; a rule cannot name another group.
    """

    id: str
    name: str
    rule: Selection = Selection()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBody:
    """A body as it is entered; `parent_code` names one that exists or comes in the same list."""

    code: str
    name: str
    kind: BodyKind
    region: str = ""
    parent_code: str = ""
    separate_author: bool = False
    org_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person as entered, with every role by the code of its body."""

    login: str
    name: str
    roles: tuple[tuple[str, Role], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account as entered. An empty `region` becomes the body's; `credentials` are sealed."""

    channel: str
    name: str
    handle: str
    body_code: str
    base_url: str
    region: str = ""
    tags: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    filing: FilingState = FilingState.FILED
    authorised_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows of a list were new, changed something, or were already there."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Imported) -> Imported:
        return Imported(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
        )
