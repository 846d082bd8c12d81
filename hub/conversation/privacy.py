"""What a citizen may ask about their own words: that they are erased, or not kept.

Personal Information Protection Law, articles 15 (consent may be withdrawn, and withdrawing must be
easy) and 47 (deletion on request). The words must stand alone: nobody loses a conversation because
a question about a form happens to contain them.
"""

from __future__ import annotations

import re
from enum import StrEnum

from hub.conversation.models import Answer, Inbound, InboundKind
from hub.kernel.errors import Words

__all__ = ["CONFIRMED", "Wish", "wish_of"]


class Wish(StrEnum):
    ERASE = "erase"
    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"


_SAID = {
    Wish.ERASE: ("删除我的消息", "删除我的记录", "删除我的数据", "erase my messages"),
    Wish.OPT_OUT: ("不要保存我的消息", "不保存我的消息", "do not keep my messages"),
    Wish.OPT_IN: ("恢复保存我的消息", "可以保存我的消息", "keep my messages"),
}
_WISHES = {words: wish for wish, every in _SAID.items() for words in every}
_LONGEST = max(map(len, _WISHES))
_TRIMMED = re.compile(r"^[\s“”\"'`]+|[\s。.！!“”\"'`]+$")

_TOLD = {
    Wish.ERASE: Words(
        "您此前发给本账号的消息已全部删除。",
        "Everything you have sent to this account has been erased.",
    ),
    Wish.OPT_OUT: Words(
        "今后不再保存您的消息内容，仍会答复。发送“恢复保存我的消息”可撤销。",
        "Your words are no longer kept; you are answered all the same. "
        'To undo this send "keep my messages".',
    ),
    Wish.OPT_IN: Words("已恢复保存您的消息。", "Your messages are kept again."),
}
CONFIRMED = {wish: Answer(paragraphs=(words.zh, words.en)) for wish, words in _TOLD.items()}


def wish_of(inbound: Inbound) -> Wish | None:
    if inbound.kind is not InboundKind.TEXT or len(inbound.text) > _LONGEST + 8:
        return None
    return _WISHES.get(_TRIMMED.sub("", inbound.text).casefold())
