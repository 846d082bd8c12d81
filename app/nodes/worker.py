"""What a worker runs: it calls the platforms."""

from __future__ import annotations

from datetime import timedelta

from app.compose import open_engine
from app.conversing import schedule_conversing
from app.nodes.answering import conversing_of
from app.nodes.node import Node
from app.noticing import schedule_notice_sending
from scheduler.engine import Engine
from web.health import Check, heartbeat_check

__all__ = ["answer_later", "engine_of", "send"]

_HEARTBEAT_LIMIT = timedelta(seconds=30)


async def send(node: Node) -> None:
    """Deliveries: claimed, sent, asked about, read back."""
    opened = open_engine(node.hub, meter=node.metrics, led=node.led, select=node.select)
    node.engine = engine = await node.stack.enter_async_context(opened)
    node.jobs = engine.clock
    if (census := node.census) is not None:
        engine.limiter.share = lambda: census.others
    node.checks.append(heartbeat_check(engine.sweep.heartbeat_age, _HEARTBEAT_LIMIT))
    if node.settings.redis_url:
        node.checks.append(Check(name="redis", look=engine.limiter.check))


async def answer_later(node: Node) -> None:
    """Answers that no call of a platform waits for, and notices."""
    conversing = await conversing_of(node)
    schedule_conversing(node.jobs, conversing)
    await schedule_notice_sending(node.hub, engine_of(node), conversing)


def engine_of(node: Node) -> Engine:
    if node.engine is None:
        raise RuntimeError("a part that sends is opened after the engine")
    return node.engine
