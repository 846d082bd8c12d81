"""What may be done with signals: hand them in, look at them, and with a reason at their author."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.opinion import events
from hub.opinion.errors import UnknownSignal
from hub.opinion.signals import store
from hub.opinion.signals.models import (
    Collected,
    Identity,
    NewSignal,
    Signal,
    SignalFilter,
    SignalState,
)
from hub.opinion.signals.places import known_names
from hub.opinion.signals.pseudonyms import Pseudonyms, open_pseudonyms
from hub.opinion.signals.rules import Prepared, check_signal, prepare
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.store import bodies_by_code

__all__ = ["SignalService"]

_FEW = 20  # signals that are prepared on the loop; more go to a thread
_BATCH = 1_000  # signals per transaction
_SHORTEST_REASON = 4


class SignalService:
    """The one way in for everything that citizens say.

    `collect` is for channels, bots and imports alike; it is idempotent on (channel, external id),
    so whoever is not sure that a signal has landed hands it in again.
    """

    def __init__(
        self, *, database: Database, clock: Clock, ids: IdSource, keys: InstallationKeys
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._keys = keys

    async def collect(self, new: Sequence[NewSignal], *, actor: str) -> list[Collected]:
        """Keep signals, each once; what became of each, in the order given.

        `actor` is a person's login or `system:<part>`, such as `system:wechat`. One that is known
        already only has its likes and dislikes brought up to date. Everything is durable on
        return, at most 1,000 to a transaction. Raises BadSignal, before anything is kept, when
        one of them cannot be kept.
        """
        for one in new:
            check_signal(one)
        if not new:
            return []
        pseudonyms = await open_pseudonyms(self._keys)
        now = self._clock.now()
        places = await self._database.read(_places)
        done: list[Collected] = []
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            if len(part) <= _FEW:
                ready = [prepare(one, now, places) for one in part]
            else:
                ready = await asyncio.to_thread(_prepared, part, now, places)
            batch = _Batch(ready, pseudonyms, self._ids, now, actor)
            done += await self._database.write(batch.keep)
        return done

    async def pseudonym(self, channel: str, author: str) -> str:
        """What an author of a channel is called among signals."""
        return (await open_pseudonyms(self._keys)).of(channel, author)

    async def signal(self, signal_id: str) -> Signal:
        """Raises UnknownSignal."""
        found = await self._database.read(lambda c: store.get_signal(c, signal_id))
        if found is None:
            raise UnknownSignal(signal_id)
        return found

    async def signals(self, wanted: SignalFilter) -> list[Signal]:
        """A page of signals, the newest first; the next page ends `before` the last one's id."""
        return await self._database.read(lambda c: store.signals_of(c, wanted))

    async def reveal(self, signal_id: str, *, actor: str, reason: str) -> Identity:
        """Who wrote a signal and what it said before masking, to answer that person.

        The look is in the audit log, with the reason, before it is granted. Raises UnknownSignal,
        and InvalidInput without a reason.
        """
        if len(reason.strip()) < _SHORTEST_REASON:
            raise InvalidInput(
                Words("查看身份须写明事由", "looking at an identity needs a reason"),
                field="reason",
                remedy=Words("写明用途，如“回访投诉人”", "say what for: to call the person back"),
            )
        pseudonyms = await open_pseudonyms(self._keys)

        def look(tx: Transaction) -> tuple[Signal, str, str]:
            found = store.get_signal(tx.connection, signal_id)
            if found is None:
                raise UnknownSignal(signal_id)
            data = {"reason": reason.strip(), "author": found.author}
            tx.record(
                Event(
                    kind=events.IDENTITY_REVEALED,
                    subject=signal_id,
                    actor=actor,
                    at=self._clock.now(),
                    data=data,
                )
            )
            sealed = store.identity_of(tx.connection, found.author) if found.author else ""
            return found, sealed, store.original_of(tx.connection, signal_id)

        found, sealed, original = await self._database.write(look)
        texts = pseudonyms.open(signal_id, original)
        return Identity(
            signal_id=signal_id,
            author=pseudonyms.open(found.author, sealed),
            title=texts.get("title", found.title),
            text=texts.get("text", found.text),
        )

    async def forget(self, older_than: timedelta, *, actor: str) -> tuple[int, int]:
        """Delete identities and originals kept longer than that; how many of each.

        The signals stay, under their pseudonyms.
        """
        before = self._clock.now() - older_than

        def delete(tx: Transaction) -> tuple[int, int]:
            identities, originals = store.forget(tx, before)
            if identities or originals:
                data = {"identities": identities, "originals": originals}
                at = self._clock.now()
                kind = events.IDENTITIES_FORGOTTEN
                tx.record(Event(kind=kind, subject="signals", actor=actor, at=at, data=data))
            return identities, originals

        return await self._database.write(delete)


