"""One authority answers: stands before the bot and keeps it silent while a person has it.

Every message passes here first. Where the desk has the person's conversation, what was written
goes to its officer; the word 菜单 (menu, 返回) gives it back to the bot. What is written soon after
it was closed opens it again. The answer to the question about satisfaction is heard before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.conversation.desk import rules, store, wording
from hub.conversation.desk.models import (
    DeskEvent,
    DeskState,
    DeskTalk,
    HandedKind,
    Reason,
)
from hub.conversation.desk.service import DeskService
from hub.conversation.desk.stepping import NOTHING_OWED, step
from hub.conversation.models import Answer, Inbound, InboundKind
from hub.conversation.ports import Answerer
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction

__all__ = ["DeskGate"]

_MENU = "菜单"


class DeskGate:
    """`Answerer` of hub.conversation.ports around the bot's."""

    def __init__(
        self,
        bot: Answerer,
        service: DeskService,
        *,
        database: Database,
        clock: Clock,
    ) -> None:
        self._bot = bot
        self._service = service
        self._database = database
        self._clock = clock

    async def answer(self, inbound: Inbound) -> Answer:
        talk = await self._database.read(
            lambda c: store.newest_of(c, inbound.account, inbound.sender)
        )
        if talk is not None:
            told = await (self._heard(talk, inbound) if talk.open else self._after(talk, inbound))
            if told is not None:
                return told
            if rules.goes_back(inbound.text):
                inbound = replace(
                    inbound, kind=InboundKind.TEXT, text=_MENU, event=None, event_key=""
                )
        answer = await self._bot.answer(inbound)
        if answer.unanswered and await self._in_vain(inbound):
            return await self._called(inbound, answer)
        return answer

    # --- while the desk has it

    async def _heard(self, talk: DeskTalk, inbound: Inbound) -> Answer | None:
        """What the desk says to it, silence as a rule; None where the bot has it again."""
        if rules.goes_back(inbound.text):
            await self._give_back(talk, inbound)
            return None
        if _only_pressed(inbound):
            return wording.HINT
        now = self._clock.now()
        there = await self._database.read(lambda c: self._service.terms.there(c, talk.body_id, now))
        tell = there.kind is not HandedKind.OPEN and self._news(talk, now)
        if not tell and talk.state is not DeskState.ANSWERED:
            return Answer()

        def work(tx: Transaction) -> None:
            found = store.newest_of(tx.connection, inbound.account, inbound.sender, hold=True)
            if found is None or not found.open:
                return
            told = {"told_hours_at": now} if tell else {}
            if found.state is DeskState.ANSWERED:
                values = self._service.terms.owed(tx.connection, found.body_id, now) | told
                step(tx, found, DeskEvent.WROTE, actor=_citizen(inbound), at=now, **values)
            elif told:
                store.change(tx, found, **told)

        # a step records its event; that somebody was told the hours is bookkeeping
        await self._database.write(work, audited=False)
        return wording.shut_told(there) if tell else Answer()

    def _news(self, talk: DeskTalk, now: datetime) -> bool:
        """Whether the citizen has not been told lately that nobody is there."""
        if talk.told_hours_at is None:
            return True
        return now - talk.told_hours_at >= self._service.terms.paces.tell_again

    async def _give_back(self, talk: DeskTalk, inbound: Inbound) -> None:
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            found = store.newest_of(tx.connection, inbound.account, inbound.sender, hold=True)
            if found is not None and found.open:
                step(
                    tx,
                    found,
                    DeskEvent.CLOSED,
                    actor=_citizen(inbound),
                    at=now,
                    closed_at=now,
                    closed_by="citizen",
                    reopen_until=None,
                    **NOTHING_OWED,
                )

        await self._database.write(work)

    # --- after it was closed

    async def _after(self, talk: DeskTalk, inbound: Inbound) -> Answer | None:
        """What is said where the citizen writes again; None where the bot answers."""
        now = self._clock.now()
        until = talk.reopen_until
        if until is None or until < now or _only_pressed(inbound):
            return None
        if rules.goes_back(inbound.text) or rules.is_courtesy(inbound.text):
            return None
        return await self._reopen(inbound, now)

    async def _reopen(self, inbound: Inbound, now: datetime) -> Answer | None:
        def work(tx: Transaction) -> str:
            found = store.newest_of(tx.connection, inbound.account, inbound.sender, hold=True)
            if found is None or found.open:
                return ""
            values = self._service.terms.owed(tx.connection, found.body_id, now)
            values |= {"officer": "", "closed_at": None, "closed_by": "", "reopen_until": None}
            data = {"officer": found.officer}
            actor = _citizen(inbound)
            step(tx, found, DeskEvent.REOPENED, actor=actor, at=now, data=data, **values)
            return found.body_id

        body_id = await self._database.write(work)
        if not body_id:
            return Answer()
        there = await self._database.read(lambda c: self._service.terms.there(c, body_id, now))
        words = wording.handed_over(there)
        return Answer(paragraphs=(words.zh, words.en))

    # --- when the bot fails

    async def _in_vain(self, inbound: Inbound) -> bool:
        """Whether the bot has had no answer several times in a row, this time counted."""
        before = await self._database.read(
            lambda c: store.outcomes(c, inbound.account, inbound.sender, 5)
        )
        now = self._clock.now()
        return rules.failed_repeatedly([(now, True), *before], now)

    async def _called(self, inbound: Inbound, answer: Answer) -> Answer:
        words = wording.handed_over(await self._service.hand_over(inbound, Reason.FAILED))
        if not words.zh:
            return answer
        return replace(answer, paragraphs=(*answer.paragraphs, words.zh, words.en))


def _only_pressed(inbound: Inbound) -> bool:
    """A button, a menu entry, a code: nothing was written that an officer could read."""
    return inbound.kind is InboundKind.EVENT and not inbound.text.strip()


def _citizen(inbound: Inbound) -> str:
    return f"citizen:{inbound.sender}"
