"""gongkai delivery: where each delivery is, why, and what a person can do about it."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.compose import Hub
from app.handling import outages_of
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.sight import EVERYTHING
from hub.publishing.explanation import local_time
from hub.publishing.models import Delivery
from hub.publishing.operations import Explained

app = typer.Typer(no_args_is_help=True, help="投递 / deliveries")

Actor = Annotated[str, typer.Option("--as", help="以谁的名义 / acting person's login")]


@app.command("list")
def list_deliveries(
    state: Annotated[str, typer.Option(help="状态 / state")] = "",
    channel: Annotated[str, typer.Option(help="渠道 / channel")] = "",
    plan: Annotated[str, typer.Option(help="计划 / plan")] = "",
    account: Annotated[str, typer.Option(help="账号 / account id")] = "",
    reason: Annotated[str, typer.Option(help="等待原因 / what it waits for")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """列出投递 / list deliveries"""

    async def work(hub: Hub) -> list[Delivery]:
        return await hub.operations.find(
            state=state,
            channel=channel,
            plan_id=plan,
            account_id=account,
            reason=reason,
            limit=limit,
        )

    emit(run(work, as_json=as_json), as_json, _show_deliveries)


@app.command("show")
def show(delivery: str, as_json: JsonOption = False) -> None:
    """一条投递与它的每次尝试 / one delivery and its attempts"""
    found = run(lambda hub: hub.operations.explain(delivery), as_json=as_json)
    data = {"delivery": found.delivery, "attempts": found.attempts, "account": found.account.name}
    data["readings"] = found.readings
    emit(data, as_json, _show_one)


@app.command("explain")
def explain(delivery: str, as_json: JsonOption = False) -> None:
    """用话说明：在哪里、为什么、接下来怎样 / where it is, why, what happens next"""
    found = run(lambda hub: hub.operations.explain(delivery), as_json=as_json)
    if as_json:
        words = {"where": found.where, "why": found.why, "next": found.next}
        emit(words | {"delivery": delivery, "state": found.delivery.state}, True, _never)
    else:
        emit(found, False, _show_explained)


@app.command("retry")
def retry(delivery: str, actor: Actor = "", as_json: JsonOption = False) -> None:
    """重新投递失败、过期或等待中的一条 / start a failed, expired or waiting one again"""

    async def work(hub: Hub) -> dict[str, str]:
        await hub.operations.retry(delivery, actor or getpass.getuser())
        return {"delivery": delivery, "state": "ready"}

    emit(run(work, as_json=as_json), as_json, _show_change)


@app.command("resolve")
def resolve(
    delivery: str,
    published: Annotated[
        str, typer.Option(help="平台上的编号：确已发布 / its id there: it was published")
    ] = "",
    absent: Annotated[bool, typer.Option(help="确未发布，将重发 / surely absent, send it")] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """人工确认未知结果 / settle an unknown outcome by a person's word"""

    async def work(hub: Hub) -> dict[str, str]:
        if bool(published) == absent:
            raise InvalidInput(
                Words("请在 --published 与 --absent 中选一", "choose --published or --absent"),
                field="published",
            )
        await hub.operations.resolve(
            delivery,
            actor or getpass.getuser(),
            published=bool(published),
            remote_id=published,
        )
        return {"delivery": delivery, "state": "accepted" if published else "ready"}

    emit(run(work, as_json=as_json), as_json, _show_change)


@app.command("cancel")
def cancel(delivery: str, actor: Actor = "", as_json: JsonOption = False) -> None:
    """取消一条尚未发出的投递 / cancel one that has not left yet"""

    async def work(hub: Hub) -> dict[str, str]:
        done = await hub.publishing.cancel(actor or getpass.getuser(), delivery_id=delivery)
        state = (await hub.operations.explain(delivery)).delivery.state
        return {"delivery": delivery, "cancelled": str(bool(done)).lower(), "state": state}

    emit(run(work, as_json=as_json), as_json, _show_change)