def _places(connection: Connection) -> tuple[str, ...]:
    bodies = bodies_by_code(connection).values()
    return known_names(name for body in bodies for name in (body.name, body.region))


def _prepared(new: Iterable[NewSignal], now: datetime, places: tuple[str, ...]) -> list[Prepared]:
    return [prepare(one, now, places) for one in new]


class _Batch:
    """Signals of one transaction, prepared outside of it."""

    def __init__(
        self,
        ready: Sequence[Prepared],
        pseudonyms: Pseudonyms,
        ids: IdSource,
        now: datetime,
        actor: str,
    ) -> None:
        self._ready = ready
        self._pseudonyms = pseudonyms
        self._now = now
        self._actor = actor
        self._ids = ids.many(now, len(ready))

    def keep(self, tx: Transaction) -> list[Collected]:
        rows = [self._row(one, own) for one, own in zip(self._ready, self._ids, strict=True)]
        landed = store.add_signals(tx, rows)
        new = set(landed).intersection(self._ids)
        changed = 0
        for one, own, held in zip(self._ready, self._ids, landed, strict=True):
            if held != own:
                changed += store.raise_counts(tx, held, one.given.likes, one.given.dislikes)
        self._keep_apart(tx, rows, new)
        if new or changed:
            data = {"added": len(new), "recounted": changed}
            self._record(tx, landed[0], data)
        return [Collected(held, held == own) for held, own in zip(landed, self._ids, strict=True)]

    def _keep_apart(self, tx: Transaction, rows: list[dict[str, Any]], new: set[str]) -> None:
        """Seal and keep who wrote the new ones, and what masking removed from them."""
        added = [(one, row) for one, row in zip(self._ready, rows, strict=True) if row["id"] in new]
        authors = {row["author"]: one for one, row in added if row["author"]}
        strange = authors.keys() - store.known_authors(tx.connection, authors.keys())
        store.keep_identities(
            tx, [self._identity(author, authors[author]) for author in sorted(strange)]
        )
        store.keep_originals(
            tx, [self._original(one, row["id"]) for one, row in added if one.masked]
        )

    def _row(self, one: Prepared, own: str) -> dict[str, Any]:
        given = one.given
        return {
            "id": own,
            "channel": given.channel,
            "external_id": given.external_id,
            "kind": given.kind,
            "title": one.title,
            "text": one.text,
            "author": self._pseudonyms.of(given.channel, given.author),
            "event_at": one.event_at,
            "received_at": self._now,
            "body_id": given.body_id,
            "item_id": given.item_id,
            "place": one.place,
            "url": given.url,
            "likes": given.likes,
            "dislikes": given.dislikes,
            "trust": given.trust,
            "masked": one.masked,
            "state": SignalState.COLLECTED,
        }

    def _identity(self, author: str, one: Prepared) -> dict[str, Any]:
        told = {"channel": one.given.channel, "id": one.given.author, **one.given.identity}
        return {
            "author": author,
            "sealed": self._pseudonyms.seal(author, told),
            "kept_at": self._now,
        }

    def _original(self, one: Prepared, own: str) -> dict[str, Any]:
        told = {"title": one.given.title, "text": one.given.text}
        return {"signal_id": own, "sealed": self._pseudonyms.seal(own, told), "kept_at": self._now}

    def _record(self, tx: Transaction, subject: str, data: dict[str, int]) -> None:
        kind, actor = events.SIGNALS_COLLECTED, self._actor
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=self._now, data=data))
