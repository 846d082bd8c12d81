"""The demonstration's stage: simulated platforms in a process of their own, and an installation
with bodies, people, accounts and real regulations, made through the same services people use."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from app.compose import Hub
from app.signin import factors_of
from hub.catalogue.models import Item
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.review.models import ReviewStep
from publishers.registry import channels

__all__ = [
    "REVIEWERS",
    "USERS",
    "approve",
    "give_password",
    "listed_bodies",
    "running_town",
    "site_of",
    "stage",
]

_DATA = Path(__file__).parent / "data"
_PROVINCE = "510000"
_START_TIMEOUT_S = 30
_CALL_TIMEOUT = aiohttp.ClientTimeout(total=30)

# step, login, name, role: three different people, and a fourth who enters what they review
REVIEWERS = (
    (ReviewStep.DRAFT_CHECK, "li.min", "李敏（处室填录人员）", Role.CLERK),
    (ReviewStep.SECTION_REVIEW, "zhang.wei", "张伟（处室负责人）", Role.SECTION_HEAD),
    (ReviewStep.SIGN_OFF, "chen.fang", "陈芳（分管领导）", Role.LEADER),
)
_EDITOR, _MEDIA = "wang.lei", "zhao.xue"
# who may sign in to the console
USERS = (_EDITOR, *(login for _, login, _, _ in REVIEWERS), _MEDIA)


def site_of(town: str) -> str:
    """The province's simulated website, so that the links in posts lead somewhere."""
    return f"{town}/website/website-{_PROVINCE}"


@asynccontextmanager
async def running_town() -> AsyncIterator[str]:
    """The URL of freshly started simulated platforms; they end with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the simulators have no standard output")
        line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
        yield json.loads(line)["url"]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@dataclass(frozen=True, slots=True)
class Staged:
    """What is ready: the items in the order of the file, and how many accounts."""

    items: tuple[Item, ...]
    accounts: int


async def stage(
    hub: Hub,
    town: str,
    bodies: int,
    items: int,
    *,
    only: AbstractSet[str] = frozenset(),
    adapt: Callable[[NewAccount], NewAccount] = lambda account: account,
) -> Staged:
    """Enter bodies, people, one account per channel for `bodies` of them, and `items` items.

    `only` names channels, none for all; `adapt` changes an account before it is entered.
    """
    listed = listed_bodies()
    await hub.organisations.import_bodies(listed, actor=_EDITOR)
    people = [
        NewPerson(login=login, name=name, roles=((_PROVINCE, role),))
        for _, login, name, role in REVIEWERS
    ]
    people.append(NewPerson(login=_EDITOR, name="王磊", roles=((_PROVINCE, Role.EDITOR),)))
    people.append(NewPerson(login=_MEDIA, name="赵雪", roles=((_PROVINCE, Role.MEDIA),)))
    await hub.organisations.import_people(people, actor=_EDITOR)
    accounts = [adapt(one) for one in await _enrol(town, listed[:bodies], only)]
    await hub.organisations.import_accounts(accounts, actor=_EDITOR)
    await hub.catalogue.import_file(_DATA / "regulations.jsonl", actor=_EDITOR, body_code=_PROVINCE)
    await hub.determinations.determine_imported(reason="国家行政法规库公开", actor=_EDITOR)
    found = await hub.catalogue.list()
    return Staged(tuple(sorted(found, key=lambda item: item.id)[:items]), len(accounts))


async def approve(hub: Hub, item: Item) -> None:
    """Render for every account, then three different people sign the same bytes."""
    approval = await hub.publishing.submit(item.id, Selection(), _EDITOR)
    for step, login, _, _ in REVIEWERS:
        await hub.review.sign(approval.id, step, login, approval.hash)


async def give_password(hub: Hub) -> str:
    """One password for all of them, made up now."""
    factors, password = factors_of(hub), ""
    for login in USERS:
        password = await factors.give_password(
            login, password=password, must_change=False, actor=_EDITOR
        )
    return password


def listed_bodies() -> list[NewBody]:
    """The province and its cities, in the order in which they get accounts."""
    return [_body(row) for row in json.loads((_DATA / "bodies.json").read_text("utf-8"))]


def _body(row: Mapping[str, Any]) -> NewBody:
    return NewBody(**{**row, "kind": BodyKind(row["kind"])})


async def _enrol(town: str, bodies: Sequence[NewBody], only: AbstractSet[str]) -> list[NewAccount]:
    """Open an account of every body on every simulated platform, or on those named."""
    rows = []
    async with aiohttp.ClientSession(timeout=_CALL_TIMEOUT) as session:
        for name, channel in channels().items():
            if only and name not in only:
                continue
            handles = [f"{name}-{body.code}" for body in bodies]
            url = f"{town}/_control/{name}/accounts"
            async with session.post(url, json={"handles": handles}) as answer:
                answer.raise_for_status()
                enrolments = await answer.json()
            title = channel.declaration.title.zh.split()[0]
            known = {field.name for field in channel.settings}
            for body, enrolment in zip(bodies, enrolments, strict=True):
                settings = enrolment["settings"] | _chosen(known, body, enrolment["settings"])
                account = {**enrolment, "settings": settings}
                rows.append(_account(name, title, body, account))
    return rows


def _chosen(known: AbstractSet[str], body: NewBody, given: Mapping[str, Any]) -> dict[str, str]:
    """What a body sets itself: its site's title; another address for links where its app is
    bound to a domain, on which the simulated website is not."""
    chosen = {"title": body.name} if "title" in known else {}
    if "link_base" in known and (domain := str(given.get("safe_domain", "")).split(",")[0]):
        chosen["link_base"] = f"https://www.example.{domain}"
    return chosen


def _account(channel: str, title: str, body: NewBody, enrolment: Mapping[str, Any]) -> NewAccount:
    short = body.name.removesuffix("人民政府")
    return NewAccount(
        channel=channel,
        name=f"{short}·{title}",
        handle=enrolment["handle"],
        body_code=body.code,
        base_url=enrolment["base_url"],
        region=body.region,
        settings=enrolment["settings"],
        credentials=enrolment["credentials"],
    )
