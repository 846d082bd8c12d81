"""Whatever happens in whatever order, and wherever the process dies: nobody is told of a version
twice, nobody after they opted out, and nothing after its recall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, Engine

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.conversation.models import Answer, Outgoing
from hub.conversation.notices.models import NoticeState, Reach
from hub.conversation.notices.rules import Manners
from hub.conversation.subscriptions.models import Pace
from hub.kernel.clock import ManualClock
from hub.kernel.database import Transaction, run_group
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.kernel.meter import Meter, NoMeter
from hub.organisations.models import BodyKind, NewAccount, NewBody
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from hub.publishing.errors import NotSent, Unknown
from tests.hub.conversation.notices.scene import FUND, TWO_DAYS, City, Platform, open_city
from tests.in_memory import engine_in_memory
from tests.thoroughness import examples

pytestmark = pytest.mark.slow
T = TypeVar("T")
PEOPLE = ("anna", "ben", "carl")
people = st.sampled_from(PEOPLE)
fates = st.sampled_from(["fine", "dies after", "dies before", "refuses", "is lost"])
_DOWN = Words("断", "down")


class Died(BaseException):
    """The process is gone in the middle of a call."""


@dataclass
class Memory:
    """`Database` over one connection: every write is alone."""

    engine: Engine
    meter: Meter = field(default_factory=NoMeter)

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        with self.engine.begin() as connection:
            ((value, error),) = run_group(connection, [(work, audited)])
            assert error is None
            return value  # type: ignore[no-any-return]

    async def read(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    async def close(self) -> None:
        self.engine.dispose()


@dataclass
class Mortal(Platform):
    """A platform whose caller may die before or after it is told, and that judges what comes."""

    fate: str = "fine"
    arrived: list[tuple[str, str]] = field(default_factory=list)
    judge: Callable[[str, str], None] = lambda who, url: None

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        fate, self.fate = self.fate, "fine"
        if fate == "dies before":
            raise Died
        if fate == "refuses":
            raise NotSent(_DOWN)
        known = {one.id for one in self.said} if self.keeps_keys else set()
        if outgoing.id not in known:
            self.take(outgoing.address.removeprefix("address-of-"), outgoing.answer)
        self.said.append(outgoing)
        if fate == "dies after":
            raise Died
        if fate == "is lost":
            raise Unknown(_DOWN)

    def take(self, who: str, answer: Answer) -> None:
        for cite in answer.cites:
            self.judge(who, cite.url)
            self.arrived.append((who, f"{cite.url} {cite.title}"))


class Town(RuleBasedStateMachine):
    """Three people, one account, and a process that may die in any call."""

    @initialize(waits=st.booleans(), keyed=st.booleans())
    def open_town(self, waits: bool, keyed: bool) -> None:
        self.runner = asyncio.Runner()
        self.clock = ManualClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
        self.memory = Memory(engine_in_memory())
        self.platform = Mortal(
            allows=TWO_DAYS if waits else Reach(),
            keeps_keys=timedelta(hours=1) if keyed else None,
            judge=self.judge,
        )
        self.silent: set[str] = set()
        self.recalled: set[str] = set()
        self.items: list[Item] = []
        self.subscribed: dict[str, str] = {}
        self.run(self.settle_town())
        for who, pace in zip(PEOPLE, (Pace.IMMEDIATE, Pace.IMMEDIATE, Pace.DAILY), strict=True):
            self.subscribe(who, pace)

    async def settle_town(self) -> None:
        ids, vault = IdSource(), Vault({"k1": b"1" * 32})
        organisations = Organisations(self.memory, self.clock, ids, vault)
        province = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE)
        await organisations.import_bodies([province], actor="root")
        new = NewAccount(
            channel="weibo",
            name="四川发布",
            handle="1001",
            body_code="sc",
            base_url="https://api.weibo.com",
        )
        account = await organisations.add_account(new, actor="root")
        self.city = await open_city(
            City(
                database=self.memory,
                clock=self.clock,
                ids=ids,
                vault=vault,
                catalogue=Catalogue(self.memory, self.clock, ids),
                platform=self.platform,
                manners=Manners(most_a_day=50),
                account=account.id,
                body=account.body_id,
            )
        )

    def judge(self, who: str, url: str) -> None:
        assert who not in self.silent, "told after opting out"
        item_id = url.rpartition("/")[2].removesuffix(".html")
        assert item_id not in self.recalled, "told after the recall"

    def run(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something; where the process dies in it, another one is started."""
        try:
            return self.runner.run(work)
        except Died:
            self.city.start()
            return None

    @rule(who=people, pace=st.sampled_from(list(Pace)))
    def subscribe(self, who: str, pace: Pace) -> None:
        self.silent.discard(who)
        made = self.run(self.city.subscribes(who, FUND, pace))
        assert made is not None
        self.subscribed[who] = made

    @rule(who=people)
    def opt_out(self, who: str) -> None:
        self.run(self.city.subscriptions.opt_out(self.city.reader(who)))
        self.subscribed.pop(who, None)
        self.silent.add(who)

    @rule(who=people, whether=st.booleans())
    def cancel(self, who: str, whether: bool) -> None:
        if whether and (made := self.subscribed.pop(who, None)):
            self.run(self.city.subscriptions.cancel(self.city.reader(who), made))

    @rule(fate=fates)
    def publish(self, fate: str) -> None:
        item = self.run(self.city.publishes(f"公积金第{len(self.items)}号"))
        assert item is not None
        self.items.append(item)
        self.go_on(fate)

    @rule(which=st.integers(0, 5), fate=fates)
    def correct(self, which: int, fate: str) -> None:
        if item := self.some(which):
            changed = replace(draft_of(item), title=f"{item.title}改")
            edited = self.run(self.city.catalogue.edit(item.id, changed, actor="root"))
            assert edited is not None
            now = self.run(self.city.public(item.id, edited.version))
            assert now is not None
            self.items[self.items.index(item)] = now
            self.go_on(fate)

    @rule(which=st.integers(0, 5))
    def recall(self, which: int) -> None:
        if item := self.some(which):
            self.run(self.city.recalls(item))
            self.recalled.add(item.id)
            self.items.remove(item)

    def some(self, which: int) -> Item | None:
        return self.items[which % len(self.items)] if self.items else None

    @rule(who=people)
    def write(self, who: str) -> None:
        """They write, are answered, and what waited may go with it."""
        if who in self.silent:
            return
        inbound = self.run(self.city.writes(who))
        assert inbound is not None
        said = self.run(self.city.answering(Answer(paragraphs=("您好",))).answer(inbound))
        if said is not None:
            self.platform.take(who, said)
            self.run(self.city.answered(inbound))

    @rule(fate=fates)
    def go_on(self, fate: str) -> None:
        self.platform.fate = fate
        self.run(self.city.runs(1))
        self.platform.fate = "fine"

    @rule(hours=st.sampled_from([1, 5, 30]))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours * 3_600)

    @invariant()
    def nobody_was_told_twice(self) -> None:
        arrived = getattr(self, "platform", Platform())
        told = arrived.arrived if isinstance(arrived, Mortal) else []
        assert len(told) == len(set(told))

    def teardown(self) -> None:
        if not hasattr(self, "city"):
            return
        self.clock.advance(60)
        for _ in range(3):
            self.city.at(10, days=1)
            self.run(self.city.runs(3))
        self.nobody_was_told_twice()
        states = {one.state for one in self.run(self.city.notices.find(limit=1_000)) or []}
        assert NoticeState.SENDING not in states
        if not self.platform.allows.windows:
            assert NoticeState.WAITING not in states
        self.runner.close()
        self.memory.engine.dispose()


TestTown = Town.TestCase
TestTown.settings = settings(max_examples=examples(15), stateful_step_count=15, deadline=None)