@app.command("release")
def release(
    reason: Annotated[str, typer.Option(help="理由，写入审计 / why, kept in the audit log")],
    limit: Annotated[int, typer.Option(min=0, help="最多几条，0 为全部 / at most, 0 = all")] = 0,
    plan: Annotated[str, typer.Option(help="计划 / plan")] = "",
    channel: Annotated[str, typer.Option(help="渠道 / channel")] = "",
    account: Annotated[str, typer.Option(help="账号 / account id")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """放行停机积压，紧急与最新者先 / let an outage's backlog go, urgent and newest first"""

    async def work(hub: Hub) -> dict[str, str]:
        count = await outages_of(hub).release(
            EVERYTHING,
            actor or getpass.getuser(),
            reason,
            channel=channel,
            account_id=account,
            plan_id=plan,
            limit=limit,
        )
        return {"released": str(count)}

    emit(run(work, as_json=as_json), as_json, _show_change)


@app.command("held")
def held(as_json: JsonOption = False) -> None:
    """停机积压：哪些账号、多少条 / what an outage holds back, by account"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in (await outages_of(hub).backlog(EVERYTHING)).held]

    emit(run(work, as_json=as_json), as_json, _show_held)


@app.command("findings")
def findings(
    channel: Annotated[str, typer.Option(help="渠道 / channel")] = "",
    discovery: Annotated[
        str, typer.Option("--kind", help="differs、truncated 或 gone / which")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """回读发现：公开内容与签审稿不符、被截断、已不在 / what reading public posts again found"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await hub.operations.findings(channel=channel, discovery=discovery, limit=limit)
        return [asdict(one) | {"account_id": account_id} for one, account_id in found]

    emit(run(work, as_json=as_json), as_json, _show_findings)


@app.command("measures")
def measures(delivery: str, as_json: JsonOption = False) -> None:
    """传播数据：阅读、点赞、评论、转发的历次采集 / a post's figures over time"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        samples = await hub.operations.measures(delivery)
        return [{"at": one.at, **asdict(one.measured)} for one in samples]

    emit(run(work, as_json=as_json), as_json, _show_measures)


@app.command("done")
def done(
    delivery: str,
    note: Annotated[str, typer.Option(help="做了什么 / what was done")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """已由人在平台上撤回或更正 / a person withdrew or corrected it on the platform"""

    async def work(hub: Hub) -> dict[str, str]:
        state = await hub.operations.done(delivery, actor or getpass.getuser(), note)
        return {"delivery": delivery, "state": state}

    emit(run(work, as_json=as_json), as_json, _show_change)


def _show_held(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table("账号 / account", "渠道", Column("数量", justify="right"), "过期 / late")
    for row in rows:
        table.add_row(row["account"], row["channel"], str(row["count"]), str(row["late"]))
    return table


def _show_findings(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table(Column("投递 / delivery", min_width=26), "发现 / found", "说明 / detail")
    table.add_column("首次 / first")
    table.add_column("最近 / last")
    for row in rows:
        times = (local_time(row["first_at"]), local_time(row["last_at"]))
        table.add_row(row["delivery_id"], row["discovery"], Text(row["detail"]), *times)
    return table


def _show_measures(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table("时间 / at", "阅读 / reads", "点赞 / likes", "评论 / comments", "转发 / shares")
    for row in rows:
        figures = (row[name] for name in ("reads", "likes", "comments", "shares"))
        table.add_row(local_time(row["at"]), *("—" if n is None else str(n) for n in figures))
    return table


def _show_deliveries(rows: list[Delivery]) -> RenderableType:
    table = Table(Column("投递 / delivery", min_width=26), "渠道", "状态", "原因")
    table.add_column("平台编号", max_width=14, no_wrap=True)
    table.add_column("延迟", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.id,
            row.channel,
            row.state,
            row.error_code or row.reason,
            row.remote_id,
            late(row.lateness),
        )
    return table


def late(lateness: timedelta | None) -> str:
    """A lateness for people: milliseconds below ten seconds."""
    if lateness is None:
        return "—"
    seconds = lateness.total_seconds()
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def _show_one(data: dict[str, Any]) -> RenderableType:
    delivery: Delivery = data["delivery"]
    table = Table("次 / no", "开始 / started", "结果 / outcome", "代码 / code", "说明 / message")
    for attempt in data["attempts"]:
        table.add_row(
            str(attempt.no),
            attempt.started_at.isoformat(timespec="milliseconds"),
            attempt.outcome or "…",
            attempt.platform_code,
            attempt.platform_message,
        )
    head = Text(f"{delivery.id}  {data['account']}  {delivery.channel}  {delivery.state}")
    return Group(head, Text(f"{delivery.remote_id} {delivery.remote_url}".strip()), table)


def _show_explained(found: Explained) -> RenderableType:
    lines = []
    rows = (("在哪里 where", found.where), ("为什么 why", found.why), ("接下来 next", found.next))
    for label, words in rows:
        lines.append(Text.assemble((f"{label}  ", "bold"), words.zh))
        lines.append(Text(f"{'':<{len(label)}}     {words.en}", style="dim"))
    return Group(*lines)


def _show_change(data: dict[str, str]) -> RenderableType:
    return Text("  ".join(f"{name}={value}" for name, value in data.items()))


def _never(data: object) -> RenderableType:
    return Text(str(data))
