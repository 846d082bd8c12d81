"""One list of what the checks found of one's own bodies: unanswered first, or all."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError
from hub.publishing.findings.models import Topic
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["acknowledge", "listed"]

_SHOWN = 100


async def listed(call: Call) -> web.StreamResponse:
    return await _page(call)


async def acknowledge(call: Call) -> web.StreamResponse:
    """Known, with a remark; it comes back once the finding changes."""
    topic = _topic(call.text("topic"))
    try:
        await call.desk.handling.findings.acknowledge(
            topic,
            call.text("subject")[:128],
            call.text("fingerprint")[:64],
            await call.desk.sights.operated(call.login),
            call.login,
            call.text("remark"),
        )
    except GongkaiError as error:
        return await _page(call, error)
    return call.go("/findings", topic=topic.value, all=call.text("all"), said="acknowledged")


def _topic(text: str) -> Topic:
    return Topic(text) if text in set(Topic) else Topic.PREFLIGHT


async def _page(call: Call, problem: GongkaiError | None = None) -> web.Response:
    topic = _topic(call.asked("topic") or call.text("topic"))
    everything = "yes" in (call.asked("all"), call.text("all"))
    sight = await call.desk.sights.operated(call.login)
    return call.page(
        "findings/list",
        status=status_of(problem) if problem else 200,
        topic=topic,
        topics=tuple(Topic),
        everything=everything,
        found=await call.desk.handling.findings.find(
            topic, sight, limit=_SHOWN, unanswered=not everything
        ),
        channels=channel_titles(call),
        problem=problem,
    )
