"""What is known about the servers behind the accounts, asked once an hour each."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.models import Declaration, Part
from hub.publishing.ports import Access
from publishers.length import length
from publishers.limits import problems
from publishers.mastodon.client import Limits, MastodonClient
from publishers.mastodon.declaration import leaving_room_for

__all__ = ["Servers"]

_REMEMBERED = timedelta(hours=1)
# Who heeds the Idempotency-Key: Mastodon does (app/services/post_status_service.rb). GoToSocial
# takes it and ignores it: three posts with one key were three posts on 0.19. Of all others nothing
# is known, so they are treated like GoToSocial. The name is nodeinfo's; the version of an instance
# says nothing, because forks and other software write what they like there.
_HEEDS_KEYS = frozenset({"mastodon"})

T = TypeVar("T")


class Servers:
    """Limits and software of every server, by its base URL."""

    def __init__(self, client: MastodonClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._limits: dict[str, tuple[datetime, Limits]] = {}
        self._software: dict[str, tuple[datetime, str]] = {}

    async def heeds_keys(self, access: Access) -> bool:
        """Whether a second post with one key is surely the first one; not where nobody knows."""
        try:
            software = await self._remembered(self._software, access, self._client.software)
        except Rejected:
            return False
        return software in _HEEDS_KEYS

    async def check(self, part: Part, access: Access) -> None:
        """Raise Rejected for what the channel, or this server, would not take.

        A server that will not tell its limits is no reason to keep a post back: it refuses by
        itself what it does not want. One that cannot answer now is given no post either.
        """
        try:
            limits = await self._remembered(self._limits, access, self._client.limits)
        except Rejected as error:
            if not error.platform_code.isdecimal():  # not the server's word: a redirect
                raise
            limits = Limits()
        found = problems([part], _narrowed(leaving_room_for(part.digest), part, limits))
        if found:
            name = Words("Mastodon 实例", "the Mastodon server")
            raise Rejected(
                Words(
                    f"{name.zh}：" + "；".join(problem.words.zh for problem in found),
                    f"{name.en}: " + "; ".join(problem.words.en for problem in found),
                ),
                field=found[0].field,
                remedy=found[0].remedy,
            )

    async def _remembered(
        self,
        known: dict[str, tuple[datetime, T]],
        access: Access,
        ask: Callable[[Access], Coroutine[Any, Any, T]],
    ) -> T:
        at, value = known.get(access.base_url, (None, None))
        now = self._clock.now()
        if at is None or value is None or now - at > _REMEMBERED:
            value = await ask(access)
            known[access.base_url] = (now, value)
        return value


def _narrowed(declaration: Declaration, part: Part, limits: Limits) -> Declaration:
    """The declaration with the server's own limits for `part` where they are smaller."""
    rule = declaration.media
    warning = length(part.digest, declaration.unit)
    characters = max(1, limits.characters - warning) if limits.characters else 0
    return replace(
        declaration,
        text_limit=_smaller(declaration.text_limit, characters),
        media=replace(
            rule,
            types=rule.types & limits.picture_types if limits.picture_types else rule.types,
            max_bytes=_smaller(rule.max_bytes, limits.picture_bytes),
            max_count=_smaller(rule.max_count, limits.pictures),
        ),
    )


def _smaller(ours: int, theirs: int) -> int:
    return min(ours, theirs) if theirs else ours
