"""From claimed rows to deliveries that may be sent: signatures, accounts and times checked again.

What held when the plan was made is checked once more here, on the bytes that would leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection

from hub.kernel.database import Database, Transaction
from hub.kernel.errors import GongkaiError
from hub.organisations import store as organisations
from hub.organisations.models import Account
from hub.organisations.rules import why_not_publishable
from hub.publishing import store
from hub.publishing.admission import Clearance, Gatekeeper
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import Delivery, DeliveryState, Edition, Purpose
from hub.publishing.ports import Access
from hub.publishing.recall import store as recalls
from hub.publishing.recall.models import Followup, OrderKind
from hub.publishing.recall.rules import unsettled
from hub.publishing.rules import delivery_key
from hub.publishing.signing import why_unsigned
from scheduler.job import Prepared

__all__ = ["Blocked", "Facts", "Intake", "Keyring", "Sorted", "gather"]

_log = structlog.get_logger(__name__)
_LOOK_AGAIN = timedelta(minutes=10)
_PUBLIC = (DeliveryState.ACCEPTED, DeliveryState.VERIFIED)
# How long what follows an order waits before it looks again whether it may go.
_ORIGINAL_WAIT = timedelta(seconds=10)
_SIGNATURES_WAIT = timedelta(seconds=15)


class Keyring(Protocol):
    def credentials(self, account: Account) -> Mapping[str, str]:
        """The account's credentials, decrypted."""
        ...


@dataclass(frozen=True, slots=True)
class Blocked:
    """A claimed delivery that has to wait: for `reason`, until `next_at` or a person."""

    delivery: Delivery
    reason: str
    next_at: datetime | None = None


@dataclass(slots=True)
class Sorted:
    """A batch after the checks."""

    sendable: list[Prepared] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    expired: list[Delivery] = field(default_factory=list)
    unsigned: list[tuple[Delivery, UnsignedEdition]] = field(default_factory=list)
    pointless: list[tuple[Delivery, str]] = field(default_factory=list)  # with the reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says about a batch, by id."""

    editions: Mapping[str, Edition]
    accounts: Mapping[str, Account]
    unsigned: Mapping[str, UnsignedEdition]
    followups: Mapping[str, Followup]  # by delivery, of what an order led to
    recalled: frozenset[str]  # editions that nobody may see any more
    previous: Mapping[str, str]
    clearance: Clearance = field(default_factory=Clearance)


class Intake:
    """Checks a batch of claimed deliveries against what the database says about them."""

    def __init__(self, database: Database, keyring: Keyring, gatekeeper: Gatekeeper) -> None:
        self._database = database
        self._keyring = keyring
        self._gatekeeper = gatekeeper
        self._access: dict[str, tuple[int, Access]] = {}

    def gather(self, tx: Transaction, deliveries: Sequence[Delivery], now: datetime) -> Facts:
        """Everything about claimed deliveries, and which of them may go out at this moment: what
        spends a quota takes its slot here."""
        facts = gather(tx.connection, deliveries)
        clearance = self._gatekeeper.clear(tx, deliveries, facts.accounts, now)
        return replace(facts, clearance=clearance)

    def check(self, deliveries: Sequence[Delivery], facts: Facts, now: datetime) -> Sorted:
        """What may be sent now and what may not; `facts` are of the claim's own transaction."""
        result = Sorted()
        for delivery in deliveries:
            self._sort(delivery, facts, now, result)
        return result

    async def prepare(self, deliveries: Sequence[Delivery]) -> list[Prepared]:
        """Deliveries with edition and access, to ask a platform about them; nothing is sent."""
        facts = await self._database.read(lambda c: gather(c, deliveries))
        return [
            prepared
            for delivery in deliveries
            if (prepared := self._prepared(delivery, facts)) is not None
        ]

    def _prepared(self, delivery: Delivery, facts: Facts) -> Prepared | None:
        """With all it needs; None where the account's credentials cannot be opened."""
        try:
            access = self.access(facts.accounts[delivery.account_id])
        except GongkaiError as error:
            _log.error("intake.no-credentials", account=delivery.account_id, error=str(error))
            return None
        about = facts.followups.get(delivery.id)
        replaces = about is not None and delivery.purpose in (Purpose.RECALL, Purpose.CORRECT)
        return Prepared(
            delivery,
            facts.editions[delivery.edition_id],
            access,
            delivery_key(delivery.id),
            about.original_remote_id if about and replaces else "",
            facts.previous.get(delivery.id, ""),
            facts.clearance.good_until.get(delivery.id),
        )

    def _sort(self, delivery: Delivery, facts: Facts, now: datetime, into: Sorted) -> None:
        account = facts.accounts[delivery.account_id]
        refusal = facts.unsigned.get(delivery.edition_id)
        if delivery.not_after < now:
            into.expired.append(delivery)
        elif (pointless := _pointless(delivery, facts)) is not None:
            into.pointless.append((delivery, pointless))
        elif (waits := _waits(delivery, facts, now)) is not None:
            into.blocked.append(waits)
        elif refusal is not None and delivery.purpose is not Purpose.RECALL:
            into.unsigned.append((delivery, refusal))
        elif delivery.purpose is Purpose.RECALL:
            self._sort_recall(delivery, account, facts, now, into)
        elif account.paused_until is not None and account.paused_until > now:
            into.blocked.append(Blocked(delivery, "account-paused", account.paused_until))
        elif account.needs_reconnecting or _authorisation_ended(account, now):
            into.blocked.append(Blocked(delivery, "reconnect"))
        elif why_not_publishable(account, now) is not None:
            into.blocked.append(Blocked(delivery, "account"))
        elif (held := facts.clearance.held.get(delivery.id)) is not None:
            into.blocked.append(Blocked(delivery, *held))
        elif (prepared := self._prepared(delivery, facts)) is None:
            into.blocked.append(Blocked(delivery, "credentials", now + _LOOK_AGAIN))
        else:
            into.sendable.append(prepared)

    def _sort_recall(
        self, delivery: Delivery, account: Account, facts: Facts, now: datetime, into: Sorted
    ) -> None:
        """What is to be withdrawn is withdrawn from an account that is closed or paused as well."""
        if account.needs_reconnecting or _authorisation_ended(account, now):
            into.blocked.append(Blocked(delivery, "reconnect"))
        elif (prepared := self._prepared(delivery, facts)) is None:
            into.blocked.append(Blocked(delivery, "credentials", now + _LOOK_AGAIN))
        else:
            into.sendable.append(prepared)

    def access(self, account: Account) -> Access:
        """The account's access, decrypted once per revision."""
        known = self._access.get(account.id)
        if known is not None and known[0] == account.revision:
            return known[1]
        access = Access(
            account_id=account.id,
            handle=account.handle,
            base_url=account.base_url,
            credentials=self._keyring.credentials(account),
            settings=account.settings,
        )
        self._access[account.id] = (account.revision, access)
        return access


