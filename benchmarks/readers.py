"""People who subscribed at one account: rows as their messages and wishes would have left them.

For what is measured or killed with very many of them; everything after their wishes is the real
code.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.publication import mark_public
from hub.catalogue.service import Catalogue
from hub.conversation.notices.beginning import Beginning
from hub.conversation.notices.ending import Ending
from hub.conversation.notices.matching import Matching
from hub.conversation.notices.ports import NoticeCourier, Permits
from hub.conversation.notices.rules import Manners
from hub.conversation.notices.sending import NoticeSender
from hub.kernel.clock import Clock
from hub.kernel.columns import microseconds
from hub.kernel.database import Database, Transaction
from hub.kernel.ids import IdSource
from hub.organisations.models import BodyKind, NewAccount, NewBody
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault

__all__ = [
    "MANNERS",
    "VAULT",
    "Freely",
    "add_readers",
    "enter_readers",
    "matching_of",
    "publish",
    "sender_of",
    "town",
]

VAULT = Vault({"k1": b"1" * 32})
MANNERS = Manners(quiet_from=0, quiet_until=0, most_a_day=100)
_PACES = ("immediate", "immediate", "daily")


class Freely:
    """`Permits` for so many messages, without a rate."""

    def __init__(self, left: int = 1_000_000) -> None:
        self._left = left

    async def wait(self, channel: str, account_id: str, sender: str) -> float:
        self._left -= 1
        return 0.0 if self._left >= 0 else 60.0

    async def obey(self, channel: str, account_id: str, sender: str, error: Exception) -> None:
        return None


async def town(database: Database, clock: Clock, ids: IdSource) -> tuple[str, str]:
    """A body with an account; the ids of both."""
    organisations = Organisations(database, clock, ids, VAULT)
    province = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
    await organisations.import_bodies([province], actor="bench")
    new = NewAccount(
        channel="telegram",
        name="四川发布",
        handle="@sc",
        body_code="sc",
        base_url="https://api.telegram.org",
    )
    account = await organisations.add_account(new, actor="bench")
    return account.body_id, account.id


def add_readers(
    file: Path, ids: IdSource, at: datetime, *, account: str, body: str, count: int, daily: bool
) -> None:
    """`count` people who subscribed to the body an hour before `at`; with `daily` a third of them
    to a digest. Their addresses are `reader-<number>`."""
    with sqlite3.connect(file) as connection:
        for statement, rows in _readers(ids, at, account, body, count, daily=daily):
            connection.executemany(statement, rows)
    connection.close()


async def enter_readers(
    database: Database, ids: IdSource, at: datetime, *, account: str, body: str, count: int
) -> None:
    """The same on any database, without digests, while it is open."""

    def work(tx: Transaction) -> None:
        for statement, rows in _readers(ids, at, account, body, count, daily=False):
            tx.connection.execute(text(statement), list(rows))

    await database.write(work, audited=False)


def _readers(
    ids: IdSource, at: datetime, account: str, body: str, count: int, *, daily: bool
) -> Iterator[tuple[str, Iterator[dict[str, object]]]]:
    """Statements, and the rows of each."""
    then = microseconds(at - timedelta(hours=1))
    own = ids.many(at - timedelta(hours=1), count)
    yield (
        "INSERT INTO subscriptions (id, channel, account, sender, topic, value, label, pace,"
        " made_at) VALUES (:id, 'telegram', :account, :sender, 'body', :body, '四川', :pace, :at)",
        (
            {
                "id": own[n],
                "account": account,
                "sender": f"reader-{n}",
                "body": body,
                "pace": _PACES[n % 3] if daily else "immediate",
                "at": then,
            }
            for n in range(count)
        ),
    )
    yield (
        "INSERT INTO reader_contacts (account, sender, address)"
        " VALUES (:account, :sender, :address)",
        (
            {
                "account": account,
                "sender": f"reader-{n}",
                "address": VAULT.seal(account, {"address": f"reader-{n}"}),
            }
            for n in range(count)
        ),
    )


async def publish(database: Database, clock: Clock, ids: IdSource, body: str, title: str) -> str:
    """An item that is public now; its id."""
    catalogue = Catalogue(database, clock, ids)
    draft = ItemDraft(body_id=body, title=title, body="正文", attribute=Attribute.PROACTIVE)
    item = await catalogue.add(draft, actor="bench")
    await database.write(lambda tx: mark_public(tx, item.id, 1, clock.now()))
    return item.id


def matching_of(database: Database, clock: Clock, ids: IdSource) -> Matching:
    return Matching(database, clock, ids, MANNERS)


def sender_of(
    database: Database, clock: Clock, ids: IdSource, courier: NoticeCourier, permits: Permits
) -> NoticeSender:
    """The real sender of a process that is alone."""
    return NoticeSender(
        database=database,
        clock=clock,
        courier=courier,
        permits=permits,
        beginning=Beginning(ids, VAULT, MANNERS, "https://www.sc.gov.cn"),
        ending=Ending(database, clock, courier, VAULT, alone=True),
        manners=MANNERS,
    )


def rows_of(file: Path, table: str) -> Iterable[tuple[object, ...]]:
    """The rows of a table as they stand."""
    with sqlite3.connect(file) as connection:
        yield from connection.execute(f"SELECT * FROM {table}")


def batches(rows: Iterable[tuple[object, ...]], size: int) -> Iterable[list[tuple[object, ...]]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
