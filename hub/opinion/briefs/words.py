"""The words of a brief for what the database says in codes."""

from __future__ import annotations

from collections.abc import Mapping

from hub.opinion.briefs.models import BriefKind
from hub.opinion.cases.models import CaseLevel, CaseState
from hub.opinion.issues.models import Verification
from hub.opinion.judging.models import Intent, Mood, Urgency

__all__ = [
    "CASE_LEVELS",
    "CASE_STATES",
    "INTENTS",
    "MOODS",
    "TITLES",
    "URGENCIES",
    "VERIFICATIONS",
    "channel_of",
]

TITLES: Mapping[BriefKind, str] = {
    BriefKind.DAILY: "政务舆情日报",
    BriefKind.WEEKLY: "政务舆情周报",
    BriefKind.CUSTOM: "舆情专题报告",
}
INTENTS: Mapping[str, str] = {
    Intent.QUESTION: "咨询",
    Intent.COMPLAINT: "投诉求助",
    Intent.SUGGESTION: "建议",
    Intent.PRAISE: "表扬",
    Intent.RUMOUR: "疑似传闻",
}
MOODS: Mapping[str, str] = {Mood.NEGATIVE: "负面", Mood.NEUTRAL: "中性", Mood.POSITIVE: "正面"}
URGENCIES: Mapping[str, str] = {
    Urgency.ACUTE: "涉生命安全",
    Urgency.PRESSING: "紧迫",
    Urgency.ORDINARY: "一般",
}
CASE_LEVELS: Mapping[CaseLevel, str] = {
    CaseLevel.ORDINARY: "一般",
    CaseLevel.MAJOR: "重大",
    CaseLevel.GRAVE: "特别重大",
}
CASE_STATES: Mapping[CaseState, str] = {
    CaseState.REGISTERED: "待转办",
    CaseState.ROUTED: "待受理",
    CaseState.HANDLING: "办理中",
    CaseState.DRAFTED: "回应待发布",
    CaseState.RESPONDED: "已回应",
    CaseState.CLOSED: "办结",
}
VERIFICATIONS: Mapping[Verification, str] = {
    Verification.NONE: "—",
    Verification.OPEN: "待核实",
    Verification.CONFIRMED: "属实",
    Verification.REFUTED: "不实",
}
_CHANNELS: Mapping[str, str] = {
    "hotline": "热线",
    "wechat": "微信公众号",
    "weibo": "微博",
    "wecom": "企业微信",
    "telegram": "Telegram",
    "mastodon": "Mastodon",
    "matrix": "Matrix",
    "email": "电子邮件",
    "website": "门户网站",
    "feed": "网络来源",
}


def channel_of(code: str) -> str:
    """`feed:forum` → 网络来源（forum）; a channel nobody named stays as it is."""
    name, _, rest = code.partition(":")
    known = _CHANNELS.get(name)
    if known is None:
        return code
    return f"{known}（{rest}）" if name == "feed" and rest else known
