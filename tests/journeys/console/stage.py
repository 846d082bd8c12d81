"""A town hall at work: its people, its accounts on simulated platforms, the engine that sends."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from app.compose import open_engine, open_hub
from app.console import console_desk
from app.settings import Settings
from benchmarks.crash.haste import SETTINGS, SWITCHES, hasten, hasten_declarations
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.kernel.clock import CHINA, SystemClock
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.organisations.signin.passwords import Passwords
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.service import When
from hub.publishing.timing.models import NewBlackout
from hub.review.models import Approval, ReviewStep
from simulators.determining import ORDINARY
from simulators.town import Town
from tests.web.console.conftest import PASSWORD, Office
from tests.web.console.opinion.voices import hear, said
from web.console.application import console_application
from web.console.call import ROOT

__all__ = ["BODY", "OUT", "SIGNERS", "House", "open_house"]

PATIENCE_S = 120
R, OUT = Role, (DeliveryState.ACCEPTED, DeliveryState.VERIFIED)
BODIES = (
    ("province", "江省人民政府", BodyKind.PROVINCE, ""),
    ("city", "江澜市人民政府办公室", BodyKind.CITY, "province"),
    ("housing", "江澜市住房和城乡建设局", BodyKind.DEPARTMENT, "city"),
    ("water", "江澜市水务局", BodyKind.DEPARTMENT, "city"),
)
PEOPLE: dict[str, tuple[str, tuple[tuple[str, Role], ...]]] = {
    "zhao.xue": ("赵雪", (("city", R.EDITOR), ("city", R.MEDIA))),
    "li.min": ("李敏", (("city", R.CLERK),)),
    "zhang.wei": ("张伟", (("city", R.SECTION_HEAD),)),
    "chen.fang": ("陈芳", (("city", R.LEADER),)),
    "qian.yu": ("钱宇", (("city", R.MEDIA),)),
    "zhou.hai": ("周海", (("housing", R.EDITOR), ("housing", R.MEDIA))),
    "han.mei": ("韩梅", (("housing", R.CLERK),)),
    "he.jun": ("何军", (("housing", R.SECTION_HEAD),)),
    "lin.tao": ("林涛", (("housing", R.LEADER),)),
    "xu.lan": ("徐兰", (("water", R.EDITOR),)),
    "sun.ke": ("孙可", (("province", R.DISCLOSURE_OFFICE),)),
    "wu.gang": ("吴刚", (("province", R.DISCLOSURE_OFFICE), ("province", R.ADMIN))),
}
SIGNERS = {
    "city": ("li.min", "zhang.wei", "chen.fang"),
    "housing": ("han.mei", "he.jun", "lin.tao"),
}
CHANNELS = (("wechat", "江澜发布"), ("weibo", "江澜发布微博"), ("website", "江澜市政府门户网站"))
BODY = """第一条　为规范江澜市中心城区机动车停放秩序，方便群众出行，根据有关法律法规，制定本办法。

第二条　本办法适用于中心城区 86 条道路、12400 个公共停车泊位的管理。

第三条　公共停车泊位首 30 分钟免费，不足 1 小时的每次收取 5 元，24 小时内最高收取 30 元。

第四条　新能源汽车首 2 小时免费。

