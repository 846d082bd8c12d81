"""A wave over the installation: accounts and approved items, the plan, and the count afterwards."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.compose import Hub, open_hub
from benchmarks.hosts.installation import Installation, ask
from benchmarks.pace import REVIEW_MINUTES
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.publishing.service import When
from hub.review.models import ReviewStep
from simulators.determining import ORDINARY

__all__ = ["Counted", "Wave", "counted", "planned", "staged", "states_of", "until_sent"]

_BODY = "510000"
_STEPS = (
    (ReviewStep.DRAFT_CHECK, "clerk", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "head", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "leader", Role.LEADER),
)
_TEXT = "为进一步做好政务公开工作，现将有关事项通知如下，请认真贯彻执行。" * 4
_SENT = ("accepted", "verified")
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """`items` are approved for all accounts of the tag that each is named by."""

    items: Mapping[str, Sequence[Item]]
    accounts: Mapping[str, int]

    def deliveries(self, tag: str) -> int:
        return self.accounts[tag] * len(self.items[tag])


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What became of a wave, as the ledger and as the platforms have it. `unknown` are deliveries
    of which nobody can say, `waiting` those that are neither sent nor ended."""

    deliveries: int
    ledger: int
    shown: int
    lost: int
    duplicated: int
    unknown: int
    waiting: int
    states: Mapping[str, int]


async def staged(
    place: Installation, accounts: Mapping[str, Mapping[str, int]], items: Mapping[str, int]
) -> Wave:
    """Enter `accounts` (of each tag so many on each channel) and `items` (of each tag so many)."""
    async with open_hub(place.settings) as hub:
        body = NewBody(code=_BODY, name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([body], actor="bench")
        people = [NewPerson(login=who, name=who, roles=((_BODY, role),)) for _, who, role in _STEPS]
        await hub.organisations.import_people(people, actor="bench")
        for tag, channels in accounts.items():
            rows = [row for name, n in channels.items() for row in _open(place, tag, name, n)]
            await hub.organisations.import_accounts(rows, actor="bench")
        made = {tag: [await _approved(hub, tag, n) for n in range(k)] for tag, k in items.items()}
    return Wave(items=made, accounts={tag: sum(by.values()) for tag, by in accounts.items()})


def _open(place: Installation, tag: str, channel: str, count: int) -> Iterator[NewAccount]:
    handles = [f"{tag}-{channel}-{number:05}" for number in range(count)]
    scaled = {"review_minutes": str(REVIEW_MINUTES / place.size.pace)}
    for row in ask(f"{place.town}/_control/{channel}/accounts", {"handles": handles}):
        yield NewAccount(
            channel=channel,
            name=row["handle"],
            handle=row["handle"],
            body_code=_BODY,
            base_url=row["base_url"],
            tags=(tag,),
            settings=row["settings"] | (scaled if channel == "weibo" else {}),
            credentials=row["credentials"],
        )


async def _approved(hub: Hub, tag: str, number: int) -> Item:
    owner = await hub.organisations.body(_BODY)
    draft = ItemDraft(
        body_id=owner.id,
        title=f"关于做好政务公开工作的{tag}第{number}号通知",
        body=f"{tag}第{number}号：{_TEXT}",
        attribute=Attribute.PROACTIVE,
    )
    item = await hub.catalogue.add(draft, actor="clerk")
    await hub.determinations.determine(item.id, ORDINARY, actor="clerk")
    approval = await hub.publishing.submit(item.id, Selection(tag=tag), "clerk")
    for step, who, _ in _STEPS:
        await hub.review.sign(approval.id, step, who, approval.hash)
    return item


async def planned(place: Installation, wave: Wave, tag: str) -> None:
    """Plan the items of a tag, to be sent at once."""
    async with open_hub(place.settings) as hub:
        for item in wave.items[tag]:
            await hub.publishing.plan(item.id, Selection(tag=tag), When(zone="UTC"), "bench")


async def until_sent(place: Installation, tag: str, patience_s: float) -> float:
    """Wait until nothing of a tag moves any more; how many seconds that took."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience_s:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            states = await states_of(place, tag)
            if states and not states.keys() - {*_SENT, "unknown", "failed", "expired"}:
                break
        await asyncio.sleep(_LOOK_S)
    return time.monotonic() - begun


async def states_of(place: Installation, tag: str) -> dict[str, int]:
    """How many are in which state; what is unknown and will still be asked about counts as
    `asking`."""
    query = (
        "SELECT CASE WHEN d.state = 'unknown' AND d.next_at IS NOT NULL THEN 'asking'"
        " ELSE d.state END AS stands, count(*) FROM deliveries d"
        " JOIN accounts a ON a.id = d.account_id WHERE a.handle LIKE $1 GROUP BY stands"
    )
    return {row[0]: row[1] for row in await place.rows(query, f"{tag}-%")}


async def counted(place: Installation, wave: Wave, tag: str) -> Counted:
    """Compare the ledger with what the platforms show of a wave."""
    states = await states_of(place, tag)
    posts = await asyncio.to_thread(_posts, place, tag)
    total, ledger = wave.deliveries(tag), sum(states.get(one, 0) for one in _SENT)
    ended = ledger + sum(states.get(one, 0) for one in ("unknown", "failed", "expired"))
    return Counted(
        deliveries=total,
        ledger=ledger,
        shown=posts.total(),
        lost=total - len(posts),
        duplicated=sum(times - 1 for times in posts.values()),
        unknown=states.get("unknown", 0),
        waiting=sum(states.values()) - ended,
        states=states,
    )


def _posts(place: Installation, tag: str) -> Counter[tuple[str, str]]:
    posts: Counter[tuple[str, str]] = Counter()
    for name in place.size.channels:
        shown: list[dict[str, Any]] = ask(f"{place.town}/_control/shown?channel={name}")[name]
        for post in shown:
            if post["state"] == "public" and post["account"].startswith(f"{tag}-"):
                posts[post["account"], post["title"] or post["text"]] += 1
    return posts
