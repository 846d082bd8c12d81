"""Finding each account's next free slot: a posting time with nothing else, outside blackouts, in
a period whose quota has room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.kernel.calendar import UnknownCalendar
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.organisations.models import Account
from hub.publishing.quota.models import Slot, Want
from hub.publishing.quota.service import Quotas
from hub.publishing.timing import store
from hub.publishing.timing.models import Candidate
from hub.publishing.timing.rules import HORIZON, Blackouts, upcoming

__all__ = ["Placed", "Seeker", "place"]

_NO_TIMES = Words(
    "账号未设发布时段，先用 gongkai slot add", "it has no posting times: gongkai slot add"
)
_NONE_FREE = Words(
    f"{HORIZON.days} 天内没有空闲时段", f"no free posting time within {HORIZON.days} days"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """An account in want of a slot, with the deliveries that share it (the parts of a thread)."""

    account: Account
    delivery_ids: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Placed:
    """By account: the slot found, or why there is none; and the quota slots that go with it."""

    found: dict[str, Candidate] = field(default_factory=dict)
    refused: dict[str, Words] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)


def place(
    tx: Transaction,
    seekers: Sequence[Seeker],
    after: datetime,
    quotas: Quotas,
    *,
    urgent: bool,
) -> Placed:
    """The first slot after `after` for each; nothing is booked or reserved yet.

    An urgent post does not wait for the end of a blackout.
    """
    placed = Placed()
    search = _Search(tx, seekers, after, urgent)
    pending = list(seekers)
    while pending:
        pending = _round(tx, search, pending, quotas, placed)
    return placed


def _round(
    tx: Transaction,
    search: _Search,
    pending: Sequence[Seeker],
    quotas: Quotas,
    placed: Placed,
) -> list[Seeker]:
    """Offer everyone the next slot and ask the quotas; who has to look on."""
    offers: dict[str, Candidate] = {}
    for seeker in pending:
        offer = search.next_of(seeker.account)
        if isinstance(offer, Words):
            placed.refused[seeker.account.id] = offer
        else:
            offers[seeker.account.id] = offer
    seeking = [s for s in pending if s.account.id in offers]
    allotment = quotas.allot(
        tx, [want for s in seeking for want in _wants(s, offers[s.account.id].at, quotas, search)]
    )
    placed.slots += allotment.slots
    for seeker in seeking:
        refused = allotment.refused.get(seeker.account.id)
        if refused is None:
            placed.found[seeker.account.id] = offers[seeker.account.id]
        else:
            search.not_before[seeker.account.id] = refused.until
    return [s for s in seeking if s.account.id in allotment.refused]


def _wants(seeker: Seeker, at: datetime, quotas: Quotas, search: _Search) -> Iterator[Want]:
    account = seeker.account
    needed = quotas.of(account)
    for one in seeker.delivery_ids if needed else ():
        yield Want(account=account, delivery_id=one, at=at, quotas=needed, urgent=search.urgent)


class _Search:
    """Where each account's search has got to."""

    def __init__(
        self, tx: Transaction, seekers: Sequence[Seeker], after: datetime, urgent: bool
    ) -> None:
        accounts = [seeker.account for seeker in seekers]
        times = store.times_of_accounts(tx.connection, accounts)
        self.urgent = urgent
        self.not_before: dict[str, datetime] = {}
        self._blackouts = Blackouts() if urgent else store.blackouts_after(tx.connection, after)
        self._taken = store.occupied(tx.connection, [a.id for a in accounts], after)
        self._upcoming: Mapping[str, Iterator[Candidate] | None] = {
            a.id: upcoming(times[a.id], after) if times[a.id] else None for a in accounts
        }

    def next_of(self, account: Account) -> Candidate | Words:
        """The account's next possible slot, or why there is none."""
        following = self._upcoming[account.id]
        if following is None:
            return _NO_TIMES
        try:
            for offer in following:
                if self._is_free(account, offer.at):
                    return offer
        except UnknownCalendar as error:
            return Words(
                f"{error.words.zh}，此前没有空闲时段",
                f"{error.words.en}, and before there is no free posting time",
            )
        return _NONE_FREE

    def _is_free(self, account: Account, at: datetime) -> bool:
        earliest = self.not_before.get(account.id)
        return (
            (earliest is None or at >= earliest)
            and (account.id, at) not in self._taken
            and self._blackouts.covering(account, at) is None
        )
