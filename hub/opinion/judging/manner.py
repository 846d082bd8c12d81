"""How urgent a message is and in what mood it is written, by rules that name their words.

Packaged lexicons of sentiment did worse on citizens' messages than always saying "negative", so
mood follows from what is wanted and from words of the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub.opinion.judging.models import Guess, Intent, Mood, Urgency

__all__ = ["mood_of", "urgency_of"]

_ACUTE = re.compile(
    r"死亡|身亡|伤亡|致死|死了人|出人命|重伤|火灾|起火|着火|失火|爆炸|[坍垮倒]塌|塌方|塌陷|中毒|燃气泄漏|煤气泄漏"
    r"|天然气泄漏|毒气|自杀|跳楼|轻生|自焚|溺水|溺亡|触电|堵路|堵门|围堵|聚众|聚集|群体性|罢工|罢课|上街"
    r"|失联|失踪|被困|拐卖|山洪|决堤|滑坡|泥石流|传染病爆发|砍人|持刀"
)
_PRESSING = re.compile(
    r"停水|断水|停电|断电|停气|断气|停暖|没有暖气|漏电|隐患|危险|危房|紧急|告急|十万火急|刻不容缓|迫在眉睫|马上就要"
    r"|拖欠.{0,6}工资|欠薪|讨薪|血汗钱|救命|重病|无法(?:生活|居住|上学|出行)|没书读|辍学|大面积|全(?:村|小区|镇)"
)
_ASKED_AGAINST = re.compile(r"防止|预防|避免|演练|预案|宣传|如何应对|知识|培训$")
_BAD = re.compile(
    r"投诉|举报|严重|扰民|污染|臭|脏|乱收费|拖欠|拒[绝不]|不作为|推诿|违[法规章建]|非法|欺[诈骗]|虚假|强制|霸王|黑心|恶劣"
    r"|隐患|烂尾|停工|坑[人爹]|无良|克扣|不公|不合理|不满|愤怒|气愤|失望|心寒|无奈|苦不堪言|怨声|忍无可忍|可恶|太差"
    r"|迟迟|长期|多年|没人管|无人管|不[管退给发办理]|损[坏害]|漏水|开裂|噪[音声]|维权|质疑|反对|侵[占害吞]|贪污|腐败|勾结"
)
_GOOD = re.compile(
    r"感谢|表扬|点赞|满意|感激|致敬|周到|热情|好评|锦旗|称赞|欣慰|高兴|越来越好|辛苦了|为民办实事"
)
_LEAN: Mapping[str, float] = {
    Intent.COMPLAINT: 1.5,
    Intent.RUMOUR: 0.5,
    Intent.SUGGESTION: -0.5,
    Intent.QUESTION: -1.0,
    Intent.PRAISE: -2.0,
}
_SHOWN = 5
_SURE, _FAIRLY, _ONE_WORD = 0.9, 0.8, 0.6


def urgency_of(title: str, text: str) -> Guess:
    """Acute, pressing or ordinary, with the words that say so. A word in the title is surer than
    one in passing; what people ask to prevent has not happened."""
    for urgency, pattern in ((Urgency.ACUTE, _ACUTE), (Urgency.PRESSING, _PRESSING)):
        found = _words(pattern, f"{title}\n{text}")
        if found and not _ASKED_AGAINST.search(title or text[:60]):
            sure = _SURE if pattern.search(title) else _FAIRLY if len(found) > 1 else _ONE_WORD
            return Guess(urgency, sure, found[:_SHOWN])
    return Guess(Urgency.ORDINARY, _SURE)


def mood_of(title: str, text: str, intent: str) -> Guess:
    """Negative, neutral or positive: from the intent and the field's words."""
    whole = f"{title}\n{text}"
    bad, good = _words(_BAD, whole), _words(_GOOD, title if intent != Intent.PRAISE else whole)
    balance = _LEAN.get(intent, 0.0) + 0.5 * min(len(bad), 4) - 1.0 * min(len(good), 3)
    sure = min(0.95, 0.5 + abs(balance - 0.25) / 4)
    if balance >= 1.0:
        return Guess(Mood.NEGATIVE, round(sure, 2), bad[:_SHOWN])
    if good and balance <= -2.0:
        return Guess(Mood.POSITIVE, round(sure, 2), good[:_SHOWN])
    return Guess(Mood.NEUTRAL, round(0.5 + abs(1.0 - abs(balance)) / 4, 2))


def _words(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall(text)))
