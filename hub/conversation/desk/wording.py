"""What the desk itself tells citizens, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from hub.conversation.desk.models import Handed, HandedKind
from hub.conversation.models import Answer
from hub.kernel.clock import CHINA
from hub.kernel.errors import Words

__all__ = ["CLOSED", "HINT", "handed_over", "shut_told"]


def _said(words: Words) -> Answer:
    return Answer(paragraphs=(words.zh, words.en))


HINT = _said(
    Words(
        "工作人员正在答复您。回复“菜单”返回自助查询。",
        'A member of staff is answering you. Send "menu" to go back to the bot.',
    )
)
CLOSED = Words(
    "本次人工答复已结束，请您评价（1 至 5，5 为很满意）。问题未解决的，直接回复即转回工作人员。",
    "This conversation is closed. How satisfied are you, from 1 to 5 (best)? If it is not settled, "
    "just write, and it goes back to the staff.",
)

_OPEN = Words(
    "已转给工作人员，会尽快回复您。回复“菜单”返回自助查询。",
    'A member of staff will reply as soon as possible. Send "menu" to go back to the bot.',
)
_TOLD: Mapping[HandedKind, Words] = {
    HandedKind.OPEN: _OPEN,
    HandedKind.ALREADY: _OPEN,
    HandedKind.NOT_KEPT: Words(
        "您已选择不保存消息，工作人员看不到内容。发送“恢复保存我的消息”后可转人工。",
        'You let nothing be kept, so staff could not read it. Send "keep my messages" first.',
    ),
    HandedKind.NOBODY: Words("", ""),
}


def handed_over(handed: Handed) -> Words:
    """What becomes of a wish for a person; empty where there is nobody."""
    told = _TOLD.get(handed.kind)
    return told or _shut(handed)


def shut_told(handed: Handed) -> Answer:
    """That nobody is there now, and when somebody will be."""
    return _said(_shut(handed))


def _shut(handed: Handed) -> Words:
    if handed.opens_at is None:
        return Words(
            f"现在不在工作时间，工作人员将在工作时间（{handed.hours}）答复您。",
            f"Nobody is there now; you will be answered within working hours ({handed.hours}).",
        )
    at = handed.opens_at.astimezone(CHINA)
    return Words(
        f"现在不在工作时间，工作人员将于{at.month}月{at.day}日{at:%H:%M}起答复您。",
        f"Nobody is there now; you will be answered from {at:%Y-%m-%d %H:%M} on.",
    )
