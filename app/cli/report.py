"""gongkai report: reports of public opinion that staff put together, made now or on a rhythm."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.briefs import brief_service
from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.reports import report_service
from hub.kernel.errors import InvalidInput, Words
from hub.opinion.briefs.models import Section, StoredBrief
from hub.opinion.reports.models import Choice, Report, Rhythm

app = typer.Typer(no_args_is_help=True, help="舆情专题报告 / reports put together")

ReportId = Annotated[str, typer.Argument(metavar="ID", help="报告编号 / report id")]
Name = Annotated[str, typer.Argument(help="名称，即标题 / name, which is the title")]
Bodies = Annotated[
    list[str] | None,
    typer.Option("--body", help="单位代码，含下级，可多次 / body, with those below"),
]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="主题，可多次 / topic")]
Channels = Annotated[list[str] | None, typer.Option("--channel", help="渠道，可多次 / channel")]
Sections = Annotated[
    list[Section] | None, typer.Option("--section", help="部分，可多次，默认全部 / what it shows")
]
First = Annotated[str, typer.Option("--from", help="起日 / first day, 2026-11-01")]
Last = Annotated[str, typer.Option("--to", help="止日 / last day, 2026-11-30")]


def _choice(
    bodies: list[str] | None,
    topics: list[str] | None,
    channels: list[str] | None,
    sections: list[Section] | None,
) -> Choice:
    return Choice(
        bodies=tuple(bodies or ()),
        topics=tuple(topics or ()),
        channels=tuple(channels or ()),
        sections=tuple(sections or Section),
    )


@app.command("save")
def save(
    name: Name,
    body: Bodies = None,
    topic: Topics = None,
    channel: Channels = None,
    section: Sections = None,
    report: Annotated[str, typer.Option("--change", help="修改此报告 / change this one")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """保存定义，按 --as 的人的视野统计 / keep a definition, counted with that person's sight"""
    choice = _choice(body, topic, channel, section)

    async def work(hub: Hub) -> list[dict[str, Any]]:
        reports, who = report_service(hub), acting(actor)
        if report:
            return [asdict(await reports.change(report, name, choice, actor=who))]
        return [asdict(await reports.save(name, choice, actor=who))]

    emit(run(work, as_json=as_json), as_json, _shown)


@app.command("list")
def list_reports(actor: Actor = "", as_json: JsonOption = False) -> None:
    """列出报告 / list reports"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await report_service(hub).all(actor=acting(actor))]

    emit(run(work, as_json=as_json), as_json, _shown)


@app.command("make")
def make(
    report: ReportId, first: First, last: Last, actor: Actor = "", as_json: JsonOption = False
) -> None:
    """编制：网页、Word、Excel、PDF / make it now"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        days = _day(first, "from"), _day(last, "to")
        made = await report_service(hub).make(report, *days, actor=acting(actor))
        return [_told(hub, made)]

    emit(run(work, as_json=as_json), as_json, _shown_made)


@app.command("made")
def made(report: ReportId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """已编制的各期 / what was made by it"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        reports = report_service(hub)
        one: Report = await reports.get(report, actor=acting(actor))
        return [_told(hub, brief) for brief in await reports.made(one)]

    emit(run(work, as_json=as_json), as_json, _shown_made)


@app.command("schedule")
def schedule(
    report: ReportId,
    rhythm: Annotated[Rhythm, typer.Argument(help="daily、weekly、monthly、none")],
    to: Annotated[list[str] | None, typer.Option("--to", help="收件地址，可多次")] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """定期编制并发给收件人 / make it on a rhythm, for these"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        reports = report_service(hub)
        return [asdict(await reports.schedule(report, rhythm, to or (), actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _shown)


@app.command("delete")
def delete(report: ReportId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """删除定义，已编制的保留 / delete the definition; what was made stays"""

    async def work(hub: Hub) -> dict[str, str]:
        await report_service(hub).delete(report, actor=acting(actor))
        return {"deleted": report}

    emit(run(work, as_json=as_json), as_json, lambda told: Text(told["deleted"]))


def _told(hub: Hub, one: StoredBrief) -> dict[str, Any]:
    briefs = brief_service(hub)
    told = {name: value for name, value in asdict(one).items() if name != "model"}
    return told | {
        "title": one.title,
        "paths": [str(briefs.path_of(one, name)) for name in sorted(one.files)],
    }


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field=field,
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "名称 / name", "编制人 / owner", "周期 / rhythm", "收件人 / to")
    for one in found:
        rhythm = one["stopped"] or str(one["rhythm"])
        row = (Text(one["name"]), one["owner"], Text(rhythm), Text("、".join(one["recipients"])))
        table.add_row(one["id"], *row)
    return table


def _shown_made(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "期号 / number", "起 / first", "止 / last", "文件 / files")
    for one in found:
        files = Text("\n".join(one["paths"]))
        table.add_row(one["id"], one["number"], str(one["first"]), str(one["last"]), files)
    return table
