"""An installation as it is after a year, for the console: items of all bodies, and plans whose
deliveries stand as they do in a year of which ten months are over.

Rows are copies of a few that came in through the services, written in batches on either database.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Table, select, text

from app.compose import Hub
from benchmarks.console_life import Life, Row, live, put
from benchmarks.corpus import Province, Text
from benchmarks.stocking import SEED, province
from hub.catalogue.models import Attribute, ItemDraft, ItemState
from hub.catalogue.tables import item_versions, items
from hub.kernel.database import Transaction
from hub.kernel.ids import IdSource
from hub.organisations.models import NewAccount, NewPerson, Role, Selection
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.service import When
from hub.publishing.tables import deliveries, editions, plans
from hub.review.determination.tables import determinations
from hub.review.models import ReviewStep
from hub.review.tables import approvals
from simulators.determining import ORDINARY

__all__ = ["PARTLY", "PEOPLE", "Size", "refresh", "stock"]

PEOPLE: Mapping[str, Role] = {role.value: role for role in Role}
PARTLY: Mapping[str, Role] = {"city-media": Role.MEDIA, "city-office": Role.DISCLOSURE_OFFICE}
_STEPS = (
    (ReviewStep.DRAFT_CHECK, Role.CLERK),
    (ReviewStep.SECTION_REVIEW, Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, Role.LEADER),
)
_WEIBO = {"safe_domain": "example.gov.cn", "rip": "192.0.2.1"}
_EACH = 50  # accounts of a plan
_BATCH = 5_000
_PAST, _FUTURE = timedelta(days=300), timedelta(days=60)
_S = DeliveryState
_TROUBLED = (_S.FAILED, _S.UNKNOWN, _S.BLOCKED, _S.EXPIRED, _S.CANCELLED)
_STATES = (ItemState.APPROVED,) * 97 + (ItemState.DRAFT,) * 3
_TEXTS = 200_000  # items that are written one by one; further ones are copies of them
_APART = timedelta(days=14)  # of copies, whose ids say when they were made
_PREFIX = 5  # signs of an id that name its time to ten hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    deliveries: int
    items: int
    accounts: int
    life: Life


async def stock(hub: Hub, size: Size, texts: Path | None) -> None:
    """Bodies, people with one password each to be given, accounts, items, plans, deliveries.

    PEOPLE are of the province, PARTLY of a city."""
    made, bodies = province(texts)
    await hub.organisations.import_bodies(bodies, actor="bench")
    root, city = bodies[0].code, bodies[1].code
    people = [
        NewPerson(login=who, name=who, roles=((code, role),))
        for code, those in ((root, PEOPLE), (city, PARTLY))
        for who, role in those.items()
    ]
    await hub.organisations.import_people(people, actor="bench")
    rows = [_account(n, bodies[n % len(bodies)].code) for n in range(size.accounts)]
    await hub.organisations.import_accounts(rows, actor="bench")
    sample = await _samples(hub, await _planned(hub, root))
    ids = {body.code: body.id for body in await hub.organisations.bodies()}
    order = [ids[body.code] for body in bodies]
    accounts = [one.id for one in await hub.organisations.accounts(Selection())]
    rows_of = _Copies(hub, sample, Random(SEED))
    listed = await _items(hub, rows_of, made, order, size.items)
    count = -(-size.deliveries // _EACH)
    numbers = iter(range(count))
    while some := list(itertools.islice(numbers, _BATCH // _EACH)):
        waves = [rows_of.wave(n, count, listed[n % len(listed)], accounts) for n in some]
        await put(hub, {editions: [edition for edition, _, _ in waves]})
        await put(hub, {plans: [plan for _, plan, _ in waves]})
        await put(hub, {deliveries: [row for _, _, all_of in waves for row in all_of]})
    await live(hub, size.life, sample, order, accounts[0])
    await hub.database.write(lambda tx: tx.connection.execute(text("ANALYZE")), audited=False)
    await refresh(hub)


async def refresh(hub: Hub) -> None:
    """As the hub does every few minutes while it runs."""
    await hub.liveness.refresh()


async def _items(
    hub: Hub, rows_of: _Copies, made: Province, order: list[str], count: int
) -> list[str]:
    """Their ids, but those of copies."""
    source, listed = made.items(min(count, _TEXTS)), list[str]()
    while batch := list(itertools.islice(source, _BATCH)):
        pairs = [rows_of.item(one, order[one.body]) for one in batch]
        listed += [item["id"] for item, _ in pairs]
        await put(hub, {items: [item for item, _ in pairs]})
        await put(hub, {item_versions: [version for _, version in pairs]})
    written = len(listed)
    for number in itertools.count(1):
        if (wanted := min(_TEXTS, count - written)) <= 0:
            return listed
        prefix = IdSource().new(hub.clock.now() - number * _APART)[:_PREFIX]
        await _copied(hub, prefix, listed[0], listed[wanted - 1])
        written += wanted
    return listed


async def _copied(hub: Hub, prefix: str, first: str, last: str) -> None:
    """The items from `first` to `last` once more, made when `prefix` says."""
    anew = {
        items: ("id", "external_key", "index_no"),
        item_versions: ("item_id",),
    }

    def work(tx: Transaction) -> None:
        for table, keys in anew.items():
            names = [column.name for column in table.c]
            values = [
                f":prefix || substr({name}, {_PREFIX + 1})" if name in keys else name
                for name in names
            ]
            tx.connection.execute(
                text(
                    f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)}"
                    f" FROM {table.name} WHERE {keys[0]} >= :first AND {keys[0]} <= :last"
                ),
                {"prefix": prefix, "first": first, "last": last},
            )

    await hub.database.write(work, audited=False)


def _account(number: int, body: str) -> NewAccount:
    """No call is made to them; every eighth is a website."""
    site = number % 8 == 7
    return NewAccount(
        channel="website" if site else "weibo",
        name=f"政务发布{number:05}",
        handle=f"account-{number:05}",
        body_code=body,
        base_url="https://platform.example",
        settings={"root": "site"}
        if site
        else {"safe_domain": "example.gov.cn", "rip": "192.0.2.1"},
        credentials={} if site else {"access_token": "bench", "uid": str(number)},
    )


async def _planned(hub: Hub, body: str) -> str:
    """One plan, through all that a plan goes through; its item's id."""
    owner = await hub.organisations.body(body)
    draft = ItemDraft(
        body_id=owner.id, title="样本", body="现予公布。", attribute=Attribute.PROACTIVE
    )
    item = await hub.catalogue.add(draft, actor="bench")
    await hub.determinations.determine(item.id, ORDINARY, actor=Role.CLERK.value)
    selection = Selection(channels=("weibo",))
    approval = await hub.publishing.submit(item.id, selection, "bench")
    for step, role in _STEPS:
        await hub.review.sign(approval.id, step, role.value, approval.hash)
    await hub.publishing.plan(item.id, selection, When(zone="Asia/Shanghai"), "bench")
    return item.id


