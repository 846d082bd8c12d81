"""A brief out of what was read. Pure: no sentence says more than a figure beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.opinion.briefs.counting import FEWEST, figures, period_of, series, shown_days
from hub.opinion.briefs.models import (
    WHOLE,
    Brief,
    BriefKind,
    CaseLine,
    Clocks,
    HotLine,
    Message,
    RumourLine,
    Satisfaction,
    Section,
    Series,
    Shape,
    WatchLine,
)
from hub.opinion.briefs.words import CASE_LEVELS, CASE_STATES, TITLES, VERIFICATIONS
from hub.opinion.cases.models import Case, CaseState, Deadline
from hub.opinion.issues.models import HotIssue
from hub.opinion.rumours.models import Rumour
from hub.opinion.watches.models import WatchCount

__all__ = ["Found", "compose"]

_HOT, _CASES = 10, 40
_EVIDENCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the database says of a period. `before` counts the messages of the period before;
    `clocks` are clocks that ended in it or run, each with its case; `rated` are the stars given to
    cases answered in it; `bodies` names bodies by id; `truncated`: more messages than are read."""

    messages: tuple[Message, ...]
    before: int
    days: tuple[tuple[date, int], ...]
    hot: tuple[HotIssue, ...]
    opened: int
    answered: int
    clocks: tuple[tuple[Case, Deadline], ...]
    rated: tuple[int, ...]
    bodies: dict[str, str]
    watches: tuple[WatchCount, ...] = ()
    rumours: tuple[Rumour, ...] = ()
    truncated: bool = False


def compose(
    kind: BriefKind,
    number: str,
    issuer: str,
    first: date,
    last: date,
    made_on: date,
    found: Found,
    *,
    ends: datetime,
    zone: ZoneInfo,
    shape: Shape = WHOLE,
) -> Brief:
    """The brief of the days from `first` to `last`; `ends` is the first moment after them. What
    `shape` does not show is neither printed nor told in the summary."""
    enough, shows = len(found.messages) >= FEWEST, frozenset(shape.sections)
    clocks = _clocks(found, ends)
    drawn = series(found.messages, found.days, last, shown_days(first, last)) if enough else ()
    charts = tuple(one for one in drawn if one.name in shows)
    shown_hot = found.hot[:_HOT] if enough and Section.HOT in shows else ()
    hot = tuple(_hot(line, found.messages) for line in shown_hot)
    lines = [(case, clock) for case, clock in found.clocks if Section.CASES in shows]
    satisfaction = _satisfaction(found.rated)
    return Brief(
        kind=kind,
        number=number,
        title=shape.title or TITLES[kind],
        issuer=issuer,
        first=first,
        last=last,
        made_on=made_on,
        enough=enough,
        summary=_summary(found, first, last, charts, hot, clocks, satisfaction, shows),
        figures=figures(found.messages, found.before, first, last),
        series=charts,
        hot=hot,
        clocks=clocks,
        cases=tuple(_case(case, clock, found, ends, zone) for case, clock in lines[:_CASES]),
        satisfaction=satisfaction,
        watches=tuple(_watch(one) for one in found.watches if Section.WATCHES in shows),
        rumours=tuple(_rumour(one) for one in found.rumours[:_HOT] if Section.RUMOURS in shows),
        annex=_annex(found),
        messages=len(found.messages),
        sections=tuple(one for one in Section if one in shows),
        scope=shape.scope,
    )


def _clocks(found: Found, ends: datetime) -> Clocks:
    outcomes = [_outcome(clock, ends) for _, clock in found.clocks]
    return Clocks(
        opened=found.opened,
        answered=found.answered,
        kept=outcomes.count("按期完成"),
        missed=sum(one in ("逾期完成", "逾期未完成") for one in outcomes),
        running=sum(one in ("计时中", "时限待定") for one in outcomes),
    )


def _outcome(clock: Deadline, ends: datetime) -> str:
    met = clock.met_at is not None and clock.met_at < ends
    if clock.due_at is None:
        return "按期完成" if met else "时限待定"
    if met:
        return "逾期完成" if clock.late else "按期完成"
    return "逾期未完成" if clock.due_at <= ends else "计时中"


def _case(case: Case, clock: Deadline, found: Found, ends: datetime, zone: ZoneInfo) -> CaseLine:
    due = clock.due_at.astimezone(zone).strftime("%m-%d %H:%M") if clock.due_at else "待定"
    body = found.bodies.get(case.body_id, "") or CASE_STATES[CaseState.REGISTERED]
    return CaseLine(
        case_id=case.id,
        title=case.title,
        level=CASE_LEVELS[case.level],
        body=body,
        clock=clock.explained.zh.partition("：")[0],
        due=due,
        outcome=_outcome(clock, ends),
    )


