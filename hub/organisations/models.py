"""Who publishes: the tree of bodies, people with roles, and the accounts they own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Account", "Body", "BodyKind", "FilingState", "Person", "Role", "Selection"]


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
    """A public body. `separate_author`: who entered an item may not sign its first step."""

    id: str
    code: str
    name: str
    kind: BodyKind
    region: str = ""
    parent_id: str | None = None
    separate_author: bool = False


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

    `body` includes the bodies below it.
    """

    ids: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    body_id: str = ""
    region: str = ""
    tag: str = ""
    group: str = ""
