"""gongkai signal judge, queue, correct, train, models, use: what signals are judged to be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.cli.signal import SignalId
from app.cli.signal import app as signals
from app.compose import Hub
from app.opinion import judging_service
from hub.opinion.judging.models import Band, Field, StoredModel

FieldName = Annotated[Field, typer.Argument(help="栏目 / field")]


@signals.command("judge")
def judge(as_json: JsonOption = False) -> None:
    """研判已收集的：意图、主题、部门、紧急程度、情绪 / judge what was collected"""

    async def work(hub: Hub) -> dict[str, int]:
        return {"judged": await judging_service(hub).judge_waiting()}

    emit(
        run(work, as_json=as_json),
        as_json,
        lambda done: Text(f"已研判 {done['judged']} 条 / {done['judged']} judged"),
    )


@signals.command("queue")
def queue(
    suggested: Annotated[
        bool, typer.Option("--suggested", help="连同有建议待选的 / also those with suggestions")
    ] = False,
    before: Annotated[str, typer.Option(help="更早于该编号 / older than this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """等分析员判断的，新的在前 / what waits for an analyst, newest first"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        bands = (Band.QUEUE, Band.SUGGESTED) if suggested else (Band.QUEUE,)
        found = await judging_service(hub).queue(bands, before=before, limit=limit)
        return [dict(row) for row in found]

    emit(run(work, as_json=as_json), as_json, _show_queue)


@signals.command("judgement")
def judgement(signal: SignalId, as_json: JsonOption = False) -> None:
    """一条的研判：把握与依据的词 / how one was judged, how surely, by which words"""

    async def work(hub: Hub) -> dict[str, Any]:
        return dict(await judging_service(hub).judgement(signal))

    emit(run(work, as_json=as_json), as_json, _show_judgement)


@signals.command("correct")
def correct(
    signal: SignalId,
    field: FieldName,
    value: Annotated[str, typer.Argument(help="应为 / what it is")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """更正研判，此后用于训练 / correct a judgement; it is a label from then on"""

    async def work(hub: Hub) -> dict[str, Any]:
        service = judging_service(hub)
        await service.correct(signal, field, value, actor=acting(actor))
        return dict(await service.judgement(signal))

    emit(run(work, as_json=as_json), as_json, _show_judgement)


@signals.command("train")
def train(
    field: Annotated[Field, typer.Argument(help="topic 或 department")] = Field.TOPIC,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """用词表与更正重新训练，附评估 / train anew from lists and corrections, with a report"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_plain(await judging_service(hub).train(field, actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _show_models)


@signals.command("models")
def models(
    field: Annotated[Field, typer.Argument(help="topic 或 department")] = Field.TOPIC,
    as_json: JsonOption = False,
) -> None:
    """各版模型及评估 / every version with its report"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_plain(one) for one in await judging_service(hub).models(field)]

    emit(run(work, as_json=as_json), as_json, _show_models)


@signals.command("use")
def use(
    field: FieldName,
    version: Annotated[int, typer.Argument(help="版本 / version")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """改用某版模型 / let another version judge"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        service = judging_service(hub)
        await service.activate(field, version, actor=acting(actor))
        return [_plain(one) for one in await service.models(field)]

    emit(run(work, as_json=as_json), as_json, _show_models)


def _plain(model: StoredModel) -> dict[str, Any]:
    return {name: value for name, value in asdict(model).items() if name != "data"}


def _show_queue(rows: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "主题 / topic", "把握 / sure", "部门 / department", "内容 / text")
    for row in rows:
        topics = " · ".join(
            f"{guess['label']} {guess['confidence']:.0%}"
            for guess in row["detail"]["topic"]["guesses"]
        )
        text = row["title"] or row["text"][:40]
        table.add_row(
            row["signal_id"], topics, f"{row['confidence']:.0%}", row["department"], Text(text)
        )
    return table


def _show_judgement(row: dict[str, Any]) -> Table:
    table = Table("栏目 / field", "研判 / judged", "把握 / sure", "依据 / words")
    for field in Field:
        told = row["detail"][field.value]
        guesses = told.get("guesses", [told])
        sure = " · ".join(f"{one['label']} {one['confidence']:.0%}" for one in guesses)
        table.add_row(
            field.value, Text(str(row[field.value])), sure, "、".join(guesses[0]["words"])
        )
    return table


def _show_models(found: list[dict[str, Any]]) -> Table:
    table = Table("栏目 / field", "版本 / version", "标注 / labels", "在用 / active")
    table.add_column("宏平均 F1 / macro-F1 (无标注 / cold)")
    for one in found:
        report = one["report"]
        told = (
            f"{report['trained']['macro_f1']:.3f} ({report['cold']['macro_f1']:.3f})"
            if report
            else "—"
        )
        active = "✓" if one["active"] else ""
        table.add_row(str(one["field"]), str(one["version"]), str(one["labels"]), active, told)
    return table
