"""A desk with three officers, a citizen who writes, and a bot that is scripted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from hub.conversation.desk.answering import DeskAnswering, NewReply
from hub.conversation.desk.canned.service import CannedAnswers
from hub.conversation.desk.gate import DeskGate
from hub.conversation.desk.models import DeskTalk, OfficeHours, Reply
from hub.conversation.desk.ports import Rated
from hub.conversation.desk.rating import DeskRatings
from hub.conversation.desk.service import DeskService
from hub.conversation.desk.stepping import Terms
from hub.conversation.desk.watching import DeskWatch
from hub.conversation.models import Answer, Inbound
from hub.conversation.notices.models import Reach, Window
from hub.conversation.satisfaction.answering import HearsRatings
from hub.conversation.satisfaction.models import Asking
from hub.conversation.satisfaction.service import Satisfaction
from hub.conversation.sending import Sending
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.models import Body, NewPerson, Role
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from tests.hub.conversation.conftest import Talk

HOURS = "工作日 09:00-12:00,13:00-17:00"
MONDAY_MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in China
REACH = Reach(windows={"message": Window(5, timedelta(hours=48))})
SITE = "https://www.sc.gov.cn"
OFFICERS = (
    NewPerson(login="wang", name="王", roles=(("sc", Role.EDITOR),)),
    NewPerson(login="li", name="李", roles=(("sc", Role.MEDIA),)),
    NewPerson(login="chief", name="科长", roles=(("sc", Role.SECTION_HEAD),)),
    NewPerson(login="boss", name="主任", roles=(("sc", Role.LEADER),)),
    NewPerson(login="admin2", name="管理", roles=(("sc", Role.ADMIN),)),
    NewPerson(login="stranger", name="外人", roles=tuple(("cd", role) for role in Role)),
)


class Bot:
    """Hands over where it is asked for a person, knows nothing of what begins with 不知."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.service: DeskService | None = None

    async def answer(self, inbound: Inbound) -> Answer:
        self.asked.append(inbound.text)
        if inbound.text == "转人工" and self.service:
            handed = await self.service.hand_over(inbound)
            return Answer(paragraphs=(f"人工:{handed.kind}",), handover=True)
        if inbound.text.startswith("不知"):
            return Answer(paragraphs=("没有找到",), unanswered=True)
        return Answer(paragraphs=(f"答：{inbound.text}",))


@dataclass
class Collected:
    """`Ratings` that keeps what it is told."""

    told: list[Rated] = field(default_factory=list)

    async def rated(self, rated: Rated) -> None:
        self.told.append(rated)


@dataclass
class Counter:
    """Both sides of the desk."""

    talk: Talk
    bot: Bot
    service: DeskService
    answering: DeskAnswering
    canned: CannedAnswers
    watch: DeskWatch
    ratings: Collected
    bodies: dict[str, Body]
    said: int = 0

    @property
    def clock(self) -> ManualClock:
        return self.talk.clock

    async def says(self, text: str, who: str = "o1") -> str:
        """What the citizen reads at once; "" for silence."""
        self.said += 1
        told = await self.talk.says(text, who=who, key=f"m{self.said}")
        await self.talk.quiet()
        self.clock.advance(1)
        return told

    async def opened(self, who: str = "o1") -> str:
        """A conversation that waits; its id."""
        assert await self.says("转人工", who) == "人工:open"
        return (await self.newest()).id

    async def newest(self) -> DeskTalk:
        found = await self.talk.database.read(
            lambda c: c.exec_driver_sql("SELECT max(id) FROM desk_conversations").scalar_one()
        )
        return await self.service.talk(found)

    async def answer(self, talk_id: str, text: str, actor: str = "wang", key: str = "") -> Reply:
        return await self.answering.answer(talk_id, NewReply(text=text, key=key), actor=actor)

    def sent(self) -> list[str]:
        """What the platform was given, oldest first."""
        return ["|".join(one.answer.paragraphs) for one in self.talk.post.sent]

    async def kinds(self) -> list[str]:
        """What the audit log tells of the desk."""
        found = await self.talk.database.read(lambda c: read_events(c))
        start = "conversation.desk."
        return [e["kind"].removeprefix(start) for e in found if e["kind"].startswith(start)]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY_MORNING)


@pytest.fixture
async def counter(
    talk: Talk,
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    vault: Vault,
    organisations: Organisations,
    bodies: dict[str, Body],
) -> Counter:
    await organisations.import_people(OFFICERS, actor="admin")
    terms = Terms(usual=OfficeHours(body_id="", hours=HOURS, limit_minutes=120))
    service = DeskService(database=database, clock=clock, ids=ids, terms=terms)
    canned = CannedAnswers(database=database, clock=clock, ids=ids, site_url=SITE)
    answering = DeskAnswering(
        database=database,
        clock=clock,
        ids=ids,
        vault=vault,
        sending=Sending(talk.post, clock),
        terms=terms,
        canned=canned,
        reach={"weibo": REACH}.get,
    )
    ratings = Collected()
    watch = DeskWatch(
        database=database,
        clock=clock,
        ids=ids,
        terms=terms,
        answering=answering,
        ratings=ratings,
        alerting=True,
    )
    bot = Bot()
    bot.service = service
    gate = DeskGate(bot, service, database=database, clock=clock)
    heard = Satisfaction(database, clock, ids, {Asking.DESK: DeskRatings()})
    talk.conversations.answerer = HearsRatings(gate, heard)
    return Counter(
        talk=talk,
        bot=bot,
        service=service,
        answering=answering,
        canned=canned,
        watch=watch,
        ratings=ratings,
        bodies=bodies,
    )
