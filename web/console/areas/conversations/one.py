"""One conversation: both sides of it, answering, and who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from hub.conversation.desk.answering import NewReply
from hub.conversation.desk.models import (
    ANSWERING,
    ASSIGNING,
    DeskTalk,
    DeskView,
    Reply,
    ReplyState,
)
from hub.conversation.models import Citation, Message
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, NotFound
from web.console.areas.conversations.helping import chosen_items, fitting
from web.console.call import Call
from web.console.looking import channel_titles
from web.console.naming import names_of
from web.statuses import status_of

__all__ = ["answer", "assign", "close", "release", "shown", "take", "thread"]

_LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that was said: by the `citizen`, the `bot`, or the `desk` (its officer's login).
    `kind` is what a message is that has no text."""

    at: datetime
    side: str
    text: str
    by: str = ""
    kind: str = ""
    cites: tuple[Citation, ...] = ()
    reply: Reply | None = None
    masked: bool = False
    unanswered: bool = False


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await _seen(call))


async def thread(call: Call) -> web.StreamResponse:
    """What was said alone, for a page that is open."""
    talk = await _seen(call)
    view = await call.desk.talking.desk.view(talk.id, actor=call.login)
    return call.page("conversations/_thread", talk=view.talk, said=_said(view))


async def answer(call: Call) -> web.StreamResponse:
    talk = await _seen(call)
    new = NewReply(
        text=call.text("text"),
        canned=call.text("canned"),
        items=tuple(dict.fromkeys(call.chosen.get("items", []))),
        key=call.text("key"),
        reason=call.text("reason"),
    )
    try:
        async with call.desk.talking.answering() as answering:
            reply = await answering.answer(talk.id, new, actor=call.login)
    except (Conflict, InvalidInput, NotFound) as error:
        return await _page(call, talk, error, new)
    said = "sent" if reply.state is ReplyState.SENT else "unknown"
    return call.go(f"/conversations/{talk.id}", said=said)


async def take(call: Call) -> web.StreamResponse:
    talk = await _seen(call)
    try:
        await call.desk.talking.desk.take(talk.id, actor=call.login)
    except Conflict as error:
        return await _page(call, talk, error)
    return call.go(f"/conversations/{talk.id}", said="taken")


async def assign(call: Call) -> web.StreamResponse:
    talk = await _seen(call)
    try:
        await call.desk.talking.desk.assign(talk.id, call.text("officer"), actor=call.login)
    except (Conflict, NotFound) as error:
        return await _page(call, talk, error)
    return call.go(f"/conversations/{talk.id}", said="assigned")


async def release(call: Call) -> web.StreamResponse:
    talk = await _seen(call)
    try:
        await call.desk.talking.desk.release(talk.id, actor=call.login)
    except Conflict as error:
        return await _page(call, talk, error)
    return call.go("/conversations", said="released")


async def close(call: Call) -> web.StreamResponse:
    """Somebody who was answered is asked once how satisfied they are, unless told otherwise."""
    talk = await _seen(call)
    try:
        async with call.desk.talking.answering() as answering:
            await answering.close(talk.id, actor=call.login, ask=bool(call.text("ask")))
    except Conflict as error:
        return await _page(call, talk, error)
    return call.go("/conversations", said="closed")


async def _seen(call: Call) -> DeskTalk:
    """The conversation of the address, once it is sure that they answer for its body; a refusal
    is recorded. UnknownConversation, RoleNeeded."""
    talk = await call.desk.talking.desk.talk(call.request.match_info["id"])
    await call.desk.doors.require(
        call.login, talk.body_id, ANSWERING, attempt=call.attempt, subject=talk.id
    )
    return talk


async def _page(
    call: Call,
    talk: DeskTalk,
    problem: GongkaiError | None = None,
    told: NewReply | None = None,
) -> web.Response:
    desk, told = call.desk.talking.desk, told or NewReply()
    view = await desk.view(talk.id, actor=call.login)
    talk = view.talk
    mine = talk.open and talk.officer == call.login
    officers = [one for one in await desk.officers(talk.body_id) if one != talk.officer]
    return call.page(
        "conversations/one",
        status=status_of(problem) if problem else 200,
        talk=talk,
        said=_said(view),
        body=(await call.desk.organisations.bodies(talk.body_id))[0],
        channels=channel_titles(call),
        there=await desk.there(talk.body_id),
        officers=officers,
        people=await names_of(call, [talk.officer, *officers]),
        mine=mine,
        leads=bool(call.visitor.roles.get(talk.body_id, frozenset()) & ASSIGNING),
        told=told,
        key=uuid4().hex,
        longest=_LONGEST,
        answers=await fitting(call, talk.body_id, "", told.canned) if mine else [],
        found=await chosen_items(call, told.items) if mine else [],
        window=_window(call, view),
        problem=problem,
    )


def _window(call: Call, view: DeskView) -> dict[str, Any] | None:
    """Until when and how often the platform takes answers to what was written last, as far as
    its channel declares it."""
    reach = call.desk.talking.reach.get(view.talk.channel)
    rule = reach.windows.get("message") if reach else None
    written = [one.inbound.received_at for one in view.messages if one.inbound.event is None]
    if rule is None or not written:
        return None
    return {"until": max(written) + rule.within, "count": rule.count}


def _said(view: DeskView) -> list[Said]:
    """Both sides in one list, oldest first."""
    said = [one for message in view.messages for one in _sides(message)]
    said += [
        Said(
            at=one.written_at,
            side="desk",
            by=one.officer,
            text=one.text,
            cites=one.cites,
            reply=one,
        )
        for one in view.replies
    ]
    return sorted(said, key=lambda one: one.at)


def _sides(message: Message) -> list[Said]:
    """What the citizen wrote, and what the bot said to it."""
    inbound, answer = message.inbound, message.answer
    sides = [
        Said(
            at=inbound.received_at,
            side="citizen",
            text=inbound.text,
            kind=inbound.kind,
            masked=message.masked_at is not None,
        )
    ]
    if answer is not None and not answer.silent:
        sides.append(
            Said(
                at=message.answered_at or inbound.received_at,
                side="bot",
                text="\n".join(answer.paragraphs),
                cites=answer.cites,
                unanswered=answer.unanswered,
            )
        )
    return sides
