"""The liveness board, and the cache behind it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import CHINA, Clock
from hub.kernel.columns import microseconds
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.models import Account, Selection
from hub.publishing import store as ledger
from hub.publishing.errors import UnsignedEdition
from hub.publishing.liveness import store
from hub.publishing.liveness.models import Board, Duty, Life, Standing, Suggestion, Trace
from hub.publishing.liveness.rules import days_left, life_of, limit_of, standing_of
from hub.publishing.ports import ChannelBook
from hub.publishing.rules import edition_name
from hub.publishing.signing import signed_editions

__all__ = ["Liveness"]

Moments = Mapping[str, int | None]

_BEAT = "liveness"
_FRESH = timedelta(minutes=15)
_DAY = 86_400_000_000  # microseconds
_FEW = 500  # accounts that are looked up by themselves
_LOOKED_AT = 20  # candidates of a body and channel; what an account has already falls away


class Liveness:
    """`default_days` is the installation's limit; an account's setting wins."""

    def __init__(
        self, *, database: Database, clock: Clock, channels: ChannelBook, default_days: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._default = default_days

    async def refresh(self) -> Mapping[tuple[str, str], int]:
        """Look every account up, remember what changed, and count by (channel, standing)."""
        now = self._clock.now()

        def look(connection: Connection) -> tuple[list[Trace], Mapping[tuple[str, str], int]]:
            found, known = store.traces(connection, now), store.kept(connection)
            changed = [trace for i, trace in found.items() if known.get(i) != trace]
            duties = store.duties(connection, Selection(), None)
            return changed, _ranked(duties, _moments(found), self._default, now)[0]

        changed, counts = await self._database.read(look)

        def keep(tx: Transaction) -> None:
            store.keep(tx, changed)
            ledger.beat(tx, _BEAT, now)

        await self._database.write(keep, audited=False)
        return counts

    async def board(
        self,
        *,
        days: int | None = None,
        selection: Selection | None = None,
        sight: Sight | None = None,
        limit: int = 200,
        suggest: int = 3,
        fresh: bool = False,
    ) -> Board:
        """Accounts near or over their limit, worst first, with up to `suggest` items each.

        `days` stands for the installation's limit; `sight` narrows it to the accounts of bodies.
        What was looked up in the last quarter of an hour is taken from there, unless `fresh`.
        """
        now = self._clock.now()

        def work(connection: Connection) -> Board:
            duties = store.duties(connection, selection or Selection(), sight)
            as_of, known = self._published(connection, duties, now, fresh)
            default = self._default if days is None else days
            counts, ranked = _ranked(duties, known, default, now)
            ids = [account_id for _, account_id in ranked[:limit]]
            lives = self._lives(connection, ids, default, now, kept=as_of != now)
            shown = self._advised(connection, lives, now, suggest)
            return Board(as_of=as_of, lives=shown, counts=counts)

        return await self._database.read(work)

    def _published(
        self, connection: Connection, duties: Sequence[Duty], now: datetime, fresh: bool
    ) -> tuple[datetime, Moments]:
        """When it was looked up, and every account's last update in microseconds."""
        beat = ledger.last_beat(connection, _BEAT)
        if not fresh and beat is not None and now - beat <= _FRESH:
            return beat, {duty.account_id: duty.published_at for duty in duties}
        few = [duty.account_id for duty in duties] if len(duties) <= _FEW else []
        return now, _moments(store.traces(connection, now, few))

    def _lives(
        self, connection: Connection, ids: Sequence[str], default: int, now: datetime, *, kept: bool
    ) -> list[Life]:
        if not ids:
            return []
        accounts = organisations.get_accounts(connection, ids)
        few = ids if len(ids) <= _FEW else ()
        found = store.kept(connection, few) if kept else store.traces(connection, now, few)
        lives = (life_of(accounts[one], found.get(one, Trace(one)), default, now) for one in ids)
        return [life for life in lives if life is not None]

    def _advised(
        self, connection: Connection, lives: Sequence[Life], now: datetime, most: int
    ) -> tuple[Life, ...]:
        """`lives` with what could be published there; accounts that share body and edition are
        asked for together."""
        if not most or not lives:
            return tuple(lives)
        source = _Source(connection, now)
        offers: dict[tuple[str, str], list[Suggestion]] = {}
        mine: dict[str, list[Suggestion]] = {}
        for life in lives:
            key = (life.account.body_id, self._name(life.account))
            if key not in offers:
                offers[key] = source.offers(*key)
            mine[life.account.id] = offers[key]
        pairs = [(i, offer.item_id) for i, found in mine.items() for offer in found]
        free = store.without(connection, pairs)
        return tuple(
            replace(
                life,
                suggestions=tuple(
                    offer
                    for offer in mine[life.account.id]
                    if (life.account.id, offer.item_id) in free
                )[:most],
            )
            for life in lives
        )

    def _name(self, account: Account) -> str:
        variation = self._channels.variation(account.channel, account.settings)
        return edition_name(account.channel, variation)


