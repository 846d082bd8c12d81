"""What a web node serves: callbacks of platforms, the public portal, staff and their programs."""

from __future__ import annotations

from app.console import add_console
from app.desk import desk_of
from app.inbox import callback_routes
from app.nodes.answering import conversing_of
from app.nodes.node import Node
from app.portal import portal_desk
from app.staff import add_staff
from web.portal.portal import portal_routes

__all__ = ["serve_platforms", "serve_public", "serve_staff"]


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
