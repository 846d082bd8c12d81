"""What the staff API does with conversations at the desk: list, read, take, answer, close."""

from __future__ import annotations

from hub.conversation.desk.answering import NewReply
from hub.conversation.desk.models import (
    ANSWERING,
    DeskFilter,
    DeskState,
    DeskTalk,
    DeskView,
    Reply,
)
from web.staff.asked import AnswerTalk, AssignTalk, CloseTalk
from web.staff.desk import Call
from web.staff.talk_shapes import StaffReply, StaffSaid, StaffTalk, StaffTalks, StaffTalkView

__all__ = [
    "answer_talk",
    "assign_talk",
    "close_talk",
    "list_talks",
    "read_talk",
    "release_talk",
    "take_talk",
]

_MOST = 200
_OPEN = frozenset(DeskState) - {DeskState.CLOSED}


async def list_talks(call: Call) -> StaffTalks:
    """The open ones of the bodies that the caller answers for, who waits longest first."""
    bodies = await call.services.desk.answers_for(call.login)
    wanted = DeskFilter(bodies=bodies, states=_OPEN, limit=_MOST)
    found = await call.services.desk.talks(wanted)
    return StaffTalks(conversations=tuple(_talk(one) for one in found))


async def read_talk(call: Call) -> StaffTalkView:
    talk = await _seen(call)
    return _view(await call.services.desk.view(talk.id, actor=call.login))


async def take_talk(call: Call) -> StaffTalk:
    talk = await _seen(call)
    return _talk(await call.services.desk.take(talk.id, actor=call.login))


async def assign_talk(call: Call) -> StaffTalk:
    told: AssignTalk = call.told
    talk = await _seen(call)
    return _talk(await call.services.desk.assign(talk.id, told.officer, actor=call.login))


async def release_talk(call: Call) -> StaffTalk:
    talk = await _seen(call)
    return _talk(await call.services.desk.release(talk.id, actor=call.login))


async def answer_talk(call: Call) -> StaffReply:
    """Sent once: the same `key` again is told how the first one ended."""
    told: AnswerTalk = call.told
    talk = await _seen(call)
    new = NewReply(text=told.text, canned=told.canned, key=told.key, reason=told.reason)
    return _reply(await call.services.answering.answer(talk.id, new, actor=call.login))


async def close_talk(call: Call) -> StaffTalk:
    told: CloseTalk = call.told
    talk = await _seen(call)
    return _talk(await call.services.answering.close(talk.id, actor=call.login, ask=told.ask))


async def _seen(call: Call) -> DeskTalk:
    """The conversation of the path, once it is sure that the caller answers for its body; a
    refusal is recorded. UnknownConversation, RoleNeeded."""
    talk = await call.services.desk.talk(call.request.match_info["conversation"])
    await call.services.doors.require(
        call.login, talk.body_id, ANSWERING, attempt=call.attempt, subject=talk.id
    )
    return talk


def _talk(talk: DeskTalk) -> StaffTalk:
    return StaffTalk(
        id=talk.id,
        channel=talk.channel,
        account=talk.account_id,
        sender=talk.sender,
        state=talk.state.value,
        reason=talk.reason.value,
        officer=talk.officer,
        opened_at=talk.opened_at,
        waits_since=talk.waits_since,
        due_at=talk.due_at,
        closed_at=talk.closed_at,
        rating=talk.rating,
    )


def _view(view: DeskView) -> StaffTalkView:
    said = [
        StaffSaid(
            at=one.inbound.received_at,
            kind=one.inbound.kind.value,
            text=one.inbound.text,
            answer="\n".join(one.answer.paragraphs) if one.answer else "",
        )
        for one in view.messages
    ]
    return StaffTalkView(
        conversation=_talk(view.talk),
        said=tuple(said),
        replies=tuple(_reply(one) for one in view.replies),
    )


def _reply(reply: Reply) -> StaffReply:
    return StaffReply(
        id=reply.id,
        key=reply.key,
        kind=reply.kind.value,
        officer=reply.officer,
        text=reply.text,
        canned=reply.canned,
        cites=tuple(cite.url for cite in reply.cites),
        state=reply.state.value,
        reason=reply.reason,
        written_at=reply.written_at,
        ended_at=reply.ended_at,
    )
