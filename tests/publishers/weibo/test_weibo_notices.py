"""Whoever wrote on Weibo and was promised the outcome can be told of it where they wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conversation.models import (
    Answer,
    Choice,
    Citation,
    Inbound,
    InboundKind,
    Message,
    MessageState,
)
from hub.conversation.notices.rules import opened_by
from hub.publishing.models import LengthUnit
from publishers.answering import in_words
from publishers.length import length
from publishers.weibo.replying import NOTICES, fits_comment

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


@given(st.text("停水a1 ", min_size=1, max_size=400), st.integers(1, 5))
def test_a_reply_with_a_long_address_fits_a_comment_however_links_count(
    said: str, choices: int
) -> None:
    address = "https://www.example.gov.cn/" + "a" * 90
    answer = Answer(
        paragraphs=(said,),
        cites=(
            Citation(title="说明", index_no="510100/2026-00001", published_on=None, url=address),
        ),
        choices=tuple(Choice(label=f"dissatisfied {n}", payload="p") for n in range(choices)),
    )
    text = in_words(answer, fits_comment)
    assert len(text) <= 280
    assert length(text, LengthUnit.WEIBO) <= 140
