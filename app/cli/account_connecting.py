"""gongkai account: what a channel asks for, the check with the platform, the test post."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.account import AccountId
from app.cli.account import app as account_noun
from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.connecting import connecting_of, trial_posts_of
from hub.publishing.connecting.models import Form, Trial
from hub.publishing.explanation import local_time

TestId = Annotated[str, typer.Argument(help="测试帖编号 / test post id")]


@account_noun.command("form")
def form(
    channel: Annotated[str, typer.Argument(help="渠道 / channel")], as_json: JsonOption = False
) -> None:
    """渠道要求填写的凭据与设置 / the credentials and settings a channel asks for"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _form(connecting_of(hub).form(channel))

    emit(run(work, as_json=as_json), as_json, _show_form)


@account_noun.command("check")
def check(account: AccountId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """向平台核对账号，不发布任何内容 / ask the platform about it, nothing is posted"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _row(await connecting_of(hub).check(account, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show)


@account_noun.command("test")
def try_post(
    account: AccountId,
    public: Annotated[
        bool, typer.Option("--public", help="我知道公众会看到 / I know that the public sees it")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """发一条固定内容的测试帖 / send a test post of fixed words"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _row(await trial_posts_of(hub).send(account, actor=acting(actor), seen=public))

    emit(run(work, as_json=as_json), as_json, _show)


@account_noun.command("tests")
def list_tried(account: AccountId, as_json: JsonOption = False) -> None:
    """核对与测试帖的记录 / what was tried with it"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_row(one) for one in await connecting_of(hub).trials(account)]

    emit(run(work, as_json=as_json), as_json, _show_list)


@account_noun.command("test-withdraw")
def withdraw(test: TestId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """撤回测试帖 / take a test post back"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _row(await trial_posts_of(hub).withdraw(test, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show)


@account_noun.command("test-settle")
def settle(
    test: TestId,
    remote_id: Annotated[
        str, typer.Option("--published", help="平台编号：人已看到 / its id: a person saw it")
    ] = "",
    absent: Annotated[bool, typer.Option(help="人已确认没有 / a person saw none")] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """核实结果未知的测试帖：默认问平台 / settle an unknown one, by the platform if not by you"""

    async def work(hub: Hub) -> dict[str, Any]:
        posts, who = trial_posts_of(hub), acting(actor)
        if remote_id or absent:
            return _row(await posts.seen(test, actor=who, remote_id=remote_id))
        return _row(await posts.settle(test, actor=who))

    emit(run(work, as_json=as_json), as_json, _show)


@account_noun.command("callback")
def callback(
    account: AccountId,
    make: Annotated[
        bool, typer.Option("--make", help="生成新的密钥，只显示一次 / make new secrets, shown once")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """平台回调地址；--make 生成 Token 等 / where the platform calls us, and new secrets for it"""

    async def work(hub: Hub) -> dict[str, str]:
        connecting = connecting_of(hub)
        told = {"url": connecting.callback(await hub.organisations.account(account))}
        if make:
            told |= await connecting.make_callback(account, actor=acting(actor))
        return told

    emit(run(work, as_json=as_json), as_json, _show_pairs)


def _form(one: Form) -> dict[str, Any]:
    def fields(kind: str) -> list[dict[str, Any]]:
        return [
            {
                "name": field.name,
                "zh": field.words.zh,
                "en": field.words.en,
                "secret": field.secret,
                "required": field.required,
                "default": field.default,
            }
            for field in getattr(one, kind)
        ]

    return {
        "channel": one.channel,
        "base_url": one.base_url,
        "callbacks": one.calls_back,
        "recalls": one.recalls,
        "credentials": fields("credentials"),
        "settings": fields("settings"),
    }


def _row(trial: Trial) -> dict[str, Any]:
    row = asdict(trial)
    del row["progress"]
    return row


def _show_form(told: dict[str, Any]) -> RenderableType:
    table = Table("名 / name", "说明", "meaning", "密钥", "必填")
    for kind in ("credentials", "settings"):
        for one in told[kind]:
            marks = ("是" if one["secret"] else "", "是" if one["required"] else "")
            table.add_row(one["name"], one["zh"], one["en"], *marks)
    return table


def _show(row: dict[str, Any]) -> RenderableType:
    lines = [Text(f"{row['id']}  {row['kind']}  {row['state']}  {row['told']}{row['url']}")]
    if row["words"]["zh"]:
        lines.append(Text(f"{row['words']['zh']}  {row['remedy']['zh']}  {row['code']}"))
    return Group(*lines)


def _show_list(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table("编号 / id", "时间 / at", "类型", "结果 / state", "说明 / why", "由 / by")
    for row in rows:
        said = row["words"]["zh"] or row["told"] or row["url"]
        table.add_row(row["id"], local_time(row["at"]), row["kind"], row["state"], said, row["by"])
    return table


def _show_pairs(told: dict[str, str]) -> RenderableType:
    return Group(*(Text(f"{name}: {value}") for name, value in told.items()))
