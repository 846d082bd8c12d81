"""The day as a page that stands alone: one file, no script, charts drawn from numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
import jinja2.sandbox

from hub.opinion.signals.rules import mask
from publishers.registry import channels
from simulators.citizens.day import Played
from simulators.citizens.drawing import KINDS, timeline
from simulators.citizens.models import CHANNEL_OF, Citizen, Door, Purpose
from simulators.citizens.office import ANSWER_TITLE
from simulators.citizens.reading import is_notice
from simulators.citizens.table import clock_of, first_complaint

__all__ = ["write_page"]

_TEMPLATES = Path(__file__).parents[2] / "templates" / "simulators"
_LONGEST = 260
_SHOWN = (Purpose.INCIDENT, Purpose.ASK, Purpose.SUBSCRIBE, Purpose.COMPLAIN)
_DOORS = {
    Door.WEIBO_MESSAGE: "微博私信",
    Door.WEIBO_COMMENT: "微博评论",
    Door.WEIBO_MENTION: "微博 @",
    Door.CHAT: "网站问答",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a conversation that is shown; `notice`: nobody had asked at that moment."""

    mine: bool
    at: str
    text: str
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    title: str
    turns: tuple[Turn, ...]


def write_page(played: Played) -> Path:
    """Write `day.html` into the home of the day; where it is."""
    environment = jinja2.sandbox.SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    events = _events(played)
    titles = (*played.titles, ANSWER_TITLE)
    chart = timeline(played.crowd.spoken, titles, [at for at, _, _ in events], played.day.length)
    text = environment.get_template("citizens.html.j2").render(
        played=played,
        lines=[(title_of(line.channel), line) for line in played.totals.lines],
        chart=chart,
        kinds=KINDS,
        events=[(clock_of(at, played.day.length), zh, en) for at, zh, en in events],
        talks=list(_talks(played)),
        waited=round((played.incident.alarm or 0) - first_complaint(played), 1),
    )
    path = played.day.home / "day.html"
    path.write_text(text, "utf-8")
    return path


def title_of(channel: str) -> str:
    if channel == "website":
        return _DOORS[Door.CHAT]
    return channels()[channel].declaration.title.zh.split()[0]


def _events(played: Played) -> list[tuple[float, str, str]]:
    """What the office saw and did, in its order."""
    one = played.incident
    found = (
        (first_complaint(played), "首条停水投诉", "first complaint"),
        (one.alarm, f"突增预警，此前 {one.voices} 条", f"alarm after {one.voices} messages"),
        (one.opened, "分析员立件并归并相同诉求", "case opened"),
        (one.drafted, f"转{one.routed_to}，拟写回应", "routed, answer drafted"),
        (one.signed, "三人三审通过", "signed by three people"),
        (one.published, f"公开到 {played.shown_where} 个账号", "published"),
        (one.closed, "办结", "closed"),
    )
    return [(at, zh, en) for at, zh, en in found if at is not None]


def _talks(played: Played) -> Iterator[Talk]:
    """Some conversations, each on another way and of another purpose where there are such."""
    used: set[Door] = set()
    for purpose in (*_SHOWN, Purpose.INCIDENT, Purpose.GAP):
        for citizen in played.citizens:
            if citizen.door not in used and citizen.sayings[0].purpose is purpose:
                turns = tuple(_turns(played, citizen))
                if 2 <= len(turns) <= 8:
                    used.add(citizen.door)
                    where = _DOORS.get(citizen.door) or title_of(CHANNEL_OF[citizen.door])
                    yield Talk(f"{where} · 市民 {citizen.number}", turns)
                    break


def _turns(played: Played, citizen: Citizen) -> Iterator[Turn]:
    said = [
        (one.at, True, one.saying.text)
        for one in played.crowd.spoken
        if one.citizen.number == citizen.number
    ]
    read = [
        (one.at, False, one.text) for one in played.crowd.heard if one.citizen == citizen.number
    ]
    for at, mine, text in sorted(said + read):
        shown = mask(text)
        shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
        notice = not mine and is_notice(text)
        yield Turn(mine, clock_of(at, played.day.length), shown, notice)
