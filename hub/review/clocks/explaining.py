"""How a date was counted, in words: the start, what fell out, what was worked, by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from hub.kernel.clock import CHINA
from hub.kernel.errors import Words
from hub.review.clocks.counting import runs_of
from hub.review.clocks.models import Clock, ClockKind, Counted, Level, Standing

__all__ = ["LEVEL_WORDS", "RULES", "STANDING_WORDS", "explain", "local", "remedy_late"]


RULES: Mapping[ClockKind, Words] = {
    ClockKind.PRINTED: Words(
        "四川省规定：政府及其办公厅（室）文件印发后 2 小时内上网",
        "Sichuan's rule: documents of the government and its office within 2 hours of printing",
    ),
    ClockKind.ENDED: Words(
        "四川省规定：民生会议和活动结束后 24 小时内公开",
        "Sichuan's rule: livelihood meetings and activities within 24 hours of their end",
    ),
    ClockKind.FORMED: Words(
        "《政府信息公开条例》第二十六条：自形成或者变更之日起 20 个工作日内",
        "Regulation art. 26: within 20 working days of being formed or changed",
    ),
    ClockKind.INTERPRETATION: Words(
        "国办发〔2016〕19号：文件公开后 3 个工作日内解读",
        "国办发〔2016〕19号: interpreted within 3 working days of publication",
    ),
    ClockKind.OWN: Words("属性认定时设定的时限", "the limit set with the determination"),
}
STANDING_WORDS: Mapping[Standing, Words] = {
    Standing.NONE: Words("不计时", "no clock"),
    Standing.NOT_STARTED: Words("未起算", "not started"),
    Standing.RUNNING: Words("计时中", "running"),
    Standing.NEAR: Words("临近届满", "near its end"),
    Standing.EXPIRED: Words("已超期", "expired"),
    Standing.UNKNOWN: Words("届满日未知", "its end is not known"),
    Standing.MET: Words("按期公开", "published in time"),
    Standing.LATE: Words("超期公开", "published late"),
}
LEVEL_WORDS: Mapping[Level, Words] = {
    Level.WARNING: Words("预警", "warning"),
    Level.SECTION_HEAD: Words("超期，报处（科）室负责人", "overdue, to the section head"),
    Level.LEADER: Words("超期，报分管领导", "overdue, to the leader"),
    Level.DISCLOSURE_OFFICE: Words("超期，报政务公开办", "overdue, to the disclosure office"),
}


def explain(clock: Clock | None) -> Words:
    """In one paragraph; says so when there is no clock, no start, or no known end."""
    if clock is None:
        return Words("不计公开时限", "no clock runs")
    rule = RULES[clock.kind]
    if not clock.started:
        return Words(f"尚未登记起点，未起算。依据：{rule.zh}", f"Not started. {rule.en}.")
    if clock.counted is not None:
        return _explain_days(clock.counted, rule)
    if clock.kind is ClockKind.OWN:
        day = clock.started_on
        return Words(f"至 {day} 24:00。依据：{rule.zh}", f"Until 24:00 on {day}: {rule.en}.")
    start, due = local(clock.started_at), local(clock.due_at)
    return Words(
        f"自 {start} 起算，至 {due} 届满，不论工作日。依据：{rule.zh}",
        f"From {start} to {due}, on working days and others alike. {rule.en}.",
    )


def local(at: datetime | None) -> str:
    """A moment by China's clock; 24:00 where it is the end of a day."""
    if at is None:
        return "?"
    there = at.astimezone(CHINA)
    if (there.hour, there.minute, there.second) == (0, 0, 0):
        return f"{there.date() - timedelta(days=1)} 24:00"
    return f"{there:%Y-%m-%d %H:%M}"


def remedy_late() -> Words:
    return Words("加 --remark 写明逾期原因", "give the reason with --remark")


def _explain_days(counted: Counted, rule: Words) -> Words:
    zh = [f"{counted.start} 当日不计，次日起算 {counted.days} 个工作日"]
    en = [f"{counted.start} itself is not counted; {counted.days} working days from the next day"]
    if counted.holidays:
        zh.append(f"法定节假日 {_listed(counted.holidays, '至')} 不计")
        en.append(f"public holidays left out: {_listed(counted.holidays, ' to ')}")
    if counted.weekends:
        zh.append(f"另有周末 {len(counted.weekends)} 天不计")
        en.append(f"{len(counted.weekends)} other weekend days left out")
    if counted.make_up:
        zh.append(f"调休上班 {_listed(counted.make_up, '至')} 计入")
        en.append(f"make-up working days counted: {_listed(counted.make_up, ' to ')}")
    if counted.due is None:
        year = counted.unknown_year
        zh.append(f"{year} 年节假日安排尚未公布，届满日暂不能确定")
        en.append(f"the holidays of {year} are not announced, so its end is not known yet")
    else:
        zh.append(f"{counted.due} 24:00 届满")
        en.append(f"it ends on {counted.due} at 24:00")
    return Words(f"{'；'.join(zh)}。依据：{rule.zh}", f"{'; '.join(en)}. {rule.en}.")


def _listed(days: Sequence[date], to: str) -> str:
    runs = runs_of(days)
    said = (str(a) if a == b else f"{a}{to}{b}" for a, b in runs)
    return "、".join(said) if to == "至" else ", ".join(said)
