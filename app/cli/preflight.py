"""gongkai preflight, and gongkai plan preflight: what would stop a plan, before it is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import FAILED, JsonOption, emit, run
from app.cli.plan import app as plan_noun
from app.compose import Hub
from hub.publishing.preflight.checks import CHECKS
from hub.publishing.preflight.models import POINT_WORDS, Done, Listed, Problem, Report, Severity

app = typer.Typer(no_args_is_help=True, help="发布前检查 / checks before plans are due")

_MARKS = {Severity.BLOCKING: "阻断 / blocking", Severity.WARNING: "提醒 / warning"}
_EXAMPLES = 3  # accounts named beside a problem that many share
_CHECK_WORDS = {check.name: check.words for check in CHECKS}


@app.command("list")
def list_problems(
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 1000, as_json: JsonOption = False
) -> None:
    """待发计划的问题，按发布时间，带倒计时 / problems of plans that wait, with a countdown"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        now = hub.clock.now()
        return [_listed(one, now) for one in await hub.preflight.problems(limit)]

    emit(run(work, as_json=as_json), as_json, _show_list)


@plan_noun.command("preflight")
def of_plan(plan: str, as_json: JsonOption = False) -> None:
    """现在检查一个计划，并列出已过的检查点 / check a plan now, and what earlier looks found

    Exit code 1 when something would stop it.
    """

    async def work(hub: Hub) -> dict[str, Any]:
        report = await hub.preflight.look(plan)
        return _told(report, await hub.preflight.history(plan))

    told = run(work, as_json=as_json)
    emit(told, as_json, _show_plan)
    if told["blocking"]:
        raise typer.Exit(FAILED)


def _told(report: Report, history: Iterable[Done]) -> dict[str, Any]:
    checks = [
        {
            "check": name,
            "words": _CHECK_WORDS[name],
            "ok": ok,
            "warning": warning,
            "blocking": blocking,
        }
        for name, (ok, warning, blocking) in report.tally.items()
    ]
    return {
        "plan": report.plan.id,
        "due_at": report.plan.due_at,
        "seconds_left": _seconds(report.plan.due_at, report.at),
        "deliveries": report.deliveries,
        "blocking": report.blocking,
        "warnings": len(report.problems) - report.blocking,
        "checks": checks,
        "problems": [_problem(problem) for problem in report.problems],
        "points": [_point(done) for done in history],
    }


def _point(done: Done) -> dict[str, Any]:
    return {
        "point": done.point,
        "words": POINT_WORDS[done.point],
        "due_at": done.due_at,
        "checked_at": done.checked_at,
        "covered_by": done.covered_by,
        "warning": sum(warning for _, warning, _ in done.tally.values()),
        "blocking": sum(blocking for _, _, blocking in done.tally.values()),
    }


def _listed(one: Listed, now: datetime) -> dict[str, Any]:
    place = {"plan": one.plan_id, "title": one.title, "point": one.point, "due_at": one.due_at}
    return place | {"seconds_left": _seconds(one.due_at, now)} | _problem(one.problem)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "check": problem.name,
        "severity": problem.severity,
        "channel": problem.channel,
        "subject": problem.subject,
        "label": problem.label,
        "message": problem.words,
        "remedy": problem.remedy,
    }


def _seconds(due_at: datetime, now: datetime) -> int:
    return max(0, round((due_at - now).total_seconds()))


def _countdown(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"


def _show_plan(told: dict[str, Any]) -> RenderableType:
    left = _countdown(told["seconds_left"])
    head = f"{told['plan']}  {told['deliveries']} 条待发 / waiting  距发布 {left} / left"
    table = Table("检查 / check", "通过 / ok", "提醒 / warning", "阻断 / blocking")
    for row in told["checks"]:
        counts = (str(row["ok"]), str(row["warning"]), str(row["blocking"]))
        table.add_row(str(row["words"]), *counts)
    points = [
        Text(f"{row['words']}  {row['checked_at']:%m-%d %H:%M} UTC  {_outcome(row)}")
        for row in told["points"]
    ]
    return Group(Text(head), table, _grouped(told["problems"]), *points)


def _outcome(row: dict[str, Any]) -> str:
    if row["covered_by"]:
        return f"并入 {row['covered_by']} / covered by it"
    return f"阻断 {row['blocking']}，提醒 {row['warning']} / blocking, warnings"


def _show_list(rows: list[dict[str, Any]]) -> RenderableType:
    plans: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        plans.setdefault(row["plan"], []).append(row)
    if not plans:
        return Text("待发计划没有问题 / no plan that waits has a problem")
    shown: list[RenderableType] = []
    for plan, found in plans.items():
        left = _countdown(found[0]["seconds_left"])
        shown += [Text(f"距发布 {left} / left  {plan}  {found[0]['title']}"), _grouped(found)]
    return Group(*shown)


def _grouped(problems: Iterable[dict[str, Any]]) -> RenderableType:
    """One row for what many accounts share, with some of their names."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in problems:
        key = (row["severity"], row["check"], row["message"], row["remedy"])
        groups.setdefault(key, []).append(row["label"])
    table = Table(
        Column("程度 / severity", no_wrap=True),
        "检查 / check",
        "问题 / problem",
        "涉及 / about",
        "处理 / remedy",
    )
    for (severity, check, message, remedy), labels in sorted(groups.items(), key=_worst_first):
        more = f" 等 {len(labels)} 个" if len(labels) > _EXAMPLES else ""
        about = "、".join(labels[:_EXAMPLES]) + more
        words = _CHECK_WORDS[check]
        table.add_row(_MARKS[severity], str(words), str(message), about, str(remedy))
    return table


def _worst_first(group: tuple[tuple[Any, ...], list[str]]) -> tuple[str, int]:
    (severity, *_), labels = group
    return str(severity), -len(labels)
