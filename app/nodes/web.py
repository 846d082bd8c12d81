"""What a web node serves: callbacks of platforms, the public portal, staff and their programs."""

from __future__ import annotations

from app.console import add_console
from app.desk import desk_of
from app.inbox import callback_routes
from app.nodes.answering import conversing_of
from app.nodes.node import Node
from app.portal import portal_desk
from app.staff import add_staff
from hub.catalogue.search.service import Search
from hub.kernel.errors import Unavailable, Words
from web.health import Check
from web.portal.portal import portal_routes

__all__ = ["CaughtUp", "serve_platforms", "serve_public", "serve_staff", "wait_for_index"]


async def wait_for_index(node: Node) -> None:
    """A web node of several is ready once its own index has reached what there was when it began.

    From then on it answers from what it has; a rebuilt index takes its place when it is done.
    """
    if not node.settings.embedded:
        node.checks.append(Check(name="search", look=CaughtUp(node.hub.search).look))


class CaughtUp:
    """Whether an index has once been as new as the catalogue was when this was first asked."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._target: int | None = None
        self._done = False

    async def look(self) -> None:
        """Raises Unavailable until then."""
        if self._done:
            return
        status = await self._search.status()
        if self._target is None:
            self._target = status.newest
        self._done = status.ready and status.position >= self._target
        if not self._done:
            raise Unavailable(
                Words("检索索引尚未追上", "the search index has not caught up yet"),
                field="search",
                remedy=Words(
                    "等待；大库可先运行 gongkai search rebuild",
                    "wait; a large one is made quicker by `gongkai search rebuild`",
                ),
            )


async def serve_platforms(node: Node) -> None:
    """Callbacks, and the answers that they wait for."""
    conversing = await conversing_of(node)
    node.application.add_routes(callback_routes(node.hub, conversing.conversations))


async def serve_public(node: Node) -> None:
    """The portal, with the page on which citizens ask."""
    conversing = await conversing_of(node)
    pages = conversing.webchat.pages
    node.application.on_shutdown.append(lambda _: pages.close())
    if node.settings.portal:
        node.application.add_routes(portal_routes(await portal_desk(node.hub, conversing)))


async def serve_staff(node: Node) -> None:
    """The staff API and the console."""
    conversing = await conversing_of(node)
    add_staff(node.application, node.hub, desk_of(node.hub, conversing.courier))
    add_console(node.application, node.hub)
