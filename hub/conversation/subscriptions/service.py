"""Subscribing, listing, cancelling, opting out; and who is to be told of an item."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.conversation.contacts import store as contacts
from hub.conversation.subscriptions import events, rules, store
from hub.conversation.subscriptions.errors import TooManySubscriptions, UnknownSubscription
from hub.conversation.subscriptions.models import Pace, Reader, Subscription, Topic, Wish
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations.store import list_bodies

__all__ = ["Subscriptions", "wishes_met"]

_ACTOR = "system:bots"


class Subscriptions:
    """One transaction each. A reader sees and ends only what is the reader's own."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def subscribe(self, reader: Reader, wish: Wish) -> Subscription:
        """A new subscription; the same wish again keeps the first, at another pace replaces it.

        Whoever had opted out and asks for something is no longer silent.
        Raises BadSubscription, TooManySubscriptions.
        """
        wanted, at = rules.checked_wish(wish), self._clock.now()

        def work(tx: Transaction) -> Subscription:
            store.unset_silent(tx, reader)
            known = store.find(tx.connection, reader, wanted)
            if known and known.wish.pace is wanted.pace:
                tx.record(self._event(events.SUBSCRIBED, known))
                return known
            if known:
                store.end(tx, [known.id], at)
            elif store.count_of(tx.connection, reader) >= rules.MOST:
                raise TooManySubscriptions(rules.MOST)
            new = Subscription(id=self._ids.new(at), reader=reader, wish=wanted, made_at=at)
            store.add(tx, new)
            contacts.keep(tx, reader)
            tx.record(self._event(events.SUBSCRIBED, new))
            return new

        return await self._database.write(work)

    async def of(self, reader: Reader) -> list[Subscription]:
        """The reader's own, oldest first."""
        return await self._database.read(lambda c: store.of_reader(c, reader))

    async def cancel(self, reader: Reader, subscription_id: str) -> Subscription:
        """Raises UnknownSubscription, also for somebody else's."""
        at = self._clock.now()

        def work(tx: Transaction) -> Subscription:
            own = {one.id: one for one in store.of_reader(tx.connection, reader)}
            found = own.get(subscription_id)
            if found is None:
                raise UnknownSubscription
            store.end(tx, [found.id], at)
            tx.record(self._event(events.UNSUBSCRIBED, found))
            return found

        return await self._database.write(work)

    async def opt_out(self, reader: Reader) -> int:
        """End all of them and send nothing unasked any more; how many ended."""
        at = self._clock.now()

        def work(tx: Transaction) -> int:
            own = store.of_reader(tx.connection, reader)
            if own:
                store.end(tx, [one.id for one in own], at)
            for one in own:
                tx.record(self._event(events.UNSUBSCRIBED, one))
            store.set_silent(tx, reader, at)
            contacts.erase(tx, reader.account, reader.sender)
            subject = reader.channel
            tx.record(Event(kind=events.OPTED_OUT, subject=subject, actor=_ACTOR, at=at))
            return len(own)

        return await self._database.write(work)

    async def is_silent(self, reader: Reader) -> bool:
        """Whether the reader opted out and has asked for nothing since."""
        return await self._database.read(lambda c: store.is_silent(c, reader))

    async def wishing(self, item: Item) -> list[Subscription]:
        """Who is to be told of a public item, each reader once, at the faster of their paces."""

        def ask(connection: Connection) -> list[Subscription]:
            wishes = wishes_met(connection, item)
            return [one for wish in wishes for one in store.wishing(connection, *wish)]

        found = await self._database.read(ask)
        slowest_first = sorted(found, key=lambda one: one.wish.pace.value)  # daily < immediate
        return list({one.reader: one for one in slowest_first}.values())

    async def reached(self, item: Item) -> list[tuple[str, Pace, int]]:
        """(channel, pace, people): how many people the release of an item would reach."""
        return await self._database.read(lambda c: store.reached(c, wishes_met(c, item)))

    async def tally(self) -> list[tuple[str, Topic, Pace, int]]:
        """(channel, topic, pace, how many) of those that run."""
        return await self._database.read(store.tally)

    def _event(self, kind: Kind, about: Subscription) -> Event:
        data = {"topic": about.wish.topic, "pace": about.wish.pace}
        at = self._clock.now()
        return Event(kind=kind, subject=about.id, actor=_ACTOR, at=at, data=data)


def wishes_met(connection: Connection, item: Item) -> list[tuple[Topic, list[str]]]:
    """What an item meets: its body and those above it, its theme and the classes above it, the
    words that somebody subscribed to and its title or keywords have."""
    parents = {body.id: body.parent_id for body in list_bodies(connection)}
    bodies, at = [item.body_id], parents.get(item.body_id)
    while at:
        bodies.append(at)
        at = parents.get(at)
    words = rules.keywords_in(item, store.keywords(connection))
    wishes = {Topic.BODY: bodies, Topic.THEME: rules.themes_of(item), Topic.KEYWORD: words}
    return [(topic, values) for topic, values in wishes.items() if values]