def _satisfaction(rated: Sequence[int]) -> Satisfaction:
    average = round(sum(rated) / len(rated), 2) if len(rated) >= FEWEST else None
    return Satisfaction(rated=len(rated), average=average)


def _watch(one: WatchCount) -> WatchLine:
    few = one.signals < FEWEST
    return WatchLine(
        name=one.name,
        signals=None if few else one.signals,
        negative=None if few else one.negative,
    )


def _rumour(one: Rumour) -> RumourLine:
    return RumourLine(
        issue_id=one.issue.id,
        title=one.issue.title,
        verification=VERIFICATIONS[one.issue.verification],
        clarification=one.clarification.title if one.clarification else "",
    )


def _hot(line: HotIssue, messages: Sequence[Message]) -> HotLine:
    heat, alarm = line.heat, line.alarm
    behind = [one.id for one in messages if one.issue_id == line.issue.id]
    why = f"七日 {line.week} 条，负面 {line.negative} 条"
    if alarm is not None:
        why += f"；{alarm.days} 天内 {alarm.seen} 条，通常约 {alarm.expected:.1f} 条，突增"
    return HotLine(
        issue_id=line.issue.id,
        title=line.issue.title,
        heat=round(heat.total, 2),
        parts=(
            ("条数", heat.messages),
            ("人数", heat.authors),
            ("点赞", heat.likes),
            ("负面", heat.negative),
            ("突增", heat.burst),
        ),
        week=line.week,
        people=line.issue.authors,
        why=why,
        signals=tuple(behind[:_EVIDENCE]),
    )


def _summary(
    found: Found,
    first: date,
    last: date,
    charts: Sequence[Series],
    hot: Sequence[HotLine],
    clocks: Clocks,
    satisfaction: Satisfaction,
    shows: frozenset[Section],
) -> tuple[str, ...]:
    total, when = len(found.messages), period_of(first, last)
    if total < FEWEST:
        opening = f"{when}收到信息 {total} 条，数据不足，不作分析。"
    else:
        main = "，".join(filter(None, (_largest(charts, "topics"), _largest(charts, "places"))))
        opening = f"{when}收到信息 {total} 条" + (f"，{main}。" if main else "。")
    told = [opening]
    bursts = [one for one in hot if "突增" in one.why]
    if bursts:
        named = "；".join(f"“{one.title}”（七日 {one.week} 条）" for one in bursts[:3])
        told.append(f"突增事项 {len(bursts)} 项：{named}。")
    elif hot:
        told.append(f"未见突增。热度最高的是“{hot[0].title}”（七日 {hot[0].week} 条）。")
    if Section.CASES in shows:
        told += _handled(clocks, satisfaction)
    return tuple(told)


def _handled(clocks: Clocks, satisfaction: Satisfaction) -> list[str]:
    handled = f"新立件 {clocks.opened} 件，回应 {clocks.answered} 件"
    ended = clocks.kept + clocks.missed
    kept = (
        f"；到期时限 {ended} 个，按期 {clocks.kept} 个，逾期 {clocks.missed} 个"
        if ended
        else "；无到期时限"
    )
    told = [f"{handled}{kept}。"]
    if satisfaction.average is not None:
        told.append(
            f"{satisfaction.rated} 人作出评价，平均 {satisfaction.average} 分（满分 5 分）。"
        )
    return told


def _largest(charts: Sequence[Series], name: str) -> str:
    cells = next((one.cells for one in charts if one.name == name), ())
    named = [one for one in cells if one.value and one.label not in ("其他", "不详")]
    if not named:
        return ""
    words = {"topics": "主题最多的是", "places": "地区最多的是"}[name]
    return f"{words}{named[0].label}（{named[0].value} 条）"


def _annex(found: Found) -> tuple[str, ...]:
    told = [
        "数字均由数据库中的信息直接计算，每个数字的口径列于下表；工作簿“信息”表逐条列明，可按列筛选核对。",
        "信息内容已遮盖个人信息，作者以化名计数；不含对个人的分析。",
        "少于 5 条的类别不单列，合并后仍少于 5 条的不显示数字。",
        "意图、情绪、紧急程度按规则判定，主题、部门由模型判定并经分析员更正；来源未采集的内容不在统计之列。",
        "热度 = 条数 + 人数 + 点赞 + 负面 + 突增，各部分均列明；热点按截至末日的七日计。",
    ]
    if found.truncated:
        told.append("信息过多，本期只读取前五万条。")
    return tuple(told)
