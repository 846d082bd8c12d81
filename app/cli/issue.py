"""gongkai issue: what many signals are about, how hot it is and why, and what is only hearsay."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.issue_regrouping import add_to
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import issue_service, judging_service
from app.opinion_work import PLACING
from hub.kernel.errors import InvalidInput, Words
from hub.opinion.issues.models import HotIssue, Issue, SpreadBy, Verification
from hub.opinion.rounds.service import Rounds

app = typer.Typer(no_args_is_help=True, help="舆情事项 / issues of public opinion")
add_to(app)

IssueId = Annotated[str, typer.Argument(help="事项编号 / issue id")]
_SHOWN = ("id", "title", "topic", "department", "place", "signals", "copies", "authors")


@app.command("refresh")
def refresh(as_json: JsonOption = False) -> None:
    """研判并归并新信息 / judge what is new and put it under issues"""

    async def work(hub: Hub) -> dict[str, int]:
        judged = await judging_service(hub).judge_waiting()
        rounds, owner = Rounds(hub.database, hub.clock), hub.ids.new(hub.clock.now())
        leads = await rounds.leads(PLACING, owner)  # else a running hub does it in seconds
        placed = await issue_service(hub).place_waiting() if leads else 0
        await rounds.yields(PLACING, owner)
        return {"judged": judged, "placed": placed}

    emit(
        run(work, as_json=as_json),
        as_json,
        lambda done: Text(
            f"研判 {done['judged']}，归并 {done['placed']} / {done['judged']} judged, "
            f"{done['placed']} placed"
        ),
    )


@app.command("hot")
def hot(
    limit: Annotated[int, typer.Option(min=1, max=200, help="几项 / how many")] = 20,
    as_json: JsonOption = False,
) -> None:
    """七日热点，热度逐项列明 / the hot list of seven days, every part of the heat shown"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_hot(line) for line in await issue_service(hub).hot(limit)]

    emit(run(work, as_json=as_json), as_json, _show_hot)


@app.command("bursts")
def bursts(
    days: Annotated[int, typer.Option(min=1, max=3650, help="最近几天 / of so many days")] = 30,
    as_json: JsonOption = False,
) -> None:
    """突增：何日起、几天几条、通常几条 / what more was said of than chance explains"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        since = (hub.clock.now() - timedelta(days=days)).date()
        return [
            asdict(burst) | {"title": issue.title, "now": issue.signals, "authors": issue.authors}
            for burst, issue in await issue_service(hub).bursts(since)
        ]

    emit(run(work, as_json=as_json), as_json, _show_bursts)


@app.command("show")
def show(issue: IssueId, as_json: JsonOption = False) -> None:
    """一个事项、逐日条数和传播范围 / one issue, its counts per day and how far it has come"""

    async def work(hub: Hub) -> dict[str, Any]:
        service = issue_service(hub)
        found, days = await service.issue(issue)
        spread = [asdict(one) for one in await service.spread(issue)]
        return _plain(found) | {"days": [asdict(one) for one in days], "spread": spread}

    emit(run(work, as_json=as_json), as_json, _show_issue)


@app.command("signals")
def signals(
    issue: IssueId,
    day: Annotated[str, typer.Option(help="只看某日 / of one day")] = "",
    channel: Annotated[str, typer.Option(help="只看某渠道 / of one channel")] = "",
    place: Annotated[str, typer.Option(help="只看某地 / of one place")] = "",
    before: Annotated[str, typer.Option(help="更早于该编号 / older than this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """数字背后的每一条 / the signals behind a figure"""
    chosen = {SpreadBy.CHANNEL: channel, SpreadBy.PLACE: place}

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await issue_service(hub).members(
            issue,
            day=_day(day) if day else None,
            before=before,
            limit=limit,
            where={by: name for by, name in chosen.items() if name},
        )
        return [asdict(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _show_signals)


@app.command("merge")
def merge(
    issue: IssueId,
    into: Annotated[str, typer.Argument(help="并入 / the issue it goes into")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """合并两个事项 / put one issue into another"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _plain(await issue_service(hub).merge(issue, into, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show_issue)


