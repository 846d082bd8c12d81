"""Citizens of other servers mentioning an account, and the notifications it reads."""

from __future__ import annotations

import html
import itertools
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.mastodon.simulator_posts import Status
from publishers.mastodon.simulator_wire import Call, Citizen, Refused
from publishers.simulation import Platform

__all__ = ["MentioningPlatform"]

_Answer = Callable[[web.Request, Call], Awaitable[tuple[Any, int]]]
_PAGE, _LARGEST_PAGE = 40, 80


class MentioningPlatform(Platform):
    """The part of the server that tells an account who spoke to it."""

    _citizens: dict[str, Citizen]
    _statuses: dict[str, Status]

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._notified: dict[str, list[dict[str, Any]]] = {}
        self._mentions = 0

    @abstractmethod
    def write_by_hand(self, handle: str, text: str) -> str: ...

    @abstractmethod
    def _door(self, answer: _Answer) -> Callable[[web.Request], Awaitable[web.Response]]: ...

    def mention(
        self,
        handle: str,
        by: str,
        words: str,
        *,
        visibility: str = "public",
        bot: bool = False,
        twice: bool = False,
    ) -> str:
        """`by` (name@server) writes to an account; the id of the post. `twice`: the account is
        notified of it two times, as after an edit."""
        name = handle.lstrip("@").partition("@")[0]
        self._citizens.setdefault(by.partition("@")[0], Citizen(f"far-{by}", by))
        number = self.write_by_hand(by, f"@{name} {words}")
        content = (
            f'<p><span class="h-card"><a href="https://x/@{name}">@<span>{name}</span></a></span> '
            + "<br />".join(html.escape(words).split("\n"))
            + "</p>"
        )
        status = {"id": number, "content": content, "visibility": visibility, "language": "zh"}
        account = {"id": f"far-{by}", "acct": by, "bot": bot}
        for _ in range(2 if twice else 1):
            self._mentions += 1
            told = {"id": str(30_000 + self._mentions), "type": "mention"}
            self._notified.setdefault(name, []).append(
                {**told, "account": account, "status": status}
            )
        return number

    def posts_after(self, count: int) -> list[Status]:
        """The posts of the server without its first `count`."""
        return list(itertools.islice(self._statuses.values(), count, None))

    @property
    def written(self) -> int:
        """How many posts the server holds."""
        return len(self._statuses)

    def application(self) -> web.Application:
        application = super().application()
        application.add_routes([web.get("/api/v1/notifications", self._door(self._notifications))])
        return application

    async def _notifications(self, request: web.Request, call: Call) -> tuple[Any, int]:
        """Newest first; with min_id the page that follows it."""
        citizen = call.citizen("read:notifications")
        if request.query.getall("types[]", []) not in ([], ["mention"]):
            raise Refused(422, "Validation failed: types")
        found = self._notified.get(citizen.username, [])
        limit = min(int(request.query.get("limit", _PAGE)), _LARGEST_PAGE)
        after = int(request.query.get("min_id", 0))
        if after:
            found = [row for row in found if int(row["id"]) > after][:limit]
        return found[::-1][:limit], 200
