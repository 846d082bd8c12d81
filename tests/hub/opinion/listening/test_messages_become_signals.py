"""What citizens write becomes signals behind the answers, each once, and goes when they say so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.opinion import LazyWorkshop
from hub.conversation.models import Answer, Choice, Inbound, InboundKind, Manner
from hub.kernel.ids import IdSource
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Field
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Label, Labels
from hub.opinion.listening.models import Heard
from hub.opinion.listening.rules import external_id_of, signal_of
from hub.opinion.listening.service import Listening
from hub.opinion.listening.tables import listening_cursors
from hub.opinion.signals.models import NewSignal, Signal, SignalFilter, SignalKind
from hub.opinion.signals.service import SignalService
from hub.opinion.signals.tables import signal_identities, signal_originals
from hub.organisations.models import Body
from tests.hub.conversation.conftest import Talk

_TINY = Labels(1, tuple(Label(name=name, cues=(name,)) for name in ("路灯", "停水", "公交")))
_LAMP = "青江路的路灯坏了一周，电话13912345678"


async def kept(signals: SignalService) -> list[Signal]:
    """All signals, oldest first."""
    return (await signals.signals(SignalFilter(limit=500)))[::-1]


async def count(talk: Talk, table: object) -> int:
    query = select(func.count()).select_from(table)  # type: ignore[arg-type]
    return int(await talk.database.read(lambda c: c.execute(query).scalar_one()))


async def test_a_message_becomes_a_signal_once_it_is_answered(
    talk: Talk, listening: Listening, signals: SignalService, bodies: dict[str, Body]
) -> None:
    await talk.says(_LAMP)
    await talk.quiet()
    assert await listening.follow() == 1
    assert await listening.follow() == 0
    (one,) = await kept(signals)
    assert (one.channel, one.kind, one.text) == (
        "weibo",
        SignalKind.MESSAGE,
        "青江路的路灯坏了一周，电话139****5678",
    )
    assert one.event_at == talk.clock.now()
    assert one.body_id in {body.id for body in bodies.values()}
    assert "o1" not in one.author
    assert len(one.author) == 32


async def test_what_is_not_answered_yet_waits(talk: Talk, listening: Listening) -> None:
    talk.script.gate.clear()
    await talk.take(_LAMP, within=0)
    assert await listening.follow() == 0
    talk.script.gate.set()
    await talk.quiet()
    assert await listening.follow() == 1


async def test_comments_mentions_and_questions_without_an_answer_keep_their_kind(
    talk: Talk, listening: Listening, signals: SignalService
) -> None:
    item = "01J00000000000000000000000"
    talk.script.answers = lambda inbound: Answer(
        paragraphs=("没有找到",),
        unanswered="火星" in inbound.text,
        choices=(Choice(label="近似", payload=f"ask_policy/{item}"),),
    )
    await talk.take("这条政策不错", manner=Manner.COMMENT)
    await talk.take("请看看我们小区", manner=Manner.MENTION)
    await talk.take("火星移民在哪里办理")
    await talk.quiet()
    await listening.follow()
    assert [(one.kind, one.item_id) for one in await kept(signals)] == [
        (SignalKind.COMMENT, ""),
        (SignalKind.MENTION, ""),
        (SignalKind.UNANSWERED, item),
    ]


async def test_one_that_a_skill_handed_in_adds_nothing(
    talk: Talk, listening: Listening, signals: SignalService
) -> None:
    async def hand_in(inbound: Inbound) -> None:
        new = NewSignal(
            channel=inbound.channel,
            external_id=external_id_of(inbound.id),
            kind=SignalKind.MESSAGE,
            text=inbound.text,
            author=inbound.sender,
            event_at=inbound.received_at,
        )
        await signals.collect([new], actor="system:bots")

    await talk.says("我要投诉夜间施工")
    await talk.quiet()
    await hand_in(talk.script.asked[0])
    assert await listening.follow() == 0
    assert len(await kept(signals)) == 1


async def test_killed_before_its_place_was_written_it_adds_nothing_twice_and_misses_nothing(
    talk: Talk, listening: Listening, signals: SignalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    await talk.says("第一条：路灯坏了")
    await talk.quiet()
    with monkeypatch.context() as patch:
        patch.setattr(Listening, "_reached", killed)
        with pytest.raises(KeyboardInterrupt):
            await listening.follow()
    assert len(await kept(signals)) == 1, "it was killed between the signal and its place"
    await talk.says("第二条：井盖没了")
    await talk.quiet()
    restarted = Listening(talk.database, talk.clock, signals)
    assert await restarted.follow() == 0, "the killed one's lease still runs"
    talk.clock.advance(61)
    assert await restarted.follow() == 1
    assert [one.text for one in await kept(signals)] == ["第一条：路灯坏了", "第二条：井盖没了"]


async def test_killed_before_anything_was_kept_it_begins_again(
    talk: Talk, listening: Listening, signals: SignalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object, **__: object) -> list[object]:
        raise KeyboardInterrupt

    await talk.says(_LAMP)
    await talk.quiet()
    with monkeypatch.context() as patch:
        patch.setattr(SignalService, "collect", killed)
        with pytest.raises(KeyboardInterrupt):
            await listening.follow()
    talk.clock.advance(61)
    assert await Listening(talk.database, talk.clock, signals).follow() == 1


async def test_whose_words_are_not_kept_gives_no_signals(
    talk: Talk, listening: Listening, signals: SignalService
) -> None:
    await talk.says("不要保存我的消息")
    await talk.says("路灯坏了")
    await talk.says("井盖没了", who="o2")
    await talk.quiet()
    assert await listening.follow() == 1
    assert [one.text for one in await kept(signals)] == ["井盖没了"]


async def test_what_a_citizen_has_erased_is_erased_among_the_signals(
    talk: Talk, listening: Listening, signals: SignalService
) -> None:
    await talk.says(_LAMP)
    await talk.says("井盖没了", who="o2")
    await talk.quiet()
    await listening.follow()
    talk.clock.advance(5)
    await talk.says("删除我的消息")
    talk.clock.advance(5)
    await talk.says("后来的话")
    await talk.quiet()
    await listening.follow()
    assert [one.text for one in await kept(signals)] == ["井盖没了", "后来的话"]
    assert await count(talk, signal_originals) == 0
    assert await count(talk, signal_identities) == 2


async def test_what_was_erased_before_it_was_followed_never_lands(
    talk: Talk, listening: Listening, signals: SignalService
) -> None:
    await talk.says(_LAMP)
    await talk.says("删除我的消息")
    await talk.quiet()
    await listening.follow()
    assert await kept(signals) == []


async def test_erased_words_leave_a_figure_and_no_name_of_an_issue(
    talk: Talk, listening: Listening, signals: SignalService, ids: IdSource
) -> None:
    lists = dict.fromkeys((Field.TOPIC, Field.DEPARTMENT), _TINY)
    placing = IssueService(database=talk.database, clock=talk.clock, ids=ids, zone="Asia/Shanghai")
    judging = JudgingService(
        database=talk.database, clock=talk.clock, workshop=LazyWorkshop(), lists=lists
    )
    await talk.says("青江路的路灯坏了一周没有人来修")
    await talk.quiet()
    await listening.follow()
    await judging.judge_waiting()
    await placing.place_waiting()
    talk.clock.advance(5)
    await talk.says("删除我的消息")
    await talk.quiet()
    await listening.follow()
    (one,) = await kept(signals)
    assert (one.title, one.text, one.author) == ("", "", "")
    (line,) = await placing.hot()
    assert (line.week, line.issue.title) == (1, "路灯")


async def test_two_that_follow_at_once_take_turns(
    talk: Talk, listening: Listening, signals: SignalService
) -> None:
    other = Listening(talk.database, talk.clock, signals)
    await talk.says(_LAMP)
    await talk.quiet()
    assert sorted([await listening.follow(), await other.follow()]) == [0, 1]
    assert await count(talk, listening_cursors) == 1


@given(
    st.sampled_from(["", "  ", "1", "２。", "删除我的消息", "keep my messages", "路灯坏了"]),
    st.sampled_from(list(InboundKind)),
)
def test_only_words_that_say_something_are_a_signal(text: str, kind: InboundKind) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    inbound = Inbound(
        id=IdSource().new(at),
        channel="weibo",
        account="a",
        external_key="k",
        sender="s",
        kind=kind,
        received_at=at,
        text=text,
    )
    heard = Heard(inbound=inbound, manner=Manner.DIRECT, body_id="", unanswered=False)
    if text in ("", "  ", "1", "２。") or kind is InboundKind.EVENT:
        assert signal_of(heard) is None
    if text == "路灯坏了" and kind is not InboundKind.EVENT:
        assert signal_of(heard) is not None
    if kind is InboundKind.TEXT and text != "路灯坏了":
        assert signal_of(heard) is None
