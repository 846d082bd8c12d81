"""What an area of the console declares of itself: its place, its pages, and who may see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from hub.kernel.errors import Words
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Role
from hub.organisations.signin.models import Stage, Visitor

if TYPE_CHECKING:
    from web.console.call import Call

__all__ = [
    "ANYBODY",
    "ENTERING_ITEMS",
    "READING",
    "SIGNED_IN",
    "SUPERVISING",
    "Area",
    "Handler",
    "Permission",
    "Route",
    "at_stage",
]

Handler = Callable[["Call"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whom a route lets in: those whose session is at one of `stages` and who hold one of `roles`
    somewhere (none named: any signed-in person). No stage at all: everybody.

    It is the first gate. Which body's things a person may touch is asked of `hub.review.doors`
    by the page, about the thing itself.
    """

    name: str
    stages: frozenset[Stage] = frozenset({Stage.OPEN})
    roles: frozenset[Role] = frozenset()

    @property
    def anonymous(self) -> bool:
        return not self.stages

    def admits(self, visitor: Visitor) -> bool:
        return visitor.session.stage in self.stages and (
            not self.roles or visitor.holds(self.roles)
        )


def at_stage(stage: Stage, *others: Stage) -> Permission:
    """For a step of signing in."""
    return Permission(name=f"stage:{stage}", stages=frozenset({stage, *others}))


ANYBODY = Permission(name="anybody", stages=frozenset())
SIGNED_IN = Permission(name="signed-in")
READING = Permission(name="reading", roles=frozenset(Role))
ENTERING_ITEMS = Permission(name="entering", roles=ENTERING)
SUPERVISING = Permission(name="supervising", roles=frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`path` is below `/console`, as aiohttp writes it; `proved`: only for who gave password and
    code again within the last minutes; `most_bytes`: how much may be sent there; `quiet`: a page
    asks by itself, which does not count as its reader's being there. `filters`: the parameters of
    a list that narrow it, which its reader may keep under a name (`_filters.html.j2`)."""

    method: str
    path: str
    handler: Handler
    needs: Permission
    proved: bool = False
    most_bytes: int = 2 * 1024**2
    quiet: bool = False
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A folder's pages. `place` orders the navigation, which shows `title` to whom `needs` admits
    (None: it is not shown). Templates and words are in templates/console/<name>/."""

    name: str
    title: Words
    routes: tuple[Route, ...]
    home: str = ""
    icon: str = ""
    place: int = 100
    needs: Permission | None = None
