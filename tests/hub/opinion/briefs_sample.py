"""An invented week for briefs: messages, hot issues and cases, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.kernel.errors import Words
from hub.opinion.briefs.composing import Found, compose
from hub.opinion.briefs.models import Brief, BriefKind, Message
from hub.opinion.cases.models import (
    Case,
    CaseKind,
    CaseLevel,
    CaseState,
    Deadline,
    DeadlineKind,
)
from hub.opinion.issues.models import DayCount, Issue
from hub.opinion.issues.rules import hot_issue
from hub.opinion.rumours.models import Rumour
from hub.opinion.watches.models import WatchCount

__all__ = ["FIRST", "LAST", "brief_of", "found", "message"]

FIRST, LAST = date(2026, 2, 23), date(2026, 3, 1)
_ENDS = datetime(2026, 3, 1, 16, tzinfo=UTC)
_TOPICS = ("城乡建设", "交通运输", "劳动和社会保障", "教育文体", "卫生计生")
_PLACES = ("青羊区苏坡街道", "武侯区", "郫都区", "", "新津区")
_CHANNELS = ("hotline", "wechat", "feed:forum", "weibo")


def message(number: int, **values: Any) -> Message:
    day = LAST - timedelta(days=number % 7)
    given: dict[str, Any] = {
        "id": f"{number:026d}",
        "day": day,
        "said_at": datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
        "channel": _CHANNELS[number % 7 % 4],
        "place": _PLACES[number % 11 % 5],
        "topic": _TOPICS[number % 13 % 5],
        "department": "住房和城乡建设",
        "intent": ("complaint", "question", "suggestion")[number % 5 % 3],
        "mood": "negative" if number % 3 else "neutral",
        "urgency": "ordinary" if number % 20 else "acute",
        "author": f"{number % 90:032x}",
        "issue_id": "i" * 26 if number % 4 == 0 else "",
        "copy": number % 17 == 0,
        "title": f"第{number}条：青江路路灯不亮",
    }
    return Message(**given | values)


def found(count: int = 120, *, rated: tuple[int, ...] = (5, 4, 4, 3, 5, 4)) -> Found:
    messages = tuple(message(number) for number in range(count))
    days = [DayCount(LAST - timedelta(days=n), 9 - n, 6, 2) for n in range(7)]
    issue = Issue(
        id="i" * 26,
        title="云栖苑三号楼起火，消防通道被堵",
        topic="城乡建设",
        department="住房和城乡建设",
        place="青羊区",
        first_at=_ENDS,
        last_at=_ENDS,
        signals=45,
        authors=30,
    )
    return Found(
        messages=messages,
        before=100,
        days=tuple((LAST - timedelta(days=n), 20 - n) for n in range(9)),
        hot=(hot_issue(issue, days, LAST),) if count else (),
        opened=3,
        answered=2,
        clocks=tuple(_clocks()),
        rated=rated,
        bodies={"b" * 26: "成都市住房和城乡建设局"},
        watches=(WatchCount("校车安全", 12, 9), WatchCount("供暖", 3, 3)),
        rumours=(Rumour(issue=issue, clarification=None),),
    )


def _clocks() -> list[tuple[Case, Deadline]]:
    told = []
    for number, (due, met) in enumerate(((-20, -30), (-10, None), (-5, -2), (30, None))):
        case = Case(
            id=f"c{number:025d}",
            title=f"云栖苑房产证第{number}件",
            kind=CaseKind.OPINION,
            level=CaseLevel.MAJOR,
            state=CaseState.HANDLING,
            issue_id="",
            signal_id="",
            body_id="b" * 26 if number else "",
            joint=(),
            reason="",
            assessment="",
            disposal="",
            item_id="",
            satisfaction=0,
            review="",
            round=1,
            opened_at=_ENDS - timedelta(days=3),
            opened_by="office",
            responded_at=None,
            closed_at=None,
        )
        clock = Deadline(
            case_id=case.id,
            kind=DeadlineKind.ANSWER,
            source="国办发〔2016〕61号",
            explained=Words("回应舆情：48 小时（国办发〔2016〕61号）", "answer: 48 hours"),
            started_at=_ENDS - timedelta(days=3),
            due_at=_ENDS + timedelta(hours=due),
            met_at=None if met is None else _ENDS + timedelta(hours=met),
        )
        told.append((case, clock))
    return told


def brief_of(what: Found | None = None) -> Brief:
    return compose(
        BriefKind.WEEKLY,
        "〔2026〕第9期",
        "成都市人民政府",
        FIRST,
        LAST,
        date(2026, 3, 2),
        found() if what is None else what,
        ends=_ENDS,
        zone=ZoneInfo("Asia/Shanghai"),
    )
