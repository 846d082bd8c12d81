"""The stage of a crash: platforms in a process of their own, and an installation to be copied."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import signal
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image

from app.compose import Hub, open_hub
from app.settings import Settings
from benchmarks.crash.haste import SETTINGS, SWITCHES
from benchmarks.crash.modes import settled_on
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.kernel.clock import SystemClock
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.review.models import ReviewStep
from publishers.registry import channels
from simulators.determining import ORDINARY
from simulators.town import Town

__all__ = [
    "approve",
    "ask",
    "build_home",
    "enter_people",
    "in_one_message",
    "new_account",
    "on_disk",
    "open_accounts",
    "running_town",
    "settings_of",
]

SITE = "https://www.example.gov.cn"
PROVINCE = "510000"
REVIEWERS = (
    (ReviewStep.DRAFT_CHECK, "clerk", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "head", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "leader", Role.LEADER),
)
_CONNECTIONS = 32
_BODY = "各市、州人民政府：\n\n为进一步做好政务公开工作，现将有关事项通知如下，请认真贯彻执行。"


def settings_of(home: Path) -> Settings:
    return settled_on(home, site_url=SITE, connections=_CONNECTIONS, sweep_seconds=1)


@contextmanager
def running_town(names: Sequence[str], folder: Path) -> Iterator[str]:
    """The URL of simulated platforms in a forked process; everything it writes is in `folder`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        tempfile.tempdir = str(folder)
        logging.disable()
        asyncio.run(_serve(frozenset(names), writing))
        os._exit(0)
    os.close(writing)
    try:
        with os.fdopen(reading) as line:
            yield line.readline().strip()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


async def _serve(only: frozenset[str], ready: int) -> None:
    town = Town(SystemClock(), only)
    for name, switches in SWITCHES.items():
        if name in town.platforms:
            town.platforms[name].tune(switches)
    runner = web.AppRunner(town.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=256).start()
    os.write(ready, f"http://127.0.0.1:{runner.addresses[0][1]}\n".encode())
    os.close(ready)
    await asyncio.Event().wait()


def ask(url: str, body: Mapping[str, Any] | None = None) -> Any:
    """One call of a control route, from a process without a loop."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def open_accounts(towns: Sequence[str], channel: str, count: int) -> list[tuple[str, NewAccount]]:
    """`count` accounts opened on the first of the simulated towns and one on each other, as they
    are entered in the hub, and where each is."""
    pattern = "@{}_{:03d}" if channel == "telegram" else "{}-{:03d}"
    opened: list[tuple[str, NewAccount]] = []
    for place, town in enumerate(towns):
        numbers = range(count) if place == 0 else [count + place]
        handles = [pattern.format(channel, n) for n in numbers]
        rows = ask(f"{town}/_control/{channel}/accounts", {"handles": handles})
        opened += [(town, new_account(channel, town, row)) for row in rows]
    return opened


def new_account(channel: str, town: str, row: Mapping[str, Any]) -> NewAccount:
    return NewAccount(
        channel=channel,
        name=f"{channel}·{row['handle']}",
        handle=row["handle"],
        body_code=PROVINCE,
        base_url=row.get("base_url", f"{town}/{channel}"),
        tags=(row["handle"],),
        settings={**row["settings"], **SETTINGS.get(channel, {})},
        credentials=row["credentials"],
    )


async def enter_people(hub: Hub) -> None:
    province = NewBody(code=PROVINCE, name="四川省人民政府", kind=BodyKind.PROVINCE)
    await hub.organisations.import_bodies([province], actor="admin")
    people = [
        NewPerson(login=who, name=who, roles=((PROVINCE, role),)) for _, who, role in REVIEWERS
    ]
    await hub.organisations.import_people(people, actor="admin")


def on_disk() -> frozenset[str]:
    """The channels that write pages into a folder: there is no network to fail."""
    return frozenset(n for n, found in channels().items() if found.declaration.markup == "page")


def in_one_message(names: Sequence[str]) -> list[tuple[str, ...]]:
    """`names` in groups that can share a home. A case is one message, so where pictures are
    messages of their own, the home's item has none."""
    alone = tuple(name for name in names if channels()[name].declaration.pictures_alone)
    return [group for group in (tuple(n for n in names if n not in alone), alone) if group]


async def approve(
    hub: Hub, title: str, selection: Selection, body: str = _BODY, *, illustrated: bool = True
) -> Item:
    """Enter an item and have it signed by three different people for the selected accounts."""
    owner = await hub.organisations.body(PROVINCE)
    picture = await hub.catalogue.store_picture(_picture(), alt="公开专栏", actor="clerk")
    draft = ItemDraft(
        body_id=owner.id,
        title=title,
        body=body,
        attribute=Attribute.PROACTIVE,
        pictures=(picture,) if illustrated else (),
    )
    item = await hub.catalogue.add(draft, actor="clerk")
    await hub.determinations.determine(item.id, ORDINARY, actor="clerk")
    approval = await hub.publishing.submit(item.id, selection, "clerk")
    for step, who, _ in REVIEWERS:
        await hub.review.sign(approval.id, step, who, approval.hash)
    return item


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (480, 320), "#1a5fb4").save(buffer, "PNG")
    return buffer.getvalue()


async def build_home(home: Path, accounts: Sequence[NewAccount], items: int) -> None:
    """An installation with `accounts` and `items` approved items, ready to be planned."""
    names = {account.channel for account in accounts}
    illustrated = not any(channels()[name].declaration.pictures_alone for name in names)
    async with open_hub(settings_of(home)) as hub:
        await enter_people(hub)
        await hub.organisations.import_accounts(accounts, actor="admin")
        for number in range(items):
            title = f"关于做好政务公开工作的第{number + 1}号通知"
            await approve(hub, title, Selection(), illustrated=illustrated)