async def _samples(hub: Hub, item_id: str) -> dict[Table, dict[str, Any]]:
    """A row of every table as the services wrote it."""

    def one(table: Table, key: Any) -> Any:
        return lambda c: dict(c.execute(select(table).where(key)).mappings().first())

    about = (items.c.id, *(t.c.item_id for t in (item_versions, editions, plans, approvals)))
    found = {
        column.table: await hub.database.read(one(column.table, column == item_id))
        for column in (*about, determinations.c.item_id)
    }
    key = deliveries.c.plan_id == found[plans]["id"]
    return {**found, deliveries: await hub.database.read(one(deliveries, key))}


class _Copies:
    """Rows like the samples, with keys, bodies, times and states of their own."""

    def __init__(self, hub: Hub, samples: Mapping[Table, Row], random: Random) -> None:
        self._ids, self._then, self._now = hub.ids, IdSource(), hub.clock.now()
        self._samples, self._random = samples, random

    def item(self, made: Text, body_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        key = self._ids.new(self._now)
        state = self._random.choice(_STATES)
        public = state is ItemState.APPROVED
        own = {
            "id": key,
            "external_key": key,
            "index_no": key,
            "body_id": body_id,
            "title": made.title[:300],
            "doc_no": made.doc_no,
            "theme": made.theme,
            "genre": made.genre,
            "formed_on": made.formed_on,
            "state": state.value,
            "public_version": 1 if public else None,
            "published_at": self._now if public else None,
        }
        return {**self._samples[items], **own}, {**self._samples[item_versions], "item_id": key}

    def wave(
        self, number: int, count: int, item_id: str, accounts: list[str]
    ) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        """An edition, its plan, and a delivery to each of some accounts next to one another."""
        span = _PAST + _FUTURE
        due = self._now - _PAST + span * (number / count) + timedelta(seconds=1)
        edition = {**self._samples[editions], "id": self._then.new(due), "item_id": item_id}
        edition["name"] = f"bench:{number}"
        times = {"due_at": due, "not_after": due + timedelta(days=1), "next_check_at": None}
        plan = {**self._samples[plans], "id": self._then.new(due), "item_id": item_id, **times}
        first = number * _EACH % len(accounts)
        some = [accounts[(first + n) % len(accounts)] for n in range(min(_EACH, len(accounts)))]
        key = {"plan_id": plan["id"], "edition_id": edition["id"]}
        return edition, plan, list(self._sent(key, due, some))

    def _sent(self, key: Mapping[str, str], due: datetime, some: list[str]) -> Iterator[Any]:
        for account in some:
            yield {
                **self._samples[deliveries],
                **key,
                "id": self._then.new(due),
                "account_id": account,
                "purpose": Purpose.PUBLISH.value,
                "due_at": due,
                "not_after": due + timedelta(days=1),
                **self._standing(due),
            }

    def _standing(self, due: datetime) -> dict[str, Any]:
        """Future ones are planned; of those due one in two hundred is in some trouble."""
        if due > self._now:
            return {"state": _S.PLANNED.value, "reason": "", "next_at": None}
        if self._random.random() >= 0.005:
            return {
                "state": _S.VERIFIED.value,
                "reason": "",
                "next_at": None,
                "remote_id": "1",
                "handed_over_at": due,
            }
        state = self._random.choice(_TROUBLED)
        typed = {"error_code": "45009"} if state is _S.FAILED else {}
        return {"state": state.value, "reason": "held", "next_at": None, "error_code": "", **typed}
