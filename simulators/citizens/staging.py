"""The stage of the day: accounts whose platforms call the hub, and the people of an office.

The hub itself is `gongkai run` in a process of its own, with its own settings and nothing of this
machine's.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from app.compose import Hub
from app.opinion import judging_service
from app.settings import ENV_PREFIX, Settings
from hub.catalogue.models import Item
from hub.organisations.models import (
    Account,
    BodyKind,
    NewAccount,
    NewBody,
    NewPerson,
    Role,
    Selection,
)
from publishers.wechat.simulator import Platform as WeChat
from publishers.weibo.simulator_fans import APP_SECRET
from simulators.citizens.models import Spot
from simulators.staging import site_of, stage

__all__ = [
    "ANALYST",
    "BUREAU",
    "CHANNELS",
    "CITY",
    "EDITOR",
    "PLANNER",
    "PROVINCE",
    "SIGNERS",
    "accounts_under",
    "connect",
    "running_hub",
    "settings_of",
    "staged",
]

CHANNELS = ("wechat", "weibo", "telegram", "mastodon", "website")
PROVINCE, CITY, BUREAU = "510000", "510100", "510100-SW"
ANALYST, EDITOR, PLANNER = "zhao.min", "he.yan", "luo.jie"
SIGNERS = ("deng.hua", "xie.fei", "tang.yu")
_WEBHOOK_SECRET = "day-of-the-citizens"  # noqa: S105 - of a simulated bot
_POLL_SECONDS = {"weibo": "4", "mastodon": "5"}
# platforms give larger budgets to large accounts; nobody's are measured here
_ROOM: dict[str, dict[str, Any]] = {
    "weibo": {
        "calls_per_day": 100_000,
        "posts_per_hour": 10_000,
        "calls_per_hour_and_ip": 1_000_000,
    },
    "mastodon": {"statuses_per_3_hours": 3_000, "calls_per_5_minutes": 3_000},
    "telegram": {},
    "wechat": {},
}
_START_S = 180
_STOP_S = 30
_TRIES = 8


def settings_of(home: Path, town: str) -> Settings:
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'gongkai.db'}",
        redis_url="",
        secret_keys=(),
        site_url=site_of(town),
    )


async def staged(
    hub: Hub,
    town: str,
    platforms: dict[str, Any],
    bodies: int,
    poll_seconds: Mapping[str, str] = _POLL_SECONDS,
) -> tuple[Item, ...]:
    """Enter accounts, people and what is published; the items in the order of their file.
    `poll_seconds`, by channel: how often an account is asked for what was written to it."""
    for name, room in _ROOM.items():
        platforms[name].tune(room)
    found = await stage(
        hub, town, bodies, 5, only=set(CHANNELS), adapt=_listening(town, poll_seconds)
    )
    bureau = NewBody(
        code=BUREAU, name="成都市水务局", kind=BodyKind.DEPARTMENT, region="成都", parent_code=CITY
    )
    await hub.organisations.import_bodies([bureau], actor=EDITOR)
    await hub.organisations.import_people(_people(), actor=EDITOR)
    await judging_service(hub).judge()  # an installation has its models before the day begins
    return found.items


def _people() -> list[NewPerson]:
    first, second, third = SIGNERS
    rows = (
        (ANALYST, "赵敏（省政务公开办 舆情分析）", PROVINCE, Role.DISCLOSURE_OFFICE),
        (EDITOR, "何燕（市水务局 拟稿）", BUREAU, Role.EDITOR),
        (first, "邓华（市水务局 初审）", BUREAU, Role.CLERK),
        (second, "谢飞（市水务局 审核）", BUREAU, Role.SECTION_HEAD),
        (third, "唐宇（市水务局 审发）", BUREAU, Role.LEADER),
    )
    people = [NewPerson(login=a, name=b, roles=((code, role),)) for a, b, code, role in rows]
    media = tuple((code, Role.MEDIA) for code in (PROVINCE, CITY, BUREAU))
    return [*people, NewPerson(login=PLANNER, name="罗杰（政务新媒体 排期）", roles=media)]


def _listening(town: str, poll_seconds: Mapping[str, str]) -> Any:
    """What an account needs beside publishing, so that citizens can write to it."""

    def adapt(account: NewAccount) -> NewAccount:
        settings, credentials = dict(account.settings), dict(account.credentials)
        if account.channel in poll_seconds:
            settings |= {"receive": "poll", "poll_seconds": poll_seconds[account.channel]}
        if account.channel == "weibo":
            settings |= {"messages_base_url": f"{town}/weibo"}
            credentials |= {"app_secret": APP_SECRET}
        if account.channel == "telegram":
            credentials |= {"webhook_secret": _WEBHOOK_SECRET}
        return replace(account, settings=settings, credentials=credentials)

    return adapt


async def connect(hub: Hub, address: str, platforms: dict[str, Any]) -> dict[tuple[str, str], Spot]:
    """Tell the platforms where the hub listens; the accounts by channel and body."""
    codes = {body.id: body.code for body in await hub.organisations.bodies()}
    spots = {}
    for account in await hub.organisations.accounts(Selection()):
        await _point(account, address, platforms)
        uid = hub.organisations.credentials(account).get("uid", "")
        spots[account.channel, codes[account.body_id]] = Spot(account.id, account.handle, uid)
    return spots


async def _point(account: Account, address: str, platforms: dict[str, Any]) -> None:
    url = f"{address}/inbox/{account.channel}/{account.id}"
    if account.channel == "wechat":  # the address has to echo first, as the platform demands
        await _save(platforms["wechat"], account.handle, url)
    if account.channel == "telegram":
        platform = platforms["telegram"]
        platform.updates.hook(platform.bot_of(account.handle), url, _WEBHOOK_SECRET)


async def _save(platform: WeChat, handle: str, url: str) -> None:
    """Press "save" until the address echoes: a hub that has just started may be slow."""
    for _ in range(_TRIES - 1):
        with suppress(ValueError, TimeoutError, ClientError):
            await platform.connect(handle, url, "secure")
            return
    await platform.connect(handle, url, "secure")


@asynccontextmanager
async def running_hub(settings: Settings) -> AsyncIterator[str]:
    """`gongkai run`; its address. It is told to stop at the end, and its log is in the home."""
    log = settings.home / "hub.log"
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "run", env=_environment(settings), stderr=written
        )
        try:
            yield await _address(log, process)
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _address(log: Path, process: asyncio.subprocess.Process) -> str:
    async with asyncio.timeout(_START_S):
        while process.returncode is None:
            if address := _told_in(log):
                return address
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the hub ended before it ran; see {log}")


def _told_in(log: Path) -> str:
    """The address that the hub's log tells; empty before it does."""
    for line in log.read_text("utf-8").splitlines():
        if '"hub.running"' in line:
            return str(json.loads(line)["address"])
    return ""


def _environment(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    own = {
        "HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "SITE_URL": settings.site_url,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": "0",
        "LOG_FORMAT": "json",
        "PORTAL_NAME": "四川省人民政府",
        "PORTAL_PROXIES": "1",
        "PORTAL_CHAT_STREAMS": "10000",
        "OFFICE_NAME": "省政府办公厅政务公开办公室",
        "OFFICE_PHONE": "028-12345678",
        "NOTICE_QUIET_FROM": "0",  # the day is played at any hour
        "NOTICE_QUIET_UNTIL": "0",
        "OPINION_QUIET_FROM": "0",
        "OPINION_QUIET_UNTIL": "0",
    }
    return kept | {f"{ENV_PREFIX}{name}": value for name, value in own.items()}


def accounts_under(spots: dict[tuple[str, str], Spot], codes: Sequence[str]) -> tuple[str, ...]:
    """The ids of the accounts of these bodies."""
    return tuple(spot.account_id for (_, code), spot in spots.items() if code in codes)