def _moments(found: Mapping[str, Trace]) -> Moments:
    return {trace.account_id: microseconds(trace.published_at) for trace in found.values()}


def _ranked(
    duties: Sequence[Duty], published: Moments, default: int, now: datetime
) -> tuple[dict[tuple[str, str], int], list[tuple[float, str]]]:
    """How many there are by (channel, standing), and those near or over their limit: the days left
    and the account, worst first. Who is alike is judged together: of ten thousand accounts there
    are some dozen kinds."""
    at = microseconds(now) or 0
    kinds: dict[tuple[str, str, int | None], list[str]] = defaultdict(list)
    for duty in duties:
        last = published.get(duty.account_id)
        days = None if last is None else (at - last) // _DAY
        kinds[duty.channel, duty.settings, days].append(duty.account_id)
    counts: Counter[tuple[str, str]] = Counter()
    ranked: list[tuple[float, str]] = []
    for (channel, settings, told), ids in kinds.items():
        own = msgspec.json.decode(settings, type=dict[str, Any]) if settings else {}
        if (limit := limit_of(own, default)) <= 0:
            continue
        days = None if told is None else max(0, told)
        standing = standing_of(days, limit)
        counts[channel, standing.value] += len(ids)
        if standing is not Standing.LIVE:
            left = days_left(days, limit)
            ranked += [(left, one) for one in ids]
    return dict(counts), sorted(ranked)


class _Source:
    """Signed, valid items for a body from itself and the bodies above it, newest first."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._today = now.astimezone(CHINA).date()
        bodies = organisations.list_bodies(connection)
        self._parents = {body.id: body.parent_id for body in bodies}
        self._signed: dict[str, frozenset[str]] = {}
        self._held: dict[tuple[str, str], list[Suggestion]] = {}

    def offers(self, body_id: str, name: str) -> list[Suggestion]:
        found = [
            replace(offer, own=owner == body_id)
            for owner in self._line(body_id)
            for offer in self._of(owner, name)
        ]
        found.sort(key=lambda offer: (offer.item_id, offer.edition_id), reverse=True)
        return [offer for offer in found[:_LOOKED_AT] if self._good(offer)]

    def _of(self, body_id: str, name: str) -> list[Suggestion]:
        """What the body itself has; those above many bodies are asked once."""
        key = (body_id, name)
        if key not in self._held:
            self._held[key] = store.candidates(
                self._connection, body_id, name, self._today, _LOOKED_AT
            )
        return self._held[key]

    def _line(self, body_id: str) -> list[str]:
        """The body and all above it."""
        line: list[str] = []
        above: str | None = body_id
        while above is not None and above not in line:
            line.append(above)
            above = self._parents.get(above)
        return line

    def _good(self, offer: Suggestion) -> bool:
        """Three people signed it, and it was never recalled."""
        if offer.item_id not in self._signed:
            self._signed[offer.item_id] = self._signed_of(offer.item_id)
        return offer.edition_id in self._signed[offer.item_id]

    def _signed_of(self, item_id: str) -> frozenset[str]:
        try:
            item = catalogue.get_item(self._connection, item_id)
            signed = signed_editions(self._connection, item)
        except (UnsignedEdition, Conflict):
            return frozenset()
        return frozenset(
            edition.id
            for edition in signed.values()
            if not store.recalled(self._connection, edition.id)
        )