@app.command("suggestions")
def suggestions(
    anew: Annotated[bool, typer.Option("--anew", help="立即重看 / look over now")] = False,
    as_json: JsonOption = False,
) -> None:
    """合并、拆分建议 / what could be merged or split"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        service = issue_service(hub)
        found = await (service.look_over() if anew else service.suggestions())
        return [asdict(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _show_suggestions)


@app.command("rumours")
def rumours(as_json: JsonOption = False) -> None:
    """待核实的传闻 / hearsay nobody has looked into"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_plain(one) for one in await issue_service(hub).rumours()]

    emit(run(work, as_json=as_json), as_json, _show_issues)


@app.command("verify")
def verify(
    issue: IssueId,
    found: Annotated[Verification, typer.Argument(help="核实结果 / what was found")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """记下传闻核实结果 / what looking into a rumour found"""

    async def work(hub: Hub) -> dict[str, Any]:
        service = issue_service(hub)
        await service.verify(issue, found, actor=acting(actor))
        return _plain((await service.issue(issue))[0])

    emit(run(work, as_json=as_json), as_json, _show_issue)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field="day",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _plain(issue: Issue) -> dict[str, Any]:
    return {name: value for name, value in asdict(issue).items() if name != "terms"}


def _hot(line: HotIssue) -> dict[str, Any]:
    told = asdict(line) | {"issue": _plain(line.issue)}
    return told | {"total": line.heat.total}


def _show_bursts(found: list[dict[str, Any]]) -> Table:
    table = Table("起 / since", "至 / until", "事项 / issue", "突增 / burst", "条 / signals")
    for one in found:
        alarm = one["alarm"]
        table.add_row(
            str(one["begun_on"]),
            str(one["last_on"]),
            Text(f"{one['title']}\n{one['issue_id']}"),
            f"{alarm['days']} 天 {alarm['seen']} 条，通常 {alarm['expected']:.1f}",
            f"{one['signals']} → {one['now']}",
        )
    return table


def _show_hot(lines: list[dict[str, Any]]) -> Table:
    table = Table("热度 / heat", "事项 / issue", "七日 / week", "来由 / why", "编号 / id")
    for line in lines:
        heat = line["heat"]
        why = (
            f"条数 {heat['messages']} + 人数 {heat['authors']} + 点赞 {heat['likes']}"
            f" + 负面 {heat['negative']} + 突增 {heat['burst']}"
        )
        alarm = line["alarm"]
        if alarm:
            why += f"（{alarm['days']} 天 {alarm['seen']} 条，通常 {alarm['expected']}）"
        issue = line["issue"]
        table.add_row(
            f"{line['total']:.2f}", Text(issue["title"]), str(line["week"]), why, issue["id"]
        )
    return table


def _show_issue(issue: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in issue.items():
        if name not in ("days", "spread"):
            table.add_row(name, Text(str(value)))
    for one in issue.get("days", ()):
        table.add_row(str(one["day"]), f"{one['signals']} 条 / signals, {one['negative']} −")
    for one in issue.get("spread", ()):
        told = f"{one['signals']} 条 / signals, {one['authors']} 人 / people"
        first = f"，{one['first_at']:%Y-%m-%d %H:%M}" if one["first_at"] else ""
        table.add_row(f"{one['by']}: {one['name'] or '不详 / unknown'}", Text(told + first))
    return table


def _show_issues(found: list[dict[str, Any]]) -> Table:
    table = Table(*_SHOWN)
    for one in found:
        table.add_row(*(Text(str(one[name])) for name in _SHOWN))
    return table


def _show_signals(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "时间 / said at", "内容 / text")
    for one in found:
        at = one["event_at"].strftime("%Y-%m-%d %H:%M") if one["event_at"] else "不详 / unknown"
        table.add_row(one["id"], at, Text(one["title"] or one["text"][:60]))
    return table


def _show_suggestions(found: list[dict[str, Any]]) -> Table:
    table = Table("建议 / kind", "事项 / issue", "对象 / with", "相似 / score")
    for one in found:
        others = "\n".join(one["others"])
        table.add_row(str(one["kind"]), one["issue_id"], others, f"{one['score']:.2f}")
    return table
