"""The liveness board, and the cache behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict
from hub.organisations import store as organisations
from hub.organisations.models import Account, Selection
from hub.publishing import store as ledger
from hub.publishing.errors import UnsignedEdition
from hub.publishing.liveness import store
from hub.publishing.liveness.models import Board, Life, Standing, Suggestion, Trace
from hub.publishing.liveness.rules import life_of, worst_first
from hub.publishing.ports import ChannelBook
from hub.publishing.rules import edition_name
from hub.publishing.signing import signed_editions

__all__ = ["Liveness"]

_BEAT = "liveness"
_FRESH = timedelta(minutes=15)
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

        def look(connection: Connection) -> tuple[list[Trace], Board]:
            found, known = store.traces(connection, now), store.kept(connection)
            changed = [trace for i, trace in found.items() if known.get(i) != trace]
            everybody = organisations.select_accounts(connection, Selection())
            return changed, self._board(everybody, found, now, now, self._default)

        changed, board = await self._database.read(look)

        def keep(tx: Transaction) -> None:
            store.keep(tx, changed)
            ledger.beat(tx, _BEAT, now)

        await self._database.write(keep, audited=False)
        return board.counts

    async def board(
        self,
        *,
        days: int | None = None,
        selection: Selection | None = None,
        limit: int = 200,
        suggest: int = 3,
        fresh: bool = False,
    ) -> Board:
        """Accounts near or over their limit, worst first, with up to `suggest` items each.

        `days` stands for the installation's limit. What was looked up in the last quarter of an
        hour is taken from there, unless `fresh`.
        """
        now = self._clock.now()

        def work(connection: Connection) -> Board:
            asked = selection or Selection()
            chosen = organisations.select_accounts(connection, asked, sealed=False)
            few = [account.id for account in chosen] if len(chosen) <= _FEW else []
            as_of, found = self._traces(connection, now, few, fresh)
            default = self._default if days is None else days
            board = self._board(chosen, found, as_of, now, default)
            shown = board.lives[:limit]
            return replace(board, lives=self._advised(connection, shown, now, suggest))

        return await self._database.read(work)

    def _traces(
        self, connection: Connection, now: datetime, few: Collection[str], fresh: bool
    ) -> tuple[datetime, Mapping[str, Trace]]:
        beat = ledger.last_beat(connection, _BEAT)
        if not fresh and beat is not None and now - beat <= _FRESH:
            return beat, store.kept(connection, few)
        return now, store.traces(connection, now, few)

    def _board(
        self,
        accounts: Sequence[Account],
        found: Mapping[str, Trace],
        as_of: datetime,
        now: datetime,
        default: int,
    ) -> Board:
        counts: Counter[tuple[str, str]] = Counter()
        lives: list[Life] = []
        for account in accounts:
            life = life_of(account, found.get(account.id, Trace(account.id)), default, now)
            if life is None:
                continue
            counts[account.channel, life.standing.value] += 1
            if life.standing is not Standing.LIVE:
                lives.append(life)
        return Board(as_of=as_of, lives=tuple(sorted(lives, key=worst_first)), counts=dict(counts))

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


class _Source:
    """Signed, valid items for a body from itself and the bodies above it, newest first."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._today = now.astimezone(CHINA).date()
        bodies = organisations.list_bodies(connection)
        self._parents = {body.id: body.parent_id for body in bodies}
        self._signed: dict[str, frozenset[str]] = {}

    def offers(self, body_id: str, name: str) -> list[Suggestion]:
        line = self._line(body_id)
        found = store.candidates(self._connection, line, name, self._today, _LOOKED_AT)
        return [replace(offer, own=owner == body_id) for owner, offer in found if self._good(offer)]

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
