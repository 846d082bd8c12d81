"""The stream of what is said, narrowed by any filter, and as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from hub.kernel.sheets import Cell
from hub.opinion.judging.models import Field, Intent, Mood, Urgency
from hub.opinion.signals.models import SignalKind
from hub.opinion.stream.models import Line
from web.console.areas.opinion.asked import Asked, asked
from web.console.call import Call
from web.console.exporting import send
from web.console.looking import channel_titles
from web.console.rendering import words_of

__all__ = ["SIGNAL_COLUMNS", "export", "names_of", "signal_row", "stream"]

SIGNAL_COLUMNS: tuple[str, ...] = (
    *("编号", "说于", "收到", "渠道", "类型", "标题", "内容", "地点"),
    *("意图", "主题", "部门", "紧急程度", "情绪", "把握"),
    *("点赞", "化名", "事项", "重复于", "网址"),
)


async def stream(call: Call) -> web.StreamResponse:
    """Newest first; with htmx the lines alone."""
    found = await asked(call)
    page = await call.desk.listening.stream.page(found.wanted, found.sight)
    shared: dict[str, Any] = {
        "page": page,
        "query": found.query,
        "channels": channel_titles(call),
        "names": await names_of(call, page.lines),
    }
    if call.partial:
        return call.page("opinion/_lines", **shared)
    whole = await call.desk.sights.operated(call.login)
    return call.page(
        "opinion/stream",
        **shared,
        **_choices(call),
        bodies=await call.desk.sights.choices(whole),
        waiting=await call.desk.listening.stream.waiting(found.sight),
        about=await _about(call, found),
    )


def _choices(call: Call) -> dict[str, Any]:
    labels = call.desk.listening.labels
    return {
        "topics": labels[Field.TOPIC].names,
        "departments": labels[Field.DEPARTMENT].names,
        "intents": list(Intent),
        "moods": list(Mood),
        "urgencies": list(Urgency),
        "kinds": list(SignalKind),
    }


async def _about(call: Call, found: Asked) -> str:
    """The title of the issue or the name of the watch that the stream is narrowed to."""
    issue_id = found.query.get("issue", "")
    if not issue_id:
        return found.query.get("watch", "")
    known = await call.desk.listening.issues.known([issue_id])
    visible = await call.desk.listening.stream.issues_in_sight([issue_id], found.sight)
    return known[issue_id].title if issue_id in known and visible else issue_id


async def names_of(call: Call, lines: Sequence[Line]) -> dict[str, str]:
    """The bodies' names of some lines."""
    return await call.desk.organisations.body_names(line.signal.body_id for line in lines)


async def export(call: Call) -> web.StreamResponse:
    """What the stream's filters leave, as a table that spreadsheets open."""
    found, words = await asked(call), words_of(call.taste.language)

    async def rows() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        pages = call.desk.listening.stream.export(found.wanted, found.sight, actor=call.login)
        async for lines in pages:
            yield [signal_row(line, words) for line in lines]

    return await send(call, "signals", SIGNAL_COLUMNS, rows())


def signal_row(line: Line, words: Mapping[str, str]) -> list[Cell]:
    """A line of the file of `SIGNAL_COLUMNS`; `words` are those of the interface."""
    one, judged = line.signal, line.judged
    told = ("intent", "topic", "department", "urgency", "mood")
    said = [str(judged[name]) if judged else "" for name in told]
    for place, name in ((0, "intent"), (3, "urgency"), (4, "mood")):
        said[place] = words[f"opinion.{name}-{said[place]}"] if said[place] else ""
    return [
        one.id,
        one.event_at.isoformat() if one.event_at else "",
        one.received_at.isoformat(),
        one.channel,
        words[f"opinion.kind-{one.kind}"],
        one.title,
        one.text,
        one.place,
        *said,
        round(float(judged["confidence"]), 2) if judged else None,
        one.likes,
        one.author,
        line.issue_id,
        line.copy_of,
        one.url,
    ]