def _authorisation_ended(account: Account, now: datetime) -> bool:
    return account.authorised_until is not None and account.authorised_until <= now


def gather(connection: Connection, deliveries: Sequence[Delivery]) -> Facts:
    """Editions, accounts, signatures, and the posts that recalls and further parts refer to, in a
    handful of queries."""
    editions = store.editions_by_ids(connection, {d.edition_id for d in deliveries})
    accounts = organisations.get_accounts(connection, {d.account_id for d in deliveries})
    ordered = [d.id for d in deliveries if d.purpose is not Purpose.PUBLISH]
    following = [d for d in deliveries if d.part and d.purpose is Purpose.PUBLISH]
    return Facts(
        editions,
        accounts,
        _unsigned(connection, editions.values()),
        recalls.followups_of(connection, ordered) if ordered else {},
        _recalled(connection, editions.values()),
        store.previous_parts_of(connection, following) if following else {},
    )


def _recalled(connection: Connection, editions: Iterable[Edition]) -> frozenset[str]:
    """Of `editions`, those of a version that was recalled."""
    known = list(editions)
    upto = recalls.recalled_versions(connection, {edition.item_id for edition in known})
    return frozenset(e.id for e in known if e.item_version <= upto.get(e.item_id, -1))


def _pointless(delivery: Delivery, facts: Facts) -> str | None:
    """Why this must not, or need not, be sent any more; None where it may."""
    about = facts.followups.get(delivery.id)
    withdraws = delivery.purpose is Purpose.RECALL or (
        about is not None and about.kind is OrderKind.RECALL
    )
    if delivery.edition_id in facts.recalled and not withdraws:
        return "recalled"
    if about is None or unsettled(about.original_state) or about.original_state in _PUBLIC:
        return None
    return "nothing-public"


def _waits(delivery: Delivery, facts: Facts, now: datetime) -> Blocked | None:
    """What follows an order waits for the fate of the post it is about, a notice for signatures."""
    about = facts.followups.get(delivery.id)
    if about is not None and unsettled(about.original_state):
        return Blocked(delivery, "original-unsettled", now + _ORIGINAL_WAIT)
    if delivery.purpose is Purpose.NOTICE and delivery.edition_id in facts.unsigned:
        return Blocked(delivery, "signatures", now + _SIGNATURES_WAIT)
    return None


def _unsigned(connection: Connection, editions: Iterable[Edition]) -> dict[str, UnsignedEdition]:
    asked = ((edition.id, why_unsigned(connection, edition)) for edition in editions)
    return {edition_id: refusal for edition_id, refusal in asked if refusal is not None}
