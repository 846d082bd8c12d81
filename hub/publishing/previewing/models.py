"""What one edition would be, and how much of its channel's limits it uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.kernel.errors import GongkaiError, Words
from hub.organisations.models import Account
from hub.publishing.models import Declaration, Part

__all__ = ["Gauge", "Preview", "Seat", "TemplateText"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """How long something of part number `part` (from 0) is by its channel's own counting, and the
    limit there; `unit` is what is counted."""

    field: str  # title, digest, text, parts, media
    part: int
    length: int
    limit: int
    unit: Words

    @property
    def left(self) -> int:
        """Below zero where it is over."""
        return self.limit - self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """A template of a post: what it makes (title, digest, text, short), its file within the
    installation, the names it may use. `own`: the channel has it in place of the shared one."""

    name: str
    file: str
    text: str
    variables: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Accounts that would share one edition: how many, and one of them to render it for."""

    name: str
    channel: str
    variation: Mapping[str, str]
    count: int
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An edition as it would be signed: its exact `payload`, or the `problem` for which the channel
    would refuse it, or it cannot be drawn now (`passing`: asking again may do). `unfinished`: its
    picture is still being drawn, and another stands in its place. `own`: its account has words of
    its own; `written`: words written by hand."""

    seat: Seat
    declaration: Declaration
    payload: str = ""
    payload_hash: str = ""
    parts: tuple[Part, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    problem: GongkaiError | None = None
    passing: bool = False
    unfinished: bool = False
    written: bool = False
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def own(self) -> bool:
        return self.seat.count == 1 and "account" in self.seat.variation
