"""A city whose people subscribe, a platform that keeps what it is told, and a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.publication import mark_public, withdraw
from hub.catalogue.service import Catalogue
from hub.conversation import store as messages
from hub.conversation.models import (
    Answer,
    EventType,
    Inbound,
    InboundKind,
    Message,
    MessageEvent,
    MessageState,
    Outgoing,
)
from hub.conversation.notices.answering import CarriesNotices
from hub.conversation.notices.beginning import Beginning
from hub.conversation.notices.ending import Ending
from hub.conversation.notices.matching import Matching
from hub.conversation.notices.models import Notice, Reach, Window
from hub.conversation.notices.rules import Manners
from hub.conversation.notices.sending import NoticeSender
from hub.conversation.notices.service import Notices
from hub.conversation.store import Settled
from hub.conversation.subscriptions.models import Pace, Reader, Topic, Wish
from hub.conversation.subscriptions.service import Subscriptions
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault
from hub.publishing.errors import DeliveryError

__all__ = ["FUND", "TWO_DAYS", "City", "Platform", "open_city"]

FUND = "公积金"
# as WeChat: five messages within 48 hours of theirs
TWO_DAYS = Reach(
    windows={"message": Window(count=5, within=timedelta(hours=48))}, answer_bytes=1_800
)


@dataclass
class Platform:
    """`NoticeCourier` and `Permits`: keeps what it is told, once per id where it knows ids."""

    allows: Reach = field(default_factory=Reach)
    keeps_keys: timedelta | None = None
    said: list[Outgoing] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    permits: int = 1_000_000
    obeyed: list[DeliveryError] = field(default_factory=list)

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if self.keeps_keys is None or outgoing.id not in {one.id for one in self.said}:
            self.said.append(outgoing)

    async def key_window(self, channel: str, account_id: str) -> timedelta | None:
        return self.keeps_keys

    def reach(self, channel: str) -> Reach | None:
        return self.allows

    async def wait(self, channel: str, account_id: str, sender: str) -> float:
        self.permits -= 1
        return 0.0 if self.permits >= 0 else 5.0

    async def obey(self, channel: str, account_id: str, sender: str, error: DeliveryError) -> None:
        self.obeyed.append(error)

    def titles(self) -> list[list[str]]:
        """What each message cites."""
        return [[cite.title for cite in one.answer.cites] for one in self.said]


class Echo:
    """`Answerer` that says the same to everybody."""

    def __init__(self, answer: Answer) -> None:
        self.said = answer

    async def answer(self, inbound: Inbound) -> Answer:
        return self.said


@dataclass
class City:
    """One account that people write to and subscribe at."""

    database: Database
    clock: ManualClock
    ids: IdSource
    vault: Vault
    catalogue: Catalogue
    platform: Platform
    manners: Manners
    account: str
    body: str

    def __post_init__(self) -> None:
        self.subscriptions = Subscriptions(self.database, self.clock, self.ids)
        self.notices = Notices(self.database, self.clock, self.manners)
        self.matching = Matching(self.database, self.clock, self.ids, self.manners)
        self.beginning = Beginning(self.ids, self.vault, self.manners, "https://gov.example/")
        self.start()

    def start(self) -> None:
        """As a process does: what is under way then is nobody's."""
        ending = Ending(self.database, self.clock, self.platform, self.vault, alone=True)
        self.sender = NoticeSender(
            database=self.database,
            clock=self.clock,
            courier=self.platform,
            permits=self.platform,
            beginning=self.beginning,
            ending=ending,
            manners=self.manners,
        )

    def reader(self, who: str = "me") -> Reader:
        return Reader(channel="weibo", account=self.account, sender=who)

    async def writes(
        self, who: str = "me", text: str = "你好", *, event: EventType | None = None
    ) -> Inbound:
        """They write, and are answered."""
        now = self.clock.now()
        message_id = self.ids.new(now)
        inbound = Inbound(
            id=message_id,
            channel="weibo",
            account=self.account,
            external_key=message_id,
            sender=who,
            kind=InboundKind.EVENT if event else InboundKind.TEXT,
            received_at=now,
            text=text,
            event=event,
        )
        sealed = self.vault.seal(self.account, {"address": f"address-of-{who}"})
        kept = Message(inbound=inbound, state=MessageState.RECEIVED, address=sealed)
        await self.database.write(lambda tx: messages.add(tx, [kept]), audited=False)
        return inbound

    async def answered(self, inbound: Inbound, event: MessageEvent = MessageEvent.REPLIED) -> None:
        settled = Settled(inbound.id, event, self.clock.now())
        await self.database.write(lambda tx: messages.settle(tx, [settled]), audited=False)

    async def subscribes(
        self, who: str = "me", word: str = FUND, pace: Pace = Pace.IMMEDIATE
    ) -> str:
        """They write that they subscribe to a word; the subscription's id."""
        await self.answered(await self.writes(who))
        wish = Wish(topic=Topic.KEYWORD, value=word, label=word, pace=pace)
        made = await self.subscriptions.subscribe(self.reader(who), wish)
        await self.matching.follow()
        self.clock.advance(1)
        return made.id

    async def publishes(self, title: str = "关于公积金提取的通知", body: str = "正文") -> Item:
        draft = ItemDraft(body_id=self.body, title=title, body=body, attribute=Attribute.PROACTIVE)
        item = await self.catalogue.add(draft, actor="root")
        return await self.public(item.id, item.version)

    async def public(self, item_id: str, version: int) -> Item:
        """A version is public, as the body's own site says."""
        at = self.clock.now()
        await self.database.write(lambda tx: mark_public(tx, item_id, version, at))
        self.clock.advance(1)
        return await self.catalogue.get(item_id)

    async def recalls(self, item: Item) -> None:
        at = self.clock.now()
        await self.database.write(
            lambda tx: withdraw(tx, item.id, at, "撤稿", upto=item.version), audited=False
        )

    async def runs(self, rounds: int = 2) -> int:
        """What the clock would do; how many messages were begun."""
        sent = 0
        for _ in range(rounds):
            await self.matching.follow()
            sent += await self.sender.look()
            self.clock.advance(3)
        return sent

    async def states(self) -> list[tuple[str, str]]:
        """State and reason of every notice, oldest first."""
        found: Sequence[Notice] = await self.notices.find(limit=10_000)
        return [(str(one.state), one.reason) for one in reversed(found)]

    def answering(self, answer: Answer) -> CarriesNotices:
        return CarriesNotices(
            Echo(answer),
            database=self.database,
            clock=self.clock,
            reach=self.platform.reach,
            beginning=self.beginning,
        )

    def at(self, hour: int, *, days: int = 0) -> None:
        """Let the clock go to that hour in China, so many days from today."""
        now = self.clock.now()
        day = (now + timedelta(hours=8)).date() + timedelta(days=days)
        wall = datetime(day.year, day.month, day.day, hour, tzinfo=now.tzinfo)
        self.clock.advance((wall - timedelta(hours=8) - now).total_seconds())


async def open_city(city: City) -> City:
    """With the first look at the chain done."""
    await city.matching.follow()
    return city
