"""The values of processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Lease", "Node"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who does what only one may do. `fence` grows whenever it changes hands or had run out, so
    that what was begun under an earlier one is known for old."""

    name: str
    owner: str
    fence: int
    taken_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One process: its roles by name, where it runs, and when it last said that it lives."""

    id: str
    roles: frozenset[str]
    host: str
    pid: int
    address: str
    version: str
    started_at: datetime
    beat_at: datetime
