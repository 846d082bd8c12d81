"""An officer's answer to a citizen: written ahead, sent once, and its end said to the officer.

The reply is durable in `sending` before the platform is called; a call that nobody ended may have
reached the citizen and is never made again. The platform's window and quota are the channel's to
know: where they are over the officer is told, and the conversation still waits for an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hub.conversation import store as messages
from hub.conversation.desk import events, store, wording
from hub.conversation.desk.canned.service import CannedAnswers
from hub.conversation.desk.errors import NotYours, PersonalData, Unreachable
from hub.conversation.desk.models import (
    DESK,
    REPLIES,
    DeskEvent,
    DeskTalk,
    Reply,
    ReplyEvent,
    ReplyKind,
    ReplyState,
)
from hub.conversation.desk.stepping import (
    NOTHING_OWED,
    Terms,
    held,
    officer_of,
    require_hold,
    step,
)
from hub.conversation.models import (
    Answer,
    Arrival,
    Citation,
    Inbound,
    Message,
    MessageEvent,
    MessageState,
)
from hub.conversation.notices.models import Reach
from hub.conversation.notices.rules import trigger_of
from hub.conversation.satisfaction.models import Asking, Question
from hub.conversation.satisfaction.rules import question_text
from hub.conversation.satisfaction.service import ask_in
from hub.conversation.sending import Sending
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault
from hub.review.checks.models import Passage, Severity
from hub.review.checks.rules import examine

__all__ = ["DeskAnswering", "NewReply"]

_Put = tuple[Question, Reply, Message]
_LONGEST = 2_000  # characters
_LONGEST_KEY = 64
_ENDS = {
    MessageEvent.SENT: ReplyEvent.SENT,
    MessageEvent.REFUSED: ReplyEvent.REFUSED,
    MessageEvent.LOST: ReplyEvent.LOST,
    MessageEvent.LAPSED: ReplyEvent.LAPSED,
}
_MAY_HAVE_ANSWERED = frozenset({MessageState.SENDING, MessageState.ANSWERED, MessageState.UNKNOWN})
_NOT_SENT = {
    ReplyState.MISSED: Words(
        "平台的答复时限或条数已用完，未发出", "the platform's window is over; it was not sent"
    ),
    ReplyState.FAILED: Words("平台拒收，未发出", "the platform refused it; it was not sent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReply:
    """What an officer wants to say: `text`, or the canned answer of that key, or both, the canned
    one first. `items` are the ids of published items that it rests on, named as its sources.
    `key` is the caller's own name for it: said again it is sent no second time. `reason` is why
    what looks like personal data may be said."""

    text: str = ""
    canned: str = ""
    items: tuple[str, ...] = ()
    key: str = ""
    reason: str = ""


class DeskAnswering:
    """`sending` carries answers as it does those of the bot; `reach` is what a channel permits."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        sending: Sending,
        terms: Terms,
        canned: CannedAnswers,
        reach: Callable[[str], Reach | None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._sending = sending
        self._terms = terms
        self._canned = canned
        self._reach = reach

    async def answer(self, conversation_id: str, new: NewReply, *, actor: str) -> Reply:
        """Send the officer's answer; how it ended, `unknown` where nobody can say.

        Raises NotYours unless it is the officer's conversation, PersonalData for what must not be
        said, Stale where an item that it rests on does not hold any more, Conflict while another
        answer is on its way, and Unreachable where the platform takes none.
        """
        text = _checked(new)
        if len(new.key) > _LONGEST_KEY:
            raise InvalidInput(Words("key 超过 64 字", "key is too long"), field="key")

        def work(tx: Transaction) -> tuple[Reply, Message | None]:
            talk = held(tx, conversation_id)
            officer_of(tx.connection, actor, talk.body_id)
            if talk.officer != actor:
                raise NotYours(talk.officer)
            known = store.find_reply(tx.connection, talk.id, new.key) if new.key else None
            if known is not None:
                return known, None
            DESK.next(talk.state, DeskEvent.ANSWERED)
            cites = self._canned.cited(tx.connection, new.items)
            said = text
            if new.canned:
                words, own = self._canned.usable(tx.connection, talk.body_id, new.canned)
                cites = tuple(dict.fromkeys((*own, *cites)))
                said = "\n".join(filter(None, (words, text)))
            return self._written(tx, talk, ReplyKind.ANSWER, actor, said, cites, new)

        reply, message = await self._database.write(work)
        if message is not None:
            await self._send(reply, message, _answer(reply))
            reply = await self._ended(reply)
        if reply.state in _NOT_SENT:
            raise Unreachable(_NOT_SENT[reply.state], reply.reason)
        return reply

    async def close(
        self, conversation_id: str, *, actor: str, ask: bool = True, system: bool = False
    ) -> DeskTalk:
        """Close it, by whoever has it or leads there; `system`: the clock does. The citizen is
        asked how satisfied they are, once in a conversation and only after an answer."""
        now = self._clock.now()

        def work(tx: Transaction) -> tuple[DeskTalk, _Put | None]:
            talk = held(tx, conversation_id)
            if not system:
                _require_close(tx, talk, actor)
            DESK.next(talk.state, DeskEvent.CLOSED)
            put = self._question(tx, talk, actor) if ask else None
            closed = step(
                tx,
                talk,
                DeskEvent.CLOSED,
                actor=actor,
                at=now,
                data={"asked": put is not None},
                closed_at=now,
                closed_by=actor,
                reopen_until=now + self._terms.paces.reopen,
                asked_at=now if put else talk.asked_at,
                **NOTHING_OWED,
            )
            return closed, put

        closed, put = await self._database.write(work)
        if put is not None:
            question, reply, message = put
            await self._send(reply, message, question_text(question, wording.CLOSED))
        return closed

    async def end_interrupted(self, reply: Reply) -> None:
        """A call that nobody ended: it may have reached the citizen and is not made again."""
        await self._end(reply, ReplyEvent.LOST, "interrupted")

    # --- one reply

    def _question(self, tx: Transaction, talk: DeskTalk, actor: str) -> _Put | None:
        """The question about satisfaction, written ahead; None where nothing was answered, nobody
        can be reached, or the citizen has been asked before."""
        if talk.first_answered_at is None:
            return None
        message = messages.addressable(tx.connection, talk.account_id, talk.sender)
        if message is None or not self._room(tx, message):
            return None
        reader = Reader(channel=talk.channel, account=talk.account_id, sender=talk.sender)
        now = self._clock.now()
        question = ask_in(tx, self._ids, reader, Asking.DESK, talk.id, now)
        if question is None:
            return None
        kind = ReplyKind.QUESTION
        return question, *self._written(tx, talk, kind, actor, "", (), NewReply())

    def _written(
        self,
        tx: Transaction,
        talk: DeskTalk,
        kind: ReplyKind,
        actor: str,
        text: str,
        cites: tuple[Citation, ...],
        new: NewReply,
    ) -> tuple[Reply, Message]:
        """The reply before it is sent, and the message that it answers."""
        if store.sending(tx.connection, talk.id):
            raise Conflict(
                Words("上一条答复还在发送", "an answer is on its way"),
                field="answer",
                remedy=Words("稍候再试", "try again in a moment"),
            )
        message = messages.addressable(tx.connection, talk.account_id, talk.sender)
        if message is None:
            raise Unreachable(
                Words("已无法联系此人", "this person cannot be reached any more"), "no-address"
            )
        if not self._room(tx, message):
            raise Unreachable(
                Words(
                    "平台允许对这条来信答复的条数已用完",
                    "the platform takes no more answers to what was written last",
                ),
                "window-count",
            )
        now = self._clock.now()
        made = self._ids.new(now)
        reply = Reply(
            id=made,
            conversation_id=talk.id,
            key=new.key or made,
            kind=kind,
            inbound_id=message.inbound.id,
            officer=actor,
            state=ReplyState.SENDING,
            written_at=now,
            text=text,
            cites=cites,
            canned=new.canned,
        )
        store.add_reply(tx, reply)
        data = {"body": talk.body_id, "reply": made, "kind": kind, "canned": new.canned}
        if new.reason.strip():
            data["reason"] = new.reason.strip()[:500]
        kind_of = events.REPLY_WRITTEN
        tx.record(Event(kind=kind_of, subject=talk.id, actor=actor, at=now, data=data))
        return reply, message

    def _room(self, tx: Transaction, message: Message) -> bool:
        """Whether the platform takes one more answer to the message, as far as the channel
        declares how many; for how long is the channel's own to know."""
        reach = self._reach(message.inbound.channel)
        window = reach.windows.get(trigger_of(message)) if reach else None
        if window is None:
            return True
        answered = message.state in _MAY_HAVE_ANSWERED
        return answered + store.said_to(tx.connection, message.inbound.id) < window.count

    async def _send(self, reply: Reply, message: Message, answer: Answer) -> None:
        inbound = message.inbound
        arrival = Arrival(
            external_key=inbound.external_key,
            address=self._vault.open(inbound.account, message.address)["address"],
            kind=inbound.kind,
            context=message.context,
        )

        async def settle(
            inbound: Inbound, event: MessageEvent, answer: Answer | None = None, reason: str = ""
        ) -> bool:
            if event is not MessageEvent.CLAIMED:  # claimed when it was written
                await self._end(reply, _ENDS[event], reason)
            return True

        # its own id: a channel that has a key for a call takes it from there
        await self._sending.send(replace(inbound, id=reply.id), arrival, answer, settle)

    async def _end(self, reply: Reply, event: ReplyEvent, reason: str) -> None:
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            talk = held(tx, reply.conversation_id)
            if not store.end_reply(tx, reply.id, event, reason, now):
                return
            actor = reply.officer
            state = REPLIES.target(event)
            data = {"body": talk.body_id, "reply": reply.id, "reason": reason}
            tx.record(
                Event(
                    kind=events.REPLY_ENDS[state], subject=talk.id, actor=actor, at=now, data=data
                )
            )
            answers = event is ReplyEvent.SENT and reply.kind is ReplyKind.ANSWER
            # the citizen may have gone back to the bot while it was being sent
            if answers and talk.state in DESK.sources(DeskEvent.ANSWERED):
                first = {
                    "first_answered_at": talk.first_answered_at or now,
                    "first_officer": talk.first_officer or actor,
                }
                values = {**NOTHING_OWED, **first}
                step(tx, talk, DeskEvent.ANSWERED, actor=actor, at=now, **values)

        await self._database.write(work)

    async def _ended(self, reply: Reply) -> Reply:
        found = await self._database.read(
            lambda c: store.find_reply(c, reply.conversation_id, reply.key)
        )
        return found or reply


def _checked(new: NewReply) -> str:
    """The text as it is sent; raises InvalidInput for none, PersonalData."""
    text = new.text.strip()
    if not (text or new.canned):
        raise InvalidInput(
            Words("答复没有内容", "the answer says nothing"),
            field="text",
            remedy=Words("写明答复，或选常用答复", "write it, or name a canned answer"),
        )
    if len(text) > _LONGEST:
        raise InvalidInput(
            Words(f"答复超过 {_LONGEST} 字", f"longer than {_LONGEST} characters"),
            field="text",
            remedy=Words("分几次答复", "answer in several parts"),
        )
    found = examine([Passage(field="text", text=text)])
    grave = [one for one in found if one.severity is Severity.BLOCK]
    final = [one for one in grave if one.final]
    if final or (grave and not new.reason.strip()):
        raise PersonalData([one.words for one in final or grave], final=bool(final))
    return text


def _answer(reply: Reply) -> Answer:
    return Answer(paragraphs=tuple(reply.text.split("\n")), cites=reply.cites)


def _require_close(tx: Transaction, talk: DeskTalk, actor: str) -> None:
    if talk.officer:
        require_hold(tx.connection, talk, actor)
    else:
        officer_of(tx.connection, actor, talk.body_id)
