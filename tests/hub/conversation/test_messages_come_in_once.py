from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.conversation.errors import TooLong
from hub.conversation.journal import Journal
from hub.conversation.models import Answer, Choice, EventType, InboundKind, MessageEvent
from hub.conversation.service import Paces
from hub.conversation.store import Settled
from hub.kernel.database import Transaction
from hub.kernel.errors import GongkaiError, Words
from hub.kernel.ids import IdSource
from hub.organisations.vault import Vault
from hub.publishing.errors import Busy, Exhausted, Rejected, Unknown
from tests.hub.conversation.conftest import Talk, open_conversations


async def test_a_message_is_kept_and_answered(talk: Talk) -> None:
    assert await talk.says("办身份证要带什么") == "答：办身份证要带什么"
    await talk.quiet()
    (kept,) = await talk.records.messages()
    assert (kept.inbound.text, kept.state) == ("办身份证要带什么", "answered")
    assert kept.inbound.kind is InboundKind.TEXT
    assert kept.answer == Answer(paragraphs=("答：办身份证要带什么",))


async def test_a_repeat_that_overlaps_shares_the_first_one_s_answer(talk: Talk) -> None:
    talk.script.gate.clear()
    calls = [asyncio.create_task(talk.says("问", key="m:1")) for _ in range(3)]
    await asyncio.sleep(0.02)
    talk.script.gate.set()
    assert await asyncio.gather(*calls) == ["答：问"] * 3
    assert len(talk.script.asked) == 1
    assert len(await talk.records.messages()) == 1


async def test_a_repeat_after_the_answer_is_answered_the_same_without_asking(talk: Talk) -> None:
    first = await talk.says("问", key="m:1")
    assert await talk.says("问", key="m:1") == first
    assert len(talk.script.asked) == 1


async def test_another_process_shares_the_answer_through_the_database(
    talk: Talk, ids: IdSource, vault: Vault
) -> None:
    first = await talk.says("问", key="m:1")
    await talk.quiet()
    other = open_conversations(talk.database, talk.clock, ids, vault, talk.script, talk.post)
    talk.conversations, before = other, talk.conversations
    assert await talk.says("问", key="m:1") == first
    assert len(talk.script.asked) == 1
    await other.close()
    talk.conversations = before


async def test_memory_does_not_grow_with_everybody_who_ever_wrote(talk: Talk) -> None:
    """A day's soak found exchanges, offers and paces of citizens who had long gone."""
    for number in range(40):
        await talk.says("问", who=f"o{number}")
        talk.clock.advance(120)
    conversations = talk.conversations
    held = (conversations._recent, conversations._offers, conversations._pace._senders)
    assert all(len(one) <= 16 for one in held)
    await talk.quiet()
    assert await talk.says("问", who="o0") == "答：问"  # delivered again after an hour: the same
    assert len(talk.script.asked) == 40


async def test_the_same_key_of_another_person_is_another_message(talk: Talk) -> None:
    """Whoever guesses the number of another person's message reads nothing of its answer."""
    assert await talk.says("我的病历", who="alice", key="m:1") == "答：我的病历"
    assert await talk.says("?", who="mallory", key="m:1") == "答：?"
    assert len(await talk.records.messages()) == 2


async def test_what_is_asked_too_late_for_the_platform_follows_by_a_call_of_ours(
    talk: Talk,
) -> None:
    talk.script.gate.clear()
    assert await talk.says("难题", within=0.02) == ""
    assert await talk.says("难题", within=0.02) == ""
    talk.script.gate.set()
    await talk.quiet()
    (sent,) = talk.post.sent
    assert (sent.address, sent.answer.paragraphs) == ("o1", ("答：难题",))
    assert await talk.states() == ["answered"]


async def test_without_patience_a_message_is_received_as_soon_as_it_is_durable(
    talk: Talk,
) -> None:
    talk.script.gate.clear()
    assert await talk.take("问", within=0) is None
    assert await talk.states() == ["promised"]
    talk.script.gate.set()
    await talk.quiet()
    assert len(talk.post.sent) == 1


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Rejected(Words("拒", "no"), platform_code="48001"), "failed"),
        (Unknown(Words("不明", "?")), "unknown"),
        (Exhausted(Words("过时", "late")), "missed"),
        (RuntimeError("defect"), "unknown"),
    ],
)
async def test_an_answer_that_does_not_arrive_is_not_sent_again(
    talk: Talk, failure: Exception, state: str
) -> None:
    talk.post.failures = [failure]
    await talk.take("问", within=0)
    await talk.quiet()
    assert talk.post.sent == []
    assert await talk.states() == [state]


async def test_where_surely_nothing_was_sent_the_call_is_made_again(talk: Talk) -> None:
    talk.post.failures = [Busy(Words("忙", "busy"))]
    await talk.take("问", within=0)
    for _ in range(200):
        talk.clock.advance(1)
        await asyncio.sleep(0.005)
        if talk.post.sent:
            break
    await talk.quiet()
    assert await talk.states() == ["answered"]


