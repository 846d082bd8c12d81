"""One signal: what it says, how it was judged and why, corrections, and who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput
from hub.opinion.judging.models import Field, Intent, Mood, Urgency
from hub.opinion.rumours.models import LinkKind
from hub.opinion.stream.models import Line
from web.console.areas.opinion.asked import sight_of
from web.console.areas.opinion.judged import marked, readings, words_behind
from web.console.areas.opinion.lists import names_of
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = [
    "ask_identity",
    "correct",
    "corrections",
    "identity",
    "line_of",
    "reading",
    "shown",
]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await line_of(call))


async def line_of(call: Call) -> Line:
    """The signal of the address; raises UnknownSignal for one that is out of sight."""
    signal_id = call.request.match_info["id"]
    return await call.desk.listening.stream.line(signal_id, await sight_of(call))


async def correct(call: Call) -> web.StreamResponse:
    """Every field that was changed becomes a label."""
    line = await line_of(call)
    try:
        await corrections(call, line)
    except InvalidInput as error:
        return await _page(call, line, error)
    return call.go(f"/opinion/signals/{line.signal.id}", said="corrected")


async def corrections(call: Call, line: Line) -> None:
    """Keep what the form says differently; the place first, for it is the one that can be wrong.
    A topic that was chosen by its button is a label also where it is what was guessed."""
    held, confirmed = line.judged or {}, call.text("chosen_topic")
    for field in (Field.PLACE, *(one for one in Field if one is not Field.PLACE)):
        value = call.text(field.value).strip()
        if field is Field.TOPIC and confirmed:
            value = confirmed
        elif value == held.get(field.value):
            continue
        if value:
            await call.desk.listening.judging.correct(
                line.signal.id, field, value, actor=call.login
            )


async def ask_identity(call: Call) -> web.StreamResponse:
    """Before anybody sees a name there is a reason on record."""
    return call.page("opinion/identity", line=await line_of(call), found=None, problem=None)


async def identity(call: Call) -> web.StreamResponse:
    """Who wrote it, shown once: each look is recorded."""
    line = await line_of(call)
    try:
        found = await call.desk.listening.signals.reveal(
            line.signal.id, actor=call.login, reason=call.text("reason")[:500]
        )
    except InvalidInput as error:
        return call.page("opinion/identity", status=400, line=line, found=None, problem=error)
    return call.page("opinion/identity", line=line, found=found, problem=None)


def reading(call: Call, line: Line) -> dict[str, Any]:
    """What the queue and a signal's page share."""
    told = readings(line)
    words, labels = words_behind(told), call.desk.listening.labels
    choices: Mapping[str, Any] = {
        "intent": list(Intent),
        "topic": labels[Field.TOPIC].names,
        "department": labels[Field.DEPARTMENT].names,
        "urgency": list(Urgency),
        "mood": list(Mood),
    }
    return {
        "line": line,
        "told": told,
        "by_field": {one.field.value: one for one in told},
        "title": marked(line.signal.title, words),
        "text": marked(line.signal.text, words),
        "choices": choices,
        "channels": channel_titles(call),
    }


async def _page(call: Call, line: Line, problem: GongkaiError | None = None) -> web.Response:
    services, sight = call.desk.listening, await sight_of(call)
    issue = (await services.issues.known([line.issue_id])) if line.issue_id else {}
    return call.page(
        "opinion/signal",
        status=status_of(problem) if problem else 200,
        **reading(call, line),
        issue=issue.get(line.issue_id),
        copies=await services.stream.copies(line.signal.id, sight),
        clarified=await services.rumours.clarification(LinkKind.SIGNAL, line.signal.id),
        names=await names_of(call, [line]),
        problem=problem,
    )
