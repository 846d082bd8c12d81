"""gongkai survey: what the public is asked about a published item."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import read_text
from app.cli.rows import Actor, acting, local_instant
from app.compose import Hub
from app.surveys import surveys_of
from hub.conversation.surveys.models import NewSurvey, Question, Results, Survey
from hub.conversation.surveys.service import Surveys
from hub.kernel.clock import CHINA
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(no_args_is_help=True, help="民意征集与问卷 / surveys")

SurveyId = Annotated[str, typer.Argument(help="征集编号 / survey id")]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a file says of a survey; times are wall-clock times of the installation's zone."""

    item: str
    title: str
    opens_at: str
    closes_at: str
    questions: tuple[Question, ...]


@app.command("make")
def make(
    file: Annotated[
        Path, typer.Argument(help="JSON：item、title、opens_at、closes_at、questions / the survey")
    ],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """就一条已公开信息发起征集 / ask the public about a published item"""

    async def work(hub: Hub) -> dict[str, Any]:
        told, zone = _read(file), hub.settings.time_zone
        new = NewSurvey(
            item_id=told.item,
            title=told.title,
            questions=told.questions,
            opens_at=local_instant(told.opens_at, zone, "opens_at"),
            closes_at=local_instant(told.closes_at, zone, "closes_at"),
        )
        return _told(await surveys_of(hub).make(new, actor=acting(actor)), hub)

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("list")
def list_surveys(
    body: Annotated[str, typer.Option("--body", help="单位代码 / body")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """征集，新的在前 / surveys, newest first"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        owner = (await hub.organisations.body(body)).id if body else ""
        return [_told(one, hub) for one in await surveys_of(hub).listed(owner, limit)]

    emit(run(work, as_json=as_json), as_json, _show_all)


@app.command("show")
def show(survey: SurveyId, as_json: JsonOption = False) -> None:
    """一项征集及其题目 / one survey with its questions"""
    _do(lambda s: s.survey(survey), as_json)


@app.command("close")
def close(survey: SurveyId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """提前结束 / close it before its time"""
    _do(lambda s: s.close(survey, actor=acting(actor)), as_json)


@app.command("results")
def results(survey: SurveyId, as_json: JsonOption = False) -> None:
    """结果；不足五人的数不显示 / the counts; those of fewer than five people are not shown"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _counted(await surveys_of(hub).results(survey))

    emit(run(work, as_json=as_json), as_json, _show_results)


def _do(step: Callable[[Surveys], Awaitable[Survey]], as_json: bool) -> None:
    async def work(hub: Hub) -> dict[str, Any]:
        return _told(await step(surveys_of(hub)), hub)

    emit(run(work, as_json=as_json), as_json, _show_one)


def _read(file: Path) -> _File:
    try:
        return msgspec.json.decode(read_text(file), type=_File)
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            Words(f"文件不合要求：{error}", f"the file is not a survey: {error}"),
            field="file",
            remedy=Words("参照 docs/guide/desk.md", "see docs/guide/desk.md"),
        ) from error


def _told(survey: Survey, hub: Hub) -> dict[str, Any]:
    return asdict(survey) | {"standing": survey.standing(hub.clock.now())}


def _counted(found: Results) -> dict[str, Any]:
    questions = [
        {
            "question": tally.question.text,
            "kind": tally.question.kind,
            "people": tally.people,
            "counts": [asdict(one) for one in tally.counts],
        }
        for tally in found.tallies
    ]
    survey = found.survey
    return {
        "id": survey.id,
        "title": survey.title,
        "people": found.people,
        "questions": questions,
    }


def _show_one(survey: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in survey.items():
        if name != "questions":
            table.add_row(name, Text(str(value)))
    for number, one in enumerate(survey["questions"], 1):
        table.add_row(f"{number} {one['kind']}", Text("\n".join((one["text"], *one["options"]))))
    return table


def _show_all(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "标题 / title", "状态 / standing", "截止 / closes")
    for one in found:
        closes = f"{one['closes_at'].astimezone(CHINA):%Y-%m-%d %H:%M}"
        table.add_row(one["id"], Text(one["title"]), str(one["standing"]), closes)
    return table


def _show_results(found: dict[str, Any]) -> Table:
    table = Table("题目 / question", "选项 / option", "人数 / people", title=found["title"])
    for one in found["questions"]:
        table.add_row(Text(one["question"]), "", _people(one["people"]))
        for count in one["counts"]:
            table.add_row("", Text(count["label"]), _people(count["people"]))
    return table


def _people(count: int | None) -> str:
    return "—" if count is None else str(count)
