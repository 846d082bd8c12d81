"""What whoever answers citizens needs: the bots, an index to search, a way to the platforms."""

from __future__ import annotations

from datetime import timedelta

from app.bots import open_answerer
from app.conversing import Conversing, open_conversing
from app.desk import gated
from app.nodes.node import Node
from app.noticing import carrying
from app.satisfying import hearing
from hub.catalogue.search.indexer import Indexer

__all__ = ["conversing_of", "index"]

_SEARCH_EVERY = timedelta(seconds=1)


async def index(node: Node) -> None:
    """The search index of this machine follows the changes; once, where several parts read it."""
    indexer = Indexer(node.hub.database, node.hub.search.home)
    node.stack.push_async_callback(indexer.close)
    node.jobs.every("search", _SEARCH_EVERY, indexer.follow)


async def conversing_of(node: Node) -> Conversing:
    """The conversations of this process, opened by the first part that asks."""
    if node.conversing is None:
        hub = node.hub
        bot = await node.stack.enter_async_context(open_answerer(hub))
        answerer = hearing(hub, gated(hub, await carrying(hub, bot)))
        opened = open_conversing(hub, answerer=answerer)
        node.conversing = await node.stack.enter_async_context(opened)
    return node.conversing
