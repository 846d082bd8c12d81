"""Permits for notices, from the limiter that paces posts: a person is a chat of the account's app.

Notices have rates of their own, so that a release that many wait for leaves the account's posts
their share; where the platform counts both together they take from the posts' rates as well.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from hub.conversation.notices.models import Reach
from hub.kernel.clock import Clock
from hub.publishing.errors import DeliveryError, Throttled
from hub.publishing.models import Declaration
from hub.publishing.ports import Access
from scheduler.limits import Limiter

__all__ = ["NoticePermits"]

_ASK_AGAIN = timedelta(seconds=30)
_REMEMBERED_S = 10.0


class NoticePermits:
    """`Permits` of hub.conversation.notices. `rules` gives a channel's declaration and reach, None
    for one that no platform limits; `access` opens an account."""

    def __init__(
        self,
        limiter: Limiter,
        clock: Clock,
        *,
        rules: Callable[[str], tuple[Declaration, Reach] | None],
        access: Callable[[str], Awaitable[Access]],
    ) -> None:
        self._limiter = limiter
        self._clock = clock
        self._rules = rules
        self._access = access
        self._opened: dict[str, tuple[float, Access]] = {}

    async def wait(self, channel: str, account_id: str, sender: str) -> float:
        known = self._rules(channel)
        if known is None:
            return 0.0
        declaration, reach = known
        access = await self._person(account_id, sender)
        wait = await self._limiter.delay(_own(declaration, reach), access)
        if wait > 0 or not reach.shares:
            return wait
        return await self._limiter.delay(declaration, access)

    async def obey(self, channel: str, account_id: str, sender: str, error: DeliveryError) -> None:
        known = self._rules(channel)
        if known is None:
            return
        declaration, reach = known
        access = await self._person(account_id, sender)
        wait = error.retry_after or _ASK_AGAIN
        self._limiter.pause(_own(declaration, reach), access, error.scope, wait)
        if isinstance(error, Throttled) and reach.shares:
            self._limiter.pause(declaration, access, error.scope, wait)

    async def _person(self, account_id: str, sender: str) -> Access:
        """The account's access with the person in the place of its own handle."""
        now = self._clock.monotonic()
        opened, access = self._opened.get(account_id, (-_REMEMBERED_S, None))
        if access is None or now - opened >= _REMEMBERED_S:
            access = await self._access(account_id)
            self._opened[account_id] = (now, access)
        return replace(access, handle=sender)


def _own(declaration: Declaration, reach: Reach) -> Declaration:
    """The declaration under whose name notices are counted by themselves."""
    return replace(declaration, name=f"{declaration.name}:notices", rates=reach.rates)
