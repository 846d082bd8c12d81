"""Everything the checks look at, gathered in a handful of queries for any number of accounts."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.kernel.errors import Words
from hub.organisations import store as organisations
from hub.organisations.models import Account
from hub.publishing import store as ledger
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import Declaration, Edition, Part, Plan, Priority, Quota
from hub.publishing.ports import ChannelBook
from hub.publishing.preflight import store
from hub.publishing.preflight.models import LinkAnswer, QuotaUse, Target
from hub.publishing.preflight.ports import Keyring, Outside
from hub.publishing.quota import store as slots
from hub.publishing.restraint import store as restraint
from hub.publishing.restraint.models import Key, OpenBreaker
from hub.publishing.rules import decode_parts, quota_period
from hub.publishing.signing import why_unsigned
from hub.publishing.timing import store as timing
from hub.publishing.timing.rules import Blackouts

__all__ = ["Facts", "Text", "editions_to_send", "gather", "links_of"]

_AT_ONCE = 5_000  # accounts in one statement, well below both databases' limit of parameters
_LINK = re.compile(r"https?://[^\s\"'<>，。；：！？（）【】《》、“”]+")
_HREF = re.compile(r"<a\b[^>]*?\bhref=[\"']([^\"']+)[\"']", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_MOST_LINKS = 50  # of one plan
_PAGE = "page"  # the markup of channels that make the item's own public page


@dataclass(frozen=True, slots=True)
class Text:
    """An edition with its parts decoded; none where the stored bytes cannot be read."""

    edition: Edition
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one plan at one moment. `page_at` is when the item's own page is public."""

    plan: Plan
    item: Item
    now: datetime
    targets: tuple[Target, ...]
    texts: Mapping[str, Text]
    accounts: Mapping[str, Account]
    unsigned: Mapping[str, UnsignedEdition]
    stored: Collection[str]
    quotas: Mapping[str, tuple[QuotaUse, ...]]
    blackouts: Blackouts
    breakers: Mapping[Key, OpenBreaker]
    links: Mapping[str, LinkAnswer]
    page_at: datetime | None
    declarations: Mapping[str, Declaration]
    refusals: Mapping[str, tuple[tuple[Words, Words], ...]]
    keyring: Keyring
    required: Mapping[str, tuple[str, ...]]

    @property
    def left(self) -> timedelta:
        return self.plan.due_at - self.now

    def account_of(self, target: Target) -> Account:
        return self.accounts[target.account_id]


def editions_to_send(connection: Connection, plan_id: str) -> list[Text]:
    """The texts that a plan's waiting deliveries would send."""
    ids = {target.edition_id for target in store.targets(connection, plan_id)}
    return [_text(edition) for edition in ledger.editions_by_ids(connection, ids).values()]


def links_of(texts: Iterable[Text]) -> list[str]:
    """The web addresses that readers of `texts` could follow, each once."""
    found: dict[str, None] = {}
    for text in texts:
        for part in text.parts:
            for address in (part.link, *_addresses(part.text)):
                if address.startswith(("http://", "https://")):
                    found[address] = None
    return list(found)[:_MOST_LINKS]


def _addresses(text: str) -> list[str]:
    """What a reader sees as an address or can tap, whatever the markup; not what machines read."""
    seen = html.unescape(_UNSEEN.sub(" ", text))
    return [*map(html.unescape, _HREF.findall(text)), *_LINK.findall(seen)]


def gather(
    connection: Connection,
    plan: Plan,
    now: datetime,
    *,
    book: ChannelBook,
    keyring: Keyring,
    outside: Outside,
    links: Mapping[str, LinkAnswer],
) -> Facts:
    """The facts of `plan`; `links` were asked before, outside of the transaction."""
    targets = tuple(store.targets(connection, plan.id))
    editions = ledger.editions_by_ids(connection, {t.edition_id for t in targets})
    accounts = organisations.get_accounts(connection, {t.account_id for t in targets})
    texts = {edition.id: _text(edition) for edition in editions.values()}
    channels = {edition.channel for edition in editions.values()}
    asked = ((edition.id, why_unsigned(connection, edition)) for edition in editions.values())
    return Facts(
        plan=plan,
        item=catalogue.get_item(connection, plan.item_id),
        now=now,
        targets=targets,
        texts=texts,
        accounts=accounts,
        unsigned={name: refusal for name, refusal in asked if refusal is not None},
        stored=store.stored(connection, _hashes(texts.values())),
        quotas=_quota_use(connection, book, targets, accounts, plan),
        blackouts=timing.blackouts_after(connection, now),
        breakers={b.key: b for b in restraint.open_breakers(connection)},
        links=links,
        page_at=_page_at(connection, book, plan.item_id),
        declarations={channel: book.declaration(channel) for channel in channels},
        refusals={
            name: tuple(outside.refusals(text.edition.channel, text.edition.variation, text.parts))
            for name, text in texts.items()
            if text.parts
        },
        keyring=keyring,
        required={channel: outside.required_credentials(channel) for channel in channels},
    )


def _quota_use(
    connection: Connection,
    book: ChannelBook,
    targets: Iterable[Target],
    accounts: Mapping[str, Account],
    plan: Plan,
) -> dict[str, tuple[QuotaUse, ...]]:
    """By account, every quota with the slots that are taken in the period in which the plan is
    due, and those it needs and has not reserved: the one place where the checks learn of quotas.

    A slot that is kept for emergencies is none for a plan that is not one.
    """
    urgent = plan.priority >= Priority.EMERGENCY
    posts = {target.account_id: target.delivery_id for target in targets}
    limited: dict[Quota, list[str]] = {}
    for account in accounts.values():
        for quota in book.quotas(account.channel, account.settings):
            limited.setdefault(quota, []).append(account.id)
    found: dict[str, tuple[QuotaUse, ...]] = {}
    for quota, ids in limited.items():
        starts_at, _ = quota_period(quota, plan.due_at)
        room = quota.count if urgent else quota.count - quota.kept
        for start in range(0, len(ids), _AT_ONCE):
            batch = ids[start : start + _AT_ONCE]
            used = slots.used(connection, quota.kind, starts_at, batch)
            reserved = slots.reserved_by(connection, [posts[one] for one in batch])
            for one in batch:
                lacks = (posts[one], quota.kind, starts_at) not in reserved
                count = room if lacks else quota.count
                use = QuotaUse(count, quota.period, used.get(one, 0) + lacks)
                found[one] = (*found.get(one, ()), use)
    return found


def _text(edition: Edition) -> Text:
    try:
        return Text(edition, decode_parts(edition.payload))
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        return Text(edition, ())  # the signature's check says so


def _hashes(texts: Iterable[Text]) -> set[str]:
    return {ref.sha256 for text in texts for part in text.parts for ref in part.media}


def _page_at(connection: Connection, book: ChannelBook, item_id: str) -> datetime | None:
    """When the item's own page is, or will be, public; None where no channel makes one."""
    times = store.earliest_by_channel(connection, item_id)
    pages = [at for channel, at in times.items() if book.declaration(channel).markup == _PAGE]
    return min(pages, default=None)
