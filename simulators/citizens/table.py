"""The figures of a day in a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from publishers.registry import channels
from simulators.citizens.day import Played
from simulators.citizens.models import Purpose
from simulators.citizens.tally import Line, untold

__all__ = ["HOURS", "clock_of", "figures", "first_complaint", "show"]

# From here on a table has room for both languages.
_WIDE = 118
_MOST_UNTOLD = 5
_OPENS, HOURS = 8, 10  # the day on the page begins at eight and takes ten hours
_COLUMNS = (
    ("渠道", "channel"),
    ("市民", "citizens"),
    ("消息", "messages"),
    ("重投", "twice"),
    ("已答", "answered"),
    ("有出处", "cited"),
    ("转人工", "handed"),
    ("无答案", "nothing"),
    ("丢失", "lost"),
    ("重复", "doubled"),
    ("p50 s", ""),
    ("p99 s", ""),
)


def clock_of(seconds: float, length: float) -> str:
    """The time on the clock of the played day: it takes `length` seconds."""
    minutes = round(seconds / length * HOURS * 60)
    return f"{_OPENS + minutes // 60:02d}:{minutes % 60:02d}"


def first_complaint(played: Played) -> float:
    """When somebody first spoke of the incident, in seconds since the day began."""
    about = (s.at for s in played.crowd.spoken if s.saying.purpose is Purpose.INCIDENT)
    return min(about, default=0.0)


def show(console: Console, played: Played) -> None:
    """The table per channel, the incident's line, and what went wrong."""
    wide = console.width >= _WIDE
    table = Table(title="市民的一天 A day of the citizens", title_justify="left")
    for zh, en in _COLUMNS:
        justify = "left" if en == "channel" else "right"
        table.add_column(f"{zh}\n{en}" if wide and en else zh, justify=justify)  # type: ignore[arg-type]
    for line in played.totals.lines:
        title = channels()[line.channel].declaration.title.zh.split()[0]
        table.add_row("网站问答" if line.channel == "website" else title, *_cells(line))
    table.add_section()
    table.add_row("合计", *_cells(played.totals.all))
    console.print("", table, *_incident(played), sep="\n")
    for told in _untold(played):
        console.print(f"[red]✘[/] {told}", soft_wrap=True)
    for failure in played.crowd.failures[:10]:
        console.print(f"[red]✘[/] {failure}", soft_wrap=True)


def _untold(played: Played) -> list[str]:
    """Some of those who were not told: on which way they asked, and what they read last."""
    found = []
    for number in untold(played.citizens, played.crowd.heard)[:_MOST_UNTOLD]:
        said = [one for one in played.crowd.spoken if one.citizen.number == number]
        answer = said[-1].answer if said else None
        last = " ".join(answer.text.split())[:60] if answer else "—"
        door = said[-1].citizen.door if said else "—"
        found.append(f"未告知 untold: 市民 {number}（{door}）「{said[0].saying.text}」→ {last}")
    return found


def figures(played: Played) -> dict[str, Any]:
    """Everything the table says, for programs."""
    one = played.incident
    incident = {name: getattr(one, name) for name in one.__dataclass_fields__ if name != "item"}
    return {
        "good": played.good,
        "seed": played.day.seed,
        "seconds": round(played.took, 1),
        "lines": [asdict(line) for line in played.totals.lines],
        "all": asdict(played.totals.all),
        "askers": asdict(played.totals.askers),
        "subscribers": asdict(played.totals.subscribers),
        "incident": incident | {"first": first_complaint(played)},
        "shown": {"meant": played.shown_where, "elsewhere": played.shown_elsewhere},
        "signals": {"all": played.signals, "gaps": played.gaps},
        "failures": played.crowd.failures,
    }


def _cells(line: Line) -> tuple[str, ...]:
    counts = (line.citizens, line.messages, line.twice, line.answered, line.cited, line.handed)
    bad = [f"[red]{count}[/]" if count else "0" for count in (line.lost, line.doubled)]
    return (
        *(f"{count}" for count in counts),
        f"{line.nothing}",
        *bad,
        f"{line.p50:.2f}",
        f"{line.p99:.2f}",
    )


def _incident(played: Played) -> list[str]:
    one, length = played.incident, played.day.length
    first = first_complaint(played)

    def at(moment: float | None) -> str:
        return "—" if moment is None else f"{clock_of(moment, length)}（{moment - first:.1f} s）"

    askers, readers = played.totals.askers, played.totals.subscribers
    return [
        f"停水 incident: 首条投诉 first {clock_of(first, length)}，"
        f"预警 alarm {at(one.alarm)}，此前 {one.voices} 条 messages（{one.reason}）",
        f"立件 case {at(one.opened)} → {one.routed_to}，三审 signed {at(one.signed)}，"
        f"公开 published {at(one.published)}：{played.shown_where} / {one.accounts} 个账号，"
        f"别处 elsewhere {played.shown_elsewhere}；办结 closed {at(one.closed)}，"
        f"时限 deadlines met {one.met} / {one.deadlines}",
        f"来问的人得到答复 askers told [bold]{askers.told} / {askers.wanted}[/]"
        f"（重复 doubled {askers.doubled}）；订阅者 subscribers told "
        f"[bold]{readers.told} / {readers.wanted}[/]（{readers.doubled}）",
        f"舆情信息 signals {played.signals}，其中公开缺口 disclosure gaps {played.gaps}；"
        f"种子 seed {played.day.seed}，用时 {played.took:.0f} s",
        "[green]✔ 无丢失、无重复、该告知的都已告知 / nothing lost, nothing doubled, all told[/]"
        if played.good
        else "[red]✘ 有丢失、重复或未告知 / something lost, doubled or untold[/]",
    ]
