"""What the chat's pages share: where questions go, whose account it is, and how much is let in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from hub.conversation.pace import Pace
from hub.conversation.webchat.service import WebChat
from hub.kernel.clock import Clock
from hub.kernel.errors import GongkaiError, NotFound, Words
from web.portal.kept import Kept

__all__ = ["ChatDoor", "ChatLimits", "NoChat"]

_KEPT_FOR = timedelta(seconds=30)


class NoChat(NotFound):
    code = "no-chat"

    def __init__(self) -> None:
        super().__init__(
            Words("本站未开通在线问答", "This site answers no questions online"),
            remedy=Words("可搜索已公开的信息", "you can search what is published"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLimits:
    """`per_address` messages a minute, and `streams_per_address` open pages, of one network
    address, behind which may be a whole office; `streams` open pages in all. `proxies` is how many
    proxies of ours stand before the hub and add to X-Forwarded-For; `keep` is for how long a
    browser keeps its word; `secure` says that the site is reached over https only."""

    per_address: int = 120
    streams: int = 1_000
    streams_per_address: int = 50
    proxies: int = 0
    keep: timedelta = timedelta(days=30)
    secure: bool = False


class ChatDoor:
    """`account` finds the account that the page belongs to, empty for none; `media` reads a picture
    by its hash and raises NotFound."""

    def __init__(
        self,
        service: WebChat,
        clock: Clock,
        *,
        account: Callable[[], Awaitable[str]],
        media: Callable[[str], Awaitable[bytes]],
        limits: ChatLimits,
    ) -> None:
        self.service = service
        self.pages = service.pages
        self.clock = clock
        self.media = media
        self.limits = limits
        self.pace = Pace(clock, limits.per_address, timedelta(minutes=1))
        self.account_id = ""
        self._account = account
        self._kept = Kept(clock, _KEPT_FOR)

    async def look(self) -> None:
        """Find the account anew now and then. Where nobody answers it is what it was."""
        try:
            self.account_id = await self._kept.get("account", self._account)
        except GongkaiError:
            return

    def account(self) -> str:
        """The account; raises NoChat where there is none."""
        if not self.account_id:
            raise NoChat
        return self.account_id
