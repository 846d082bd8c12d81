"""Whoever wrote on Weibo and was promised the outcome can be told of it where they wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.conversation.models import Inbound, InboundKind, Message, MessageState
from hub.conversation.notices.rules import opened_by
from publishers.weibo.replying import NOTICES

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def wrote(via: str) -> Message:
    inbound = Inbound(
        id="01JNA0000000000000000000AA",
        channel="weibo",
        account="a1",
        external_key="c:1",
        sender="p1",
        kind=InboundKind.TEXT,
        received_at=_AT,
        text="停水了",
    )
    context = {"via": via, "status": "1"}
    return Message(inbound=inbound, state=MessageState.ANSWERED, address="", context=context)


@pytest.mark.parametrize("via", ["fans", "comment", "mention"])
def test_the_outcome_of_what_was_said_in_any_way_can_be_told(via: str) -> None:
    said = wrote(via)
    assert opened_by([said], NOTICES, [], _AT + timedelta(hours=3)) is said
    assert opened_by([said], NOTICES, [], _AT + timedelta(hours=48)) is None


@pytest.mark.parametrize("via", ["comment", "mention"])
def test_one_reply_more_is_all_that_stands_under_a_post(via: str) -> None:
    told_at = _AT + timedelta(hours=1)
    assert opened_by([wrote(via)], NOTICES, [told_at], _AT + timedelta(hours=3)) is None
