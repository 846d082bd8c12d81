"""Which deliveries many at once may be sent again. One at a time a person may do more: they have
looked at that one (`hub.publishing.operations`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from hub.kernel.errors import Words
from hub.publishing.explanation import REASONS
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.retrying.models import Facts, Group, Why
from hub.publishing.rings.models import HELD_BY_RING

__all__ = ["grouped", "why_not"]

_S = DeliveryState
_EXAMPLES = 5
# what is started again; everything else is out, is going out, or waits for something that is named
_AGAIN = frozenset({_S.FAILED, _S.EXPIRED})

_UNKNOWN = Why(
    Words("结果未知，重发可能重复", "the outcome is unknown, a repeat may double it"),
    Words("逐件到平台查看后“核实结果”", "look at the platform, then settle each"),
)
_MOVED = Why(Words("状态已变化，不再需要重发", "it has moved on and needs no repeat"))
_RING = Why(
    Words("等待分批放行", "waits for its ring"),
    Words("整个计划一起放行：gongkai plan resume", "let the whole plan go: gongkai plan resume"),
)
_OUTAGE = Why(
    Words("停机积压，等待放行", "held by an outage"),
    Words("在“停机积压”处放行", "release the backlog"),
)
_BEHIND = Why(
    Words("同一串的上一条尚未发出", "the thread's previous part is not out"),
    Words("先处理上一条", "settle the previous part first"),
)
_RECALLED = Why(
    Words("该版信息已撤稿", "this version was recalled"),
    Words("修改后重新送审", "change it and have it signed anew"),
)
_LATE = Why(
    Words("已过最晚发布时间", "past its latest time"),
    Words("确需发送时勾选“过期的也发”", "ask for late ones too, if they are still wanted"),
)
_FOREIGN = Why(Words("不是您负责的账号", "of an account that is not yours"))


def why_not(one: Facts, now: datetime, *, late: bool) -> Why | None:
    """Why it may not be sent again together with others; None where it may.

    Never what is unknown, was accepted or is being sent: nothing is sent twice. What waits goes
    on by itself, or for what it waits for.
    """
    if one.foreign:
        return _FOREIGN
    if one.state is _S.UNKNOWN:
        return _UNKNOWN
    if one.state is _S.BLOCKED:
        return _waits(one.reason)
    if one.state not in _AGAIN:
        return _MOVED
    if one.reason in HELD_BY_RING:
        return _RING
    if one.behind:
        return _BEHIND
    if one.recalled and one.purpose is not Purpose.RECALL:
        return _RECALLED
    return _LATE if one.not_after <= now and not late else None


def _waits(reason: str) -> Why:
    if reason == "outage":
        return _OUTAGE
    if reason in HELD_BY_RING:
        return _RING
    words = REASONS.get(reason) or Words("等待中，会自动继续", "waits, and goes on by itself")
    return Why(words)


def grouped(
    rows: Iterable[tuple[Words, Words | None, DeliveryState | None, str]],
) -> tuple[Group, ...]:
    """(cause, remedy, state, account's name) put together by cause, the commonest first."""
    found: dict[tuple[Words, Words | None, DeliveryState | None], list[str]] = {}
    for words, remedy, state, name in rows:
        found.setdefault((words, remedy, state), []).append(name)
    made = [_group(key, names) for key, names in found.items()]
    return tuple(sorted(made, key=lambda one: (-one.count, one.words.zh)))


def _group(key: tuple[Words, Words | None, DeliveryState | None], names: list[str]) -> Group:
    words, remedy, state = key
    some: Mapping[str, None] = dict.fromkeys(names)
    return Group(
        words=words,
        count=len(names),
        names=tuple(some)[:_EXAMPLES],
        remedy=remedy,
        state=state,
    )