async def test_a_failing_answerer_is_an_apology_and_no_lost_message(talk: Talk) -> None:
    def fail(_: object) -> Answer:
        raise GongkaiError(Words("坏", "broken"))

    talk.script.answers = fail
    assert "请稍后再问" in await talk.says("问")
    assert await talk.states() == ["answered"]


async def test_a_number_that_stands_alone_is_the_choice_that_was_offered(talk: Talk) -> None:
    talk.script.answers = lambda inbound: Answer(
        paragraphs=(f"{inbound.kind} {inbound.event_key}",),
        choices=(Choice(label="甲", payload="a"), Choice(label="乙", payload="b")),
    )
    await talk.says("菜单")
    assert await talk.says(" ２。") == "event b"
    assert talk.script.asked[-1].event is EventType.CHOICE
    assert await talk.says("3") == "text "
    assert await talk.says("2", who="o2") == "text "


async def test_who_writes_too_fast_is_told_once_and_then_neither_kept_nor_answered(
    talk: Talk, ids: IdSource, vault: Vault
) -> None:
    paces = Paces(count=3, per=timedelta(minutes=1))
    talk.conversations = open_conversations(
        talk.database, talk.clock, ids, vault, talk.script, talk.post, paces
    )
    said = [await talk.says(f"问{n}") for n in range(6)]
    assert said[:3] == ["答：问0", "答：问1", "答：问2"]
    assert "太快" in said[3]
    assert said[4:] == ["", ""]
    assert len(await talk.records.messages()) == 3
    assert await talk.says("别人", who="o2") == "答：别人"
    talk.clock.advance(61)
    assert await talk.says("又来") == "答：又来"


async def test_a_megabyte_is_no_message(talk: Talk) -> None:
    with pytest.raises(TooLong):
        await talk.says("长" * 350_000, key="m:1")
    assert await talk.records.messages() == []


async def test_signs_that_no_database_holds_are_replaced(talk: Talk) -> None:
    assert await talk.says("a\0b\ud800c") == "答：a\ufffdb\ufffdc"


async def test_what_a_crash_left_is_answered_late_and_once(talk: Talk) -> None:
    talk.script.gate.clear()
    await talk.take("问", within=0)
    for task in tuple(talk.conversations._tasks):
        task.cancel()
    await asyncio.sleep(0.01)
    talk.script.gate.set()
    assert await talk.resuming.look() == 0, "it may still be answered elsewhere"
    talk.clock.advance(61)
    assert await talk.resuming.look() == 1
    assert [sent.address for sent in talk.post.sent] == ["o1"]
    assert await talk.resuming.look() == 0
    assert await talk.states() == ["answered"]


async def test_a_call_that_nobody_ended_is_unknown_and_not_made_again(talk: Talk) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    talk.post.send = hang  # type: ignore[method-assign]
    await talk.take("问", within=0)
    await asyncio.sleep(0.05)
    for task in tuple(talk.conversations._tasks):
        task.cancel()
    talk.clock.advance(16 * 60)
    assert await talk.resuming.look() == 1
    assert await talk.states() == ["unknown"]


async def test_after_two_days_nobody_is_answered_any_more(talk: Talk) -> None:
    talk.script.gate.clear()
    await talk.take("问", within=0)
    for task in tuple(talk.conversations._tasks):
        task.cancel()
    await asyncio.sleep(0.01)
    talk.clock.advance(49 * 3600)
    await talk.resuming.look()
    assert talk.post.sent == []
    assert await talk.states() == ["missed"]


async def test_what_the_platform_was_not_promised_is_ended_and_not_answered_later(
    talk: Talk,
) -> None:
    """It called again, or told the citizen itself: an answer now might be the second one."""
    talk.script.gate.clear()
    waiting = asyncio.create_task(talk.says("问"))
    await asyncio.sleep(0.05)
    for task in tuple(talk.conversations._tasks):
        task.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    talk.clock.advance(61)
    await talk.resuming.look()
    assert talk.post.sent == []
    assert await talk.states() == ["missed"]


async def test_changes_of_one_message_are_written_one_after_the_other(talk: Talk) -> None:
    await talk.says("问")
    await talk.quiet()
    (kept,) = await talk.records.messages()
    journal, now = Journal(talk.database), talk.clock.now()
    await talk.database.write(_reopen, audited=False)
    events = (MessageEvent.PROMISED, MessageEvent.CLAIMED, MessageEvent.SENT)
    done = await asyncio.gather(
        *(journal.settle(Settled(kept.inbound.id, event, now)) for event in events)
    )
    assert done == [True, True, True]
    assert await talk.states() == ["answered"]


def _reopen(tx: Transaction) -> None:
    tx.connection.exec_driver_sql("UPDATE inbound_messages SET state = 'received'")
