"""What happens at the desk. The chain holds no words of citizens, nor those they were told."""

from __future__ import annotations

from collections.abc import Mapping

from hub.conversation.desk.models import DeskEvent, ReplyState
from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "CANNED_RETIRED",
    "CANNED_SET",
    "HOURS_SET",
    "OPENED",
    "RATED",
    "REMINDED",
    "REPLY_ENDS",
    "REPLY_WRITTEN",
    "STEPS",
]


def _kind(name: str, zh: str, en: str) -> Kind:
    return Kind(f"conversation.desk.{name}", Words(zh, en))


OPENED = _kind("opened", "转人工", "handed over to the desk")
STEPS: Mapping[DeskEvent, Kind] = {
    DeskEvent.TAKEN: _kind("taken", "接手对话", "conversation taken"),
    DeskEvent.HANDED: _kind("handed", "转交同事", "conversation handed to a colleague"),
    DeskEvent.RELEASED: _kind("released", "放回待接", "conversation released"),
    DeskEvent.ANSWERED: _kind("answered", "已答复公众", "citizen answered by a person"),
    DeskEvent.WROTE: _kind("wrote", "公众再次来信", "the citizen wrote again"),
    DeskEvent.CLOSED: _kind("closed", "对话结束", "conversation closed"),
    DeskEvent.REOPENED: _kind("reopened", "对话重开", "conversation reopened"),
}
REPLY_WRITTEN = _kind("reply.written", "人工答复发出前留底", "a reply written ahead")
REPLY_ENDS: Mapping[ReplyState, Kind] = {
    ReplyState.SENT: _kind("reply.sent", "人工答复已发出", "a reply was sent"),
    ReplyState.FAILED: _kind("reply.failed", "平台拒收人工答复", "a reply was refused"),
    ReplyState.UNKNOWN: _kind("reply.unknown", "人工答复结果不明", "a reply's outcome is unknown"),
    ReplyState.MISSED: _kind("reply.missed", "已过平台答复时限", "too late for the platform"),
}
REMINDED = _kind("reminded", "催办等候中的对话", "reminded of a conversation that waits")
RATED = _kind("rated", "公众评价答复", "the citizen rated the answers")
HOURS_SET = _kind("hours.set", "设定坐席工作时间", "the desk's hours set")
CANNED_SET = _kind("canned.set", "设定常用答复", "a canned answer set")
CANNED_RETIRED = _kind("canned.retired", "停用常用答复", "a canned answer retired")