第五条　本办法自 2027 年 1 月 1 日起施行，有效期 5 年。"""


@dataclass(slots=True)
class House:
    """What a journey walks through: the office that is asked, the platforms it posts to, and the
    folder in which the pages are kept as pictures."""

    office: Office
    town: Town
    pictures: Path

    @property
    def origin(self) -> str:
        return self.office.origin

    @property
    def today(self) -> date:
        return self.office.desk.clock.now().astimezone(CHINA).date()

    async def silence(self, day: date, name: str) -> None:
        """Nothing goes out on that day."""
        starts = datetime.combine(day, time())
        new = NewBlackout(
            name=name, starts=starts, ends=starts + timedelta(days=1), zone="Asia/Shanghai"
        )
        await self.office.desk.timing.declare_blackout(new, actor="wu.gang")

    async def entered(self, title: str, *, by: str = "zhao.xue", body: str = "city") -> Item:
        """An item whose attribute has been determined."""
        desk = self.office.desk
        owner = await desk.organisations.body(body)
        draft = ItemDraft(
            body_id=owner.id, title=title, body=BODY, attribute=Attribute.PROACTIVE, unit="办公室"
        )
        item = await desk.catalogue.add(draft, actor=by)
        await desk.determinations.determine(item.id, ORDINARY, actor=by)
        return item

    async def submitted(self, title: str, *channels: str) -> Approval:
        """An item that waits for its first signature."""
        item = await self.entered(title)
        return await self.office.desk.publishing.submit(
            item.id, Selection(channels=channels), "zhao.xue"
        )

    async def sign(self, item_id: str, body: str = "city") -> Item:
        """All three sign what was submitted of the item."""
        desk = self.office.desk
        item = await desk.catalogue.get(item_id)
        approval = await desk.review.current(item.id, item.version)
        assert approval is not None
        for step, login in zip(ReviewStep, SIGNERS[body], strict=True):
            await desk.review.sign(approval.id, step, login, approval.hash)
        return await desk.catalogue.get(item_id)

    async def approved(self, title: str, *channels: str) -> Item:
        return await self.sign((await self.submitted(title, *channels)).item_id)

    async def heard(self, title: str, people: int) -> None:
        """So many say the same within a day, and what follows of itself: judged, put together,
        and where it is much, proposed as a case."""
        at = self.office.desk.clock.now() - timedelta(hours=2)
        voices = [
            said(
                n, title + ("，请问何时能办？" if n % 3 else ""), event_at=at, author=f"citizen-{n}"
            )
            for n in range(people)
        ]
        await hear(self.office, voices, urgency="pressing")
        await self.office.desk.listening.proposals.look()

    async def answered(self, title: str) -> None:
        """A case's answer is determined, signed by all three and out on the bureau's website."""
        desk = self.office.desk
        [item] = [one for one in await desk.catalogue.list() if one.title == title]
        await desk.determinations.determine(item.id, ORDINARY, actor="zhou.hai")
        chosen = Selection(channels=("website",), body_id=item.body_id)
        await desk.publishing.submit(item.id, chosen, "zhou.hai")
        await self.sign(item.id, "housing")
        await desk.publishing.plan(item.id, chosen, When(zone="Asia/Shanghai"), "zhou.hai")
        await self.until(item.id, lambda found: all(one.state in OUT for one in found))

    async def refused(self, handle: str, item_id: str) -> None:
        """An account of the bureau has taken its permission back when an item is sent to it."""
        self.town.platforms["weibo"].revoke(handle)  # type: ignore[attr-defined]
        bureau = await self.office.desk.organisations.body("housing")
        chosen = Selection(channels=("weibo",), body_id=bureau.id)
        now = When(zone="Asia/Shanghai")
        await self.office.desk.publishing.plan(item_id, chosen, now, "qian.yu")
        troubled = (DeliveryState.FAILED, DeliveryState.BLOCKED)
        await self.until(item_id, lambda found: any(one.state in troubled for one in found))

    async def until(
        self, item_id: str, reached: Callable[[list[Delivery]], bool]
    ) -> list[Delivery]:
        """The item's deliveries, once they are as `reached` says."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await self.office.desk.operations.find(item_id=item_id, limit=500)
                if found and reached(found):
                    return found
                await asyncio.sleep(0.05)

    def shown(self, channel: str, title: str) -> list[str]:
        """The states of the posts with that title which a platform has."""
        posts = self.town.platforms[channel].shown()
        return [post.state for post in posts if title in post.title + post.text]


@asynccontextmanager
async def open_house(folder: Path, template: Path, pictures: Path) -> AsyncIterator[House]:
    """Everything in one process; what the engine and the platforms wait for is made short."""
    file = folder / "gongkai.db"
    shutil.copy(template, file)
    settings = Settings(
        home=folder,
        site_url="https://www.example.gov.cn",
        console_second_factor=False,
        sweep_seconds=1,
        lease_seconds=30,
    )
    async with AsyncExitStack() as stack:
        stack.enter_context(_haste())
        town = Town(SystemClock())
        for name, switches in SWITCHES.items():
            town.platforms[name].tune(switches)
        address = await _serve(stack, town.application())
        database = SqliteDatabase(file)
        stack.push_async_callback(database.close)
        hub = await stack.enter_async_context(open_hub(settings, database=database))
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        desk.supervision.patience = 60.0  # on a busy machine, too
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        client = await stack.enter_async_context(
            TestClient(TestServer(application), cookie_jar=DummyCookieJar())
        )
        office = Office(hub, desk, client)
        await _people(office)
        await _accounts(office, town, address)
        await stack.enter_async_context(open_engine(hub))
        yield House(office, town, pictures)


async def _people(office: Office) -> None:
    desk = office.desk
    for code, name, kind, parent in BODIES:
        new = NewBody(code=code, name=name, kind=kind, parent_code=parent)
        await desk.organisations.add_body(new, actor="admin")
    for login, (name, roles) in PEOPLE.items():
        await desk.organisations.add_person(
            NewPerson(login=login, name=name, roles=roles), actor="admin"
        )
        await desk.factors.give_password(login, password=PASSWORD, must_change=False, actor="admin")


async def _accounts(office: Office, town: Town, address: str) -> None:
    rows = [
        _account(town, address, channel, name, body)
        for body in ("city", "housing")
        for channel, name in CHANNELS
    ]
    await office.desk.organisations.import_accounts(rows, actor="admin")


def _account(town: Town, address: str, channel: str, name: str, body: str) -> NewAccount:
    opened = town.platforms[channel].enrol(f"{channel}-{body}")
    return NewAccount(
        channel=channel,
        name=name if body == "city" else name.replace("江澜", "江澜住建"),
        handle=opened.handle,
        body_code=body,
        base_url=town.platforms[channel].base_url(f"{address}/{channel}"),
        settings={**opened.settings, **SETTINGS.get(channel, {})},
        credentials=opened.credentials,
    )


async def _serve(stack: AsyncExitStack, application: web.Application) -> str:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@contextmanager
def _haste() -> Iterator[None]:
    before: list[tuple[object, str, object]] = []

    def put(place: object, name: str, value: object) -> None:
        before.append((place, name, getattr(place, name)))
        object.__setattr__(place, name, value)

    with pytest.MonkeyPatch.context() as patching:
        hasten(patching.setattr)
        patching.setattr("graphics.typesetting._TIMEOUT_S", PATIENCE_S)  # on a busy machine, too
        hasten_declarations(put)
        yield
    for place, name, value in reversed(before):
        object.__setattr__(place, name, value)
