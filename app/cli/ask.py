"""gongkai ask: what a citizen would be answered, and why."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from app.bots import open_answerer
from app.cli.common import JsonOption, emit, run
from app.compose import Hub
from bots.engine import Told
from hub.conversation.models import Citation, Inbound, InboundKind, Location
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(invoke_without_command=True, context_settings={"allow_interspersed_args": True})


@app.callback()
def ask(
    texts: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help="问题；几句则依次问 / questions, one after another"),
    ],
    location: Annotated[
        str, typer.Option(help="先发送位置：纬度,经度 / send a location first: LAT,LON")
    ] = "",
    language: Annotated[str, typer.Option(help="平台所说的语言 / what a platform tells")] = "",
    as_json: JsonOption = False,
) -> None:
    """以已公开的信息回答，并说明出处与把握 / answer from what is published, and say how surely"""

    async def work(hub: Hub) -> list[Told]:
        at = _location(location)
        async with open_answerer(hub) as engine:
            sent = [_inbound(hub, "", language, at)] if at else []
            sent += [_inbound(hub, text, language) for text in texts]
            return [await engine.explain(one) for one in sent]

    emit([_plain(one) for one in run(work, as_json=as_json)], as_json, _show)


def _location(text: str) -> Location | None:
    if not text:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise _wrong_place() from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise _wrong_place()
    return Location(latitude=latitude, longitude=longitude)


def _wrong_place() -> InvalidInput:
    return InvalidInput(
        Words("位置应为“纬度,经度”", "a location is LAT,LON"),
        field="location",
        remedy=Words("如 30.657,104.066", "such as 30.657,104.066"),
    )


def _inbound(hub: Hub, text: str, language: str, at: Location | None = None) -> Inbound:
    now = hub.clock.now()
    key = hub.ids.new(now)
    return Inbound(
        id=key,
        channel="command-line",
        account="",
        external_key=key,
        sender=getpass.getuser(),
        kind=InboundKind.LOCATION if at else InboundKind.TEXT,
        received_at=now,
        text=text,
        location=at,
        language=language,
    )


def _plain(told: Told) -> dict[str, Any]:
    """One answer in a stable shape."""
    answer = told.answer
    return {
        "skill": told.skill,
        "confidence": told.confidence,
        "language": told.language.value,
        "searched": told.query,
        "paragraphs": list(answer.paragraphs),
        "cites": [_cite(one) for one in answer.cites],
        "media": [{"sha256": one.sha256, "alt": one.alt} for one in answer.media],
        "choices": [{"label": one.label, "payload": one.payload} for one in answer.choices],
        "handover": answer.handover,
        "unanswered": answer.unanswered,
    }


def _cite(one: Citation) -> dict[str, Any]:
    return {
        "title": one.title,
        "index_no": one.index_no,
        "published_on": one.published_on.isoformat() if one.published_on else None,
        "url": one.url,
        "passage": one.passage,
    }


def _show(answers: Sequence[dict[str, Any]]) -> RenderableType:
    return Group(*(line for one in answers for line in _lines(one)))


def _lines(told: dict[str, Any]) -> list[RenderableType]:
    sure = f"{told['skill'] or '—'}  {told['confidence']:.2f}  {told['language']}"
    lines: list[RenderableType] = [Text(sure, style="dim")]
    lines += [Text(paragraph) for paragraph in told["paragraphs"]]
    for cite in told["cites"]:
        about = "  ".join(filter(None, (cite["title"], cite["index_no"], cite["published_on"])))
        lines += [Text(f"  ※ {about}", style="cyan"), Text(f"    {cite['url']}", style="dim")]
    lines += [Text(f"  ▣ {one['alt'] or one['sha256'][:12]}") for one in told["media"]]
    lines += [Text(f"  {n}. {one['label']}") for n, one in enumerate(told["choices"], 1)]
    flags = {"handover": "转人工 / to a person", "unanswered": "未能回答 / not answered"}
    lines += [Text(f"  ！{words}", style="yellow") for name, words in flags.items() if told[name]]
    return [*lines, Text("")]
