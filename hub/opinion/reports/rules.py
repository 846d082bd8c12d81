"""What a report may be, which days it is of, what it says of its scope. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from hub.kernel.clock import instant_of_rule
from hub.kernel.errors import Words
from hub.opinion.briefs.models import Section
from hub.opinion.briefs.sending import mail_address
from hub.opinion.briefs.words import channel_of
from hub.opinion.reports.errors import BadReport
from hub.opinion.reports.models import Choice, Report, Rhythm
from hub.organisations.rules import unwelcome

__all__ = [
    "check_choice",
    "check_name",
    "check_period",
    "check_recipients",
    "choice_key",
    "due",
    "period_before",
    "scope_in_words",
]

_NAME, _LABEL, _MOST, _MOST_RECIPIENTS = 60, 64, 50, 50
_LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


def check_name(text: str) -> str:
    """A report's name, which is its title, too. Raises BadReport."""
    name = " ".join(text.split())
    if not name or len(name) > _NAME or unwelcome(name):
        raise BadReport(
            "name",
            "名称太长或含不可用字符" if name else "请写报告名称",
            "the name is too long or holds what may not be in it" if name else "name the report",
            Words(
                f"1 至 {_NAME} 个字，即报告标题", f"1 to {_NAME} characters; it is the title, too"
            ),
        )
    return name


def check_choice(choice: Choice) -> None:
    """Raises BadReport naming the field."""
    lists: Mapping[str, Sequence[str]] = {
        "bodies": choice.bodies,
        "topics": choice.topics,
        "channels": choice.channels,
    }
    for field, values in lists.items():
        if len(values) > _MOST or any(map(_unfit, values)):
            raise BadReport(
                field,
                "选项过多或过长",
                "too many choices, or one too long",
                Words(f"至多 {_MOST} 项", f"at most {_MOST}"),
            )
    if not choice.sections:
        raise BadReport(
            "sections",
            "报告至少要有一个部分",
            "a report shows something at least",
            Words("勾选要包含的部分", "tick what it shows"),
        )


def _unfit(label: str) -> bool:
    return not label or len(label) > _LABEL or bool(unwelcome(label))


def check_period(first: date, last: date, today: date) -> None:
    """Raises BadReport for days that are to come, the wrong way round, or too many."""
    if first > last:
        raise BadReport(
            "last",
            "止日早于起日",
            "it ends before it begins",
            Words("对调两个日期", "exchange both days"),
        )
    if last > today:
        raise BadReport(
            "last", "尚未到来的日子", "days to come", Words("止于今日或更早", "end today or before")
        )
    if last - first >= _LONGEST or first.year < 2000:
        raise BadReport(
            "first", "时间过长", "too long a time", Words("至多 366 天", "at most 366 days")
        )


def check_recipients(addresses: Sequence[str]) -> tuple[str, ...]:
    """Addresses as they are kept, each once; raises BadBrief, BadReport."""
    found = tuple(dict.fromkeys(mail_address(one, "recipients") for one in addresses if one))
    if len(found) > _MOST_RECIPIENTS:
        raise BadReport(
            "recipients",
            "收件人过多",
            "too many recipients",
            Words(f"至多 {_MOST_RECIPIENTS} 人", f"at most {_MOST_RECIPIENTS}"),
        )
    return found


def choice_key(report: Report) -> str:
    """Names what a report is made of: as long as nothing is changed it stays the same."""
    told = msgspec.json.encode((report.id, report.name, report.owner, report.choice))
    return hashlib.sha256(told).hexdigest()


def period_before(rhythm: Rhythm, today: date) -> tuple[date, date]:
    """The last day, week from Monday to Sunday, or month that is over."""
    if rhythm is Rhythm.MONTHLY:
        last = today.replace(day=1) - _DAY
        return last.replace(day=1), last
    if rhythm is Rhythm.WEEKLY:
        last = today - timedelta(days=today.weekday() + 1)
        return last - 6 * _DAY, last
    return today - _DAY, today - _DAY


def due(
    report: Report, now: datetime, today: date, hour: int, zone: str
) -> tuple[date, date] | None:
    """The days that are to be reported of now; None before the hour of the day that follows them,
    and where that hour was over when the rhythm was set."""
    first, last = period_before(report.rhythm, today)
    at = instant_of_rule(datetime.combine(last + _DAY, time(hour)), zone)
    if at > now or (report.since is not None and at < report.since):
        return None
    return first, last


def scope_in_words(choice: Choice, bodies: Mapping[str, str], until: str = "") -> tuple[str, ...]:
    """What is counted, as the report says it. `bodies` names bodies by code; `until` is the
    time of day up to which today was counted."""
    where = "、".join(bodies.get(code, code) for code in choice.bodies)
    told = [f"统计单位：{where}，含下级。" if where else "统计单位：编制人负责的全部单位。"]
    if choice.topics:
        told.append(f"主题：{'、'.join(choice.topics)}。")
    if choice.channels:
        told.append(f"渠道：{'、'.join(map(channel_of, choice.channels))}。")
    if (choice.topics or choice.channels) and Section.CASES in choice.sections:
        told.append("舆情件按责任单位统计，不分主题和渠道。")
    if Section.HOT in choice.sections and (choice.bodies or choice.topics or choice.channels):
        told.append("热点只列范围内有信息的事项，热度按该事项的全部信息计。")
    if until:
        told.append(f"末日统计至 {until}。")
    return tuple(told)
