"""What is kept of conversations: shown, masked when it is old, erased when a citizen asks.

A person sees and erases what they said themselves: every question here names account and sender,
and the sender is what the platform's own signature vouched for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from hub.conversation import events, store
from hub.conversation.contacts import store as contacts
from hub.conversation.desk import store as desk
from hub.conversation.models import Choice, Inbound, Location, Message, MessageState
from hub.conversation.notices import store as notices
from hub.conversation.privacy import Wish
from hub.conversation.rules import coarse
from hub.conversation.satisfaction import store as satisfaction
from hub.conversation.subscriptions import store as subscriptions
from hub.conversation.surveys import store as surveys
from hub.conversation.webchat import store as pages
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import NotFound, Words
from hub.kernel.events import Event
from hub.review.checks.masking import without_personal_data

__all__ = ["Records"]

_BATCH = 200
_ACTOR = "system:conversation"


class Records:
    """One transaction per step."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def history(self, account_id: str, sender: str, limit: int = 50) -> list[Message]:
        """What one person and one account said, oldest first."""
        return await self._database.read(lambda c: store.history(c, account_id, sender, limit))

    async def messages(
        self, *, account_id: str = "", states: Collection[MessageState] = (), limit: int = 50
    ) -> list[Message]:
        """The newest messages, for who has to look after them."""
        return await self._database.read(
            lambda c: store.search(c, account_id=account_id, states=states, limit=limit)
        )

    async def tally(self) -> dict[str, int]:
        """How many messages are in each state."""
        return await self._database.read(store.tally)

    async def offered(self, inbound: Inbound) -> tuple[Choice, ...]:
        """What the sender was offered last, by number."""
        last = await self._database.read(
            lambda c: store.last_offered(c, inbound.account, inbound.sender)
        )
        return last.answer.choices if last and last.answer else ()

    async def grant(self, wish: Wish, inbound: Inbound) -> None:
        """Do what the sender of `inbound` asks for about their own words."""
        actor = f"citizen:{inbound.sender}"
        if wish is Wish.ERASE:
            await self.erase(inbound.account, inbound.sender, actor=actor, spare=inbound.id)
        else:
            await self.keep(
                inbound.account, inbound.sender, actor=actor, wanted=wish is Wish.OPT_IN
            )

    async def erase(self, account_id: str, sender: str, *, actor: str, spare: str = "") -> int:
        """Delete everything a person said to an account and was told (PIPL article 47); how many
        messages. Raises NotFound where there is nothing and nobody waits for an answer."""
        now = self._clock.now()

        def work(tx: Transaction) -> int:
            count = store.erase(tx, account_id, sender, spare=spare)
            told = pages.erase(tx, account_id, sender) + _forget(tx, account_id, sender)
            if not (count or told) and not spare:
                raise NotFound(
                    Words("没有此人的消息", "no messages of this person"), field="sender"
                )
            data = {"account": account_id, "messages": count}
            tx.record(Event(kind=events.ERASED, subject=sender, actor=actor, at=now, data=data))
            return count

        return await self._database.write(work)

    async def keep(self, account_id: str, sender: str, *, actor: str, wanted: bool) -> bool:
        """Keep a person's words from now on, or no longer; whether that changes anything."""
        now = self._clock.now()

        def work(tx: Transaction) -> bool:
            if wanted:
                changed = store.forget_optout(tx, account_id, sender)
            else:
                changed = store.remember_optout(tx, account_id, sender, now)
            if changed:
                kind = events.OPTED_IN if wanted else events.OPTED_OUT
                data = {"account": account_id}
                tx.record(Event(kind=kind, subject=sender, actor=actor, at=now, data=data))
            return changed

        return await self._database.write(work)

    async def mask_old(self, after: timedelta) -> int:
        """Mask what is older than `after`: personal data in the words, the exact place, the
        address, and what was answered; how many messages. Works in batches, the oldest first."""
        done = 0
        while count := await self._mask_some(after):
            done += count
            if count < _BATCH:
                break
        return done

    async def _mask_some(self, after: timedelta) -> int:
        now = self._clock.now()
        await self._database.write(lambda tx: pages.forget(tx, now - after), audited=False)
        old = await self._database.read(lambda c: store.unmasked(c, now - after, _BATCH))
        if not old:
            return 0
        words = {message.inbound.id: _masked(message.inbound) for message in old}
        newest = old[-1].inbound.received_at.isoformat()

        def work(tx: Transaction) -> None:
            store.mask(tx, words, now)
            data = {"messages": len(words), "until": newest}
            tx.record(
                Event(kind=events.MASKED, subject="conversation", actor=_ACTOR, at=now, data=data)
            )

        await self._database.write(work)
        return len(old)


def _forget(tx: Transaction, account_id: str, sender: str) -> int:
    """What was kept in order to write to them goes with their words; how many rows."""
    areas = (notices, contacts, subscriptions, satisfaction, desk, surveys)
    return sum(area.erase(tx, account_id, sender) for area in areas)


def _masked(inbound: Inbound) -> tuple[str, Location | None, str]:
    place = coarse(inbound.location) if inbound.location else None
    return without_personal_data(inbound.text), place, inbound.language
