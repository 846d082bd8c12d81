"""Figures and charts out of messages. Pure: the same messages give the same figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from hub.opinion.briefs.models import Cell, Figure, Message, Series
from hub.opinion.briefs.words import INTENTS, channel_of
from hub.opinion.judging.models import Mood, Urgency

__all__ = ["FEWEST", "figures", "period_of", "series", "shown_days"]

FEWEST = 5  # smaller cells are not shown: few people could be told from them
_EVIDENCE = 200  # messages that are named behind a figure; the workbook has them all
_BARS = 10
_DAYS, _MOST_DAYS = 14, 31
_CITY = re.compile(r"^.{1,7}?(?:自治州|自治县|市|州|地区|盟|县|区|旗)")
_UNKNOWN = "不详"


def period_of(first: date, last: date) -> str:
    """2026年3月1日, or both ends."""
    begin = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return begin
    year = f"{last.year}年" if last.year != first.year else ""
    return f"{begin}至{year}{last.month}月{last.day}日"


def figures(
    messages: Sequence[Message], before: int, first: date, last: date
) -> tuple[Figure, ...]:
    """The key figures; `before` is how many messages the period before had."""
    when = period_of(first, last)
    total = len(messages)
    people = {one.author for one in messages if one.author}
    negative = [one for one in messages if one.mood == Mood.NEGATIVE]
    acute = [one for one in messages if one.urgency == Urgency.ACUTE]
    undated = [one for one in messages if one.day is None]
    share = round(100 * len(negative) / total, 1) if total >= FEWEST else None
    return (
        Figure(
            name="messages",
            label="收到信息",
            value=total,
            unit="条",
            change=_change(total, before),
            query=f"说于{when}，或时间不详而收于此间的信息，重复的计入",
            signals=_named(messages),
        ),
        Figure(
            name="people",
            label="涉及人数",
            value=len(people),
            unit="人",
            query="上述信息中不同的化名数，一人多次计一人",
            signals=_named(one for one in messages if one.author),
        ),
        Figure(
            name="negative",
            label="负面占比",
            value=share,
            unit="%",
            query="情绪判为负面的信息 ÷ 收到信息；不足 5 条不计算",
            signals=_named(negative),
        ),
        Figure(
            name="acute",
            label="涉生命安全",
            value=len(acute),
            unit="条",
            query="紧急程度判为涉生命安全的信息",
            signals=_named(acute),
        ),
        Figure(
            name="undated",
            label="时间不详",
            value=len(undated),
            unit="条",
            query="来源未写明时间的信息，不计入逐日曲线与突增",
            signals=_named(undated),
        ),
    )


def shown_days(first: date, last: date) -> int:
    """How many days up to `last` the curve shows: the period's, but a fortnight at least and a
    month at most."""
    return min(_MOST_DAYS, max(_DAYS, (last - first).days + 1))


def series(
    messages: Sequence[Message],
    days: Sequence[tuple[date, int]],
    last: date,
    shown: int = _DAYS,
) -> tuple[Series, ...]:
    """The charts. `days` are counts per day up to `last`, of which `shown` are; a day without
    messages may be left out."""
    return (
        _timeline(messages, dict(days), last, shown),
        _bars(messages, "intents", "诉求类型", lambda m: INTENTS.get(m.intent, m.intent)),
        _bars(messages, "topics", "主题分布", lambda m: m.topic or _UNKNOWN),
        _bars(messages, "places", "地区分布", lambda m: _city(m.place)),
        _bars(messages, "channels", "渠道分布", lambda m: channel_of(m.channel)),
    )


def _timeline(
    messages: Sequence[Message], counts: dict[date, int], last: date, shown: int
) -> Series:
    span = [last - timedelta(days=n) for n in range(shown - 1, -1, -1)]
    cells = tuple(
        Cell(
            label=f"{day.month}-{day.day}",
            value=counts.get(day, 0),
            query=f"说于 {day.isoformat()} 的信息",
            signals=_named(one for one in messages if one.day == day),
        )
        for day in span
    )
    return Series(
        name="days",
        title=f"近 {shown} 日走势",
        form="days",
        cells=cells,
        note="按信息所述时间计，时间不详的不计入。",
    )


def _bars(
    messages: Sequence[Message], name: str, title: str, label_of: Callable[[Message], str]
) -> Series:
    """The largest groups; those of fewer than five and those beyond ten go together, and together
    too they are shown only from five on."""
    groups: dict[str, list[Message]] = {}
    for one in messages:
        groups.setdefault(label_of(one), []).append(one)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    shown = [group for group in ordered if len(group[1]) >= FEWEST][:_BARS]
    cells = [
        Cell(
            label=label,
            value=len(held),
            query=f"{title}为“{label}”的信息",
            signals=_named(held),
        )
        for label, held in shown
    ]
    rest = [one for label, held in ordered[len(shown) :] for one in held]
    if rest:
        few = len(rest) < FEWEST
        cells.append(
            Cell(
                label="其他",
                value=None if few else len(rest),
                query=f"{title}的其余 {len(ordered) - len(shown)} 类",
                signals=() if few else _named(rest),
            )
        )
    note = "少于 5 条的类别不单列。" if rest else ""
    return Series(name=name, title=title, form="bars", cells=tuple(cells), note=note)


def _city(place: str) -> str:
    found = _CITY.match(place)
    return found.group() if found else place or _UNKNOWN


def _named(messages: Iterable[Message]) -> tuple[str, ...]:
    return tuple(one.id for one, _ in zip(messages, range(_EVIDENCE), strict=False))


def _change(total: int, before: int) -> str:
    """Against the period before, as people say it; nothing where that had too few."""
    if before < FEWEST:
        return ""
    percent = round(100 * (total - before) / before)
    if percent == 0:
        return "与上期持平"
    return f"较上期{'上升' if percent > 0 else '下降'} {abs(percent)}%"
