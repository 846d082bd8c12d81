"""What resuming an incident would do, told before anybody does it."""

from __future__ import annotations

from collections.abc import Iterable

from hub.kernel.errors import Words
from hub.publishing.explanation import REASONS
from hub.publishing.incidents.models import Foreseen, Standing
from hub.publishing.models import DeliveryState
from hub.publishing.rings.models import HELD_BY_RING

__all__ = ["NOT_RESUMED", "foreseen"]

_S = DeliveryState
# A wait that has its own word of a person, or its own turn.
NOT_RESUMED = ("previous-part", *HELD_BY_RING)

_UNKNOWN = Words(
    "结果未知，重发可能重复：由核对或人工判定",
    "the outcome is unknown, a repeat may double it: settled by asking or by a person",
)
_RECALLED = Words("该版信息已撤稿", "this version was recalled")
_LATE = Words("已过最晚发布时间", "past its latest time")
_OUT = Words("已发出、已取消或正在发送", "out, cancelled, or being sent")


def foreseen(standings: Iterable[Standing]) -> Foreseen:
    """Mirrors what `resume_members` of the store changes."""
    ready: dict[DeliveryState, int] = {}
    stay: dict[Words, int] = {}
    late = 0
    for one in standings:
        if (why := _why_not(one)) is not None:
            stay[why] = stay.get(why, 0) + one.count
        elif one.late or one.state is _S.EXPIRED:
            late += one.count
            stay[_LATE] = stay.get(_LATE, 0) + one.count
        else:
            ready[one.state] = ready.get(one.state, 0) + one.count
    left = sorted(stay.items(), key=lambda pair: (-pair[1], pair[0].zh))
    return Foreseen(ready=ready, late=late, stay=tuple(left))


def _why_not(one: Standing) -> Words | None:
    if one.state is _S.UNKNOWN:
        return _UNKNOWN
    if one.state is _S.BLOCKED and one.reason in NOT_RESUMED:
        return REASONS[one.reason]
    if one.state not in (_S.FAILED, _S.BLOCKED, _S.EXPIRED):
        return _OUT
    return _RECALLED if one.recalled else None
