"""What may be done at the desk: open, take, hand over, release, look. One transaction each.

Whoever acts is a person with a role in the body that the conversation was begun with; a person of
another body is refused, and sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.conversation import store as messages
from hub.conversation.desk import events, figures, rules, store
from hub.conversation.desk.errors import BadDeskHours, NotYours, UnknownConversation
from hub.conversation.desk.models import (
    ANSWERING,
    DeskEvent,
    DeskFilter,
    DeskPage,
    DeskState,
    DeskTalk,
    DeskView,
    Handed,
    HandedKind,
    OfficeHours,
    Reason,
    Scores,
)
from hub.conversation.desk.paging import page_of
from hub.conversation.desk.stepping import Terms, held, officer_of, require_hold, step
from hub.conversation.models import Inbound
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.authority.store import bodies_where, holders

__all__ = ["DeskService"]

_BEFORE = timedelta(hours=2)  # what was said to the bot before it gave up is shown, too
_SHOWN = 200
_COUNTED = 100_000
_LONGEST_LIMIT = 5_000  # minutes of working time: two weeks


class DeskService:
    """`actor` is the login of the person who does it."""

    def __init__(self, *, database: Database, clock: Clock, ids: IdSource, terms: Terms) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self.terms = terms

    async def hand_over(self, inbound: Inbound, reason: Reason = Reason.ASKED) -> Handed:
        """Open a conversation of the sender with the body whose account it is, and say when
        somebody will answer. Opens none where a person has one already, where the sender lets
        nothing be kept, or where the body has nobody who could answer."""
        now = self._clock.now()

        def work(tx: Transaction) -> Handed:
            account = organisations.get_accounts(tx.connection, [inbound.account])
            body_id = account[inbound.account].body_id if account else ""
            if not body_id or not holders(tx.connection, body_id, ANSWERING):
                return Handed(kind=HandedKind.NOBODY)
            if messages.is_opted_out(tx.connection, inbound.account, inbound.sender):
                return Handed(kind=HandedKind.NOT_KEPT)
            there = self.terms.there(tx.connection, body_id, now)
            owed = self.terms.owed(tx.connection, body_id, now)
            talk = DeskTalk(
                id=self._ids.new(now),
                account_id=inbound.account,
                channel=inbound.channel,
                body_id=body_id,
                sender=inbound.sender,
                state=DeskState.WAITING,
                reason=reason,
                opened_at=now,
                changed_at=now,
                first_due_at=owed["due_at"],
                told_hours_at=None if there.kind is HandedKind.OPEN else now,
                **owed,
            )
            if not store.add(tx, talk):
                return Handed(kind=HandedKind.ALREADY, hours=there.hours)
            data = {"body": body_id, "account": inbound.account, "reason": reason}
            actor = f"citizen:{inbound.sender}"
            tx.record(Event(kind=events.OPENED, subject=talk.id, actor=actor, at=now, data=data))
            return there

        return await self._database.write(work)

    async def take(self, conversation_id: str, *, actor: str) -> DeskTalk:
        """Pick up what waits; what one has already stays as it is. Raises NotYours for what a
        colleague has."""

        def work(tx: Transaction, talk: DeskTalk) -> DeskTalk:
            officer_of(tx.connection, actor, talk.body_id)
            if talk.officer == actor and talk.open:
                return talk
            if talk.officer and talk.open:
                raise NotYours(talk.officer)
            return self._given(tx, talk, DeskEvent.TAKEN, actor, actor)

        return await self._with(conversation_id, work)

    async def assign(self, conversation_id: str, officer: str, *, actor: str) -> DeskTalk:
        """Give it to a named officer of the body: by whoever has it, or who leads there. Raises
        RoleNeeded where the one or the other has no role in that body."""

        def work(tx: Transaction, talk: DeskTalk) -> DeskTalk:
            require_hold(tx.connection, talk, actor)
            officer_of(tx.connection, officer, talk.body_id)
            if talk.officer == officer and talk.open:
                return talk
            event = DeskEvent.HANDED if talk.officer else DeskEvent.TAKEN
            return self._given(tx, talk, event, actor, officer)

        return await self._with(conversation_id, work)

    async def release(self, conversation_id: str, *, actor: str) -> DeskTalk:
        """Give it back to whoever picks it up next; the citizen goes on waiting."""

        def work(tx: Transaction, talk: DeskTalk) -> DeskTalk:
            require_hold(tx.connection, talk, actor)
            data = {"officer": talk.officer}
            at = self._clock.now()
            event = DeskEvent.RELEASED
            return step(tx, talk, event, actor=actor, at=at, data=data, officer="")

        return await self._with(conversation_id, work)

    async def set_hours(self, hours: OfficeHours, *, actor: str) -> None:
        """When the desk of a body answers, and its own limit; conversations that wait keep what
        holds for them. Raises BadDeskHours, InvalidInput, UnknownBody."""
        rules.hours_of(hours.hours)
        if len(hours.hours) > 300:
            raise BadDeskHours(f"{hours.hours[:40]}…")
        if not 1 <= hours.limit_minutes <= _LONGEST_LIMIT:
            raise InvalidInput(
                Words(f"时限为 1 至 {_LONGEST_LIMIT} 分钟", f"1 to {_LONGEST_LIMIT} minutes"),
                field="limit_minutes",
            )
        data = {"hours": hours.hours, "limit_minutes": hours.limit_minutes}

        def work(tx: Transaction) -> None:
            body = organisations.get_body(tx.connection, hours.body_id)
            store.set_hours(tx, hours)
            at = self._clock.now()
            tx.record(Event(kind=events.HOURS_SET, subject=body.id, actor=actor, at=at, data=data))

        await self._database.write(work)

    async def hours(self, body_id: str) -> OfficeHours:
        return await self._database.read(lambda c: self.terms.hours(c, body_id))

    async def hours_of(self, body_ids: Collection[str]) -> dict[str, OfficeHours]:
        """Of several bodies, by id."""
        held = await self._database.read(lambda c: store.hours_of_all(c, body_ids))
        return {one: held.get(one) or replace(self.terms.usual, body_id=one) for one in body_ids}

    async def talks(self, wanted: DeskFilter) -> list[DeskTalk]:
        """Those who wait longest first, then the newest."""
        return await self._database.read(lambda c: store.search(c, wanted))

    async def page(self, wanted: DeskFilter) -> DeskPage:
        """Of the bodies named those who wait longest first, then the newest; an `after` that is no
        page's end begins anew."""
        return await self._database.read(lambda c: page_of(c, wanted))

    async def answers_for(self, login: str) -> frozenset[str]:
        """The ids of the bodies whose conversations the person may see and answer; raises
        UnknownPerson."""

        def look(connection: Connection) -> frozenset[str]:
            person = organisations.person_by_login(connection, login)
            return bodies_where(connection, person.id, ANSWERING)

        return await self._database.read(look)

    async def last_words(self, talks: Sequence[DeskTalk]) -> Mapping[str, str]:
        """What each citizen said last, by the conversation's id; empty for what is not text."""

        ids = [one.id for one in talks]
        return await self._database.read(lambda c: store.last_words(c, ids))

    async def there(self, body_id: str) -> Handed:
        """Whether the desk of a body answers now, and when it will."""
        now = self._clock.now()
        return await self._database.read(lambda c: self.terms.there(c, body_id, now))

    async def officers(self, body_id: str) -> list[str]:
        """The logins of those who may answer in the name of a body."""
        return await self._database.read(lambda c: holders(c, body_id, ANSWERING))

    async def talk(self, conversation_id: str) -> DeskTalk:
        """Raises UnknownConversation."""
        return await self._database.read(lambda c: _known(c, conversation_id))

    async def figures(
        self, body_id: str, since: datetime, until: datetime
    ) -> tuple[Scores, Mapping[str, Scores]]:
        """How the desk of a body did over the conversations opened from `since` to `until`, and
        each officer by login. Times of work are those of its hours as they are now."""

        def look(connection: Connection) -> tuple[list[DeskTalk], str]:
            bodies = frozenset({body_id})
            wanted = DeskFilter(bodies=bodies, since=since, until=until, limit=_COUNTED)
            return store.search(connection, wanted), self.terms.hours(connection, body_id).hours

        talks, text = await self._database.read(look)
        hours, now = rules.hours_of(text), self._clock.now()
        return figures.scores(talks, hours, now), figures.officers(talks, hours, now)

    async def view(self, conversation_id: str, *, actor: str = "") -> DeskView:
        """What was said on both sides. `actor` must hold a role at that desk (RoleNeeded); without
        one the operator of the installation looks. Raises UnknownConversation."""

        def look(connection: Connection) -> DeskView:
            talk = _known(connection, conversation_id)
            if actor:
                officer_of(connection, actor, talk.body_id)
            said = messages.history(connection, talk.account_id, talk.sender, _SHOWN)
            since = talk.opened_at - _BEFORE
            end = talk.closed_at
            shown = [
                one
                for one in said
                if one.inbound.received_at >= since
                and (end is None or one.inbound.received_at <= end)
            ]
            replies = store.replies_of(connection, talk.id)
            return DeskView(talk=talk, messages=tuple(shown), replies=tuple(replies))

        return await self._database.read(look)

    def _given(
        self, tx: Transaction, talk: DeskTalk, event: DeskEvent, actor: str, officer: str
    ) -> DeskTalk:
        now = self._clock.now()
        values = {"officer": officer, "first_taken_at": talk.first_taken_at or now}
        if talk.state is DeskState.ANSWERED:
            values |= self.terms.owed(tx.connection, talk.body_id, now)
        data = {"officer": officer, "from": talk.officer}
        return step(tx, talk, event, actor=actor, at=now, data=data, **values)

    async def _with(
        self, conversation_id: str, work: Callable[[Transaction, DeskTalk], DeskTalk]
    ) -> DeskTalk:
        return await self._database.write(lambda tx: work(tx, held(tx, conversation_id)))


def _known(connection: Connection, conversation_id: str) -> DeskTalk:
    found = store.get(connection, conversation_id)
    if found is None:
        raise UnknownConversation(conversation_id)
    return found
