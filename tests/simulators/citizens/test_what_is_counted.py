"""What is lost, doubled or untold shows in the figures, whatever else goes well."""

from __future__ import annotations

from simulators.citizens.models import Citizen, Door, Heard, Purpose, Saying, Spoken
from simulators.citizens.office import ANSWER_TITLE
from simulators.citizens.reading import Kind, is_notice, kind_of
from simulators.citizens.tally import Totals, share_of, totals

_TITLE = "城市供水条例"
_RESULT = "您反映的事项已有答复。 / What you told us has been answered."
_NEWS = f"您订阅的新信息 / new in what you follow\n《{ANSWER_TITLE}》"


def citizen(number: int, *purposes: Purpose, door: Door = Door.WECHAT, wish: str = "") -> Citizen:
    sayings = tuple(Saying(purpose, "话", wish=wish) for purpose in purposes)
    return Citizen(number, door, "510000", 0.1, sayings, (0.0,) * len(sayings))


def counted(
    citizens: list[Citizen],
    heard: list[Heard],
    releases: dict[str, tuple[str, float]] | None = None,
) -> Totals:
    """Everybody says everything at once, and takes the first text for the answer."""
    spoken = []
    for one in citizens:
        answers = iter([h for h in heard if h.citizen == one.number and not is_notice(h.text)])
        spoken += [Spoken(one, saying, 1.0, next(answers, None)) for saying in one.sayings]
    return totals(citizens, spoken, heard, [_TITLE], releases or {})


def test_an_answer_to_each_is_none_lost_and_none_doubled() -> None:
    found = counted([citizen(1, Purpose.ASK)], [Heard(1, f"《{_TITLE}》第一条", 1.5)])
    assert (found.all.lost, found.all.doubled, found.all.cited, found.all.p50) == (0, 0, 1, 0.5)
    assert found.good


def test_a_message_without_an_answer_is_lost() -> None:
    heard = [Heard(1, "好的", 2.0)]
    found = counted([citizen(1, Purpose.ASK, Purpose.ASK), citizen(2, Purpose.GAP)], heard)
    assert (found.all.messages, found.all.lost) == (3, 2)
    assert not found.good


def test_an_answer_too_many_is_doubled_on_its_channel() -> None:
    heard = [Heard(1, "好的", 2.0), Heard(1, "好的", 3.0)]
    found = counted([citizen(1, Purpose.ASK, door=Door.CHAT)], heard)
    assert {line.channel: line.doubled for line in found.lines if line.doubled} == {"website": 1}
    assert not found.good


def test_somebody_who_asked_and_was_never_told_fails_the_day() -> None:
    told = [Heard(1, "好的", 2.0), Heard(1, _RESULT, 3.0)]
    people = [citizen(1, Purpose.INCIDENT), citizen(2, Purpose.INCIDENT)]
    found = counted(people, [*told, Heard(2, "好的", 2.0)])
    assert (found.askers.told, found.askers.wanted, found.good) == (1, 2, False)
    assert found.all.lost == found.all.doubled == 0


def test_an_answer_that_cites_the_response_tells_as_well() -> None:
    found = counted([citizen(1, Purpose.INCIDENT)], [Heard(1, f"《{ANSWER_TITLE}》：抢修", 2.0)])
    assert (found.askers.told, found.good) == (1, True)


def test_being_told_twice_is_doubled() -> None:
    heard = [Heard(1, "好的", 2.0), Heard(1, _RESULT, 3.0), Heard(1, _RESULT, 4.0)]
    found = counted([citizen(1, Purpose.INCIDENT)], heard)
    assert (found.askers.told, found.askers.doubled, found.good) == (1, 1, False)


def test_only_who_subscribed_before_the_release_is_waited_for() -> None:
    people = [citizen(n, Purpose.SUBSCRIBE, wish="停水") for n in (1, 2, 3)]
    heard = [Heard(1, "已订阅", 2.0), Heard(2, "已订阅", 2.0), Heard(3, "已订阅", 9.0)]
    found = counted(people, [*heard, Heard(1, _NEWS, 6.0)], {"停水": (ANSWER_TITLE, 5.0)})
    assert (found.subscribers.wanted, found.subscribers.told) == (2, 1)


def test_a_card_of_a_notice_is_no_answer() -> None:
    assert is_notice(f"{ANSWER_TITLE}\n{_RESULT}\nhttps://x/i/1.html")
    assert not is_notice(f"好的。\n\n{_RESULT}")


def test_what_an_answer_says_is_read_in_either_script_and_in_english() -> None:
    assert kind_of("沒有找到能回答這個問題的已公開文件。", [_TITLE]) is Kind.NOTHING
    assert kind_of("已轉給工作人員，會儘快回覆您。", [_TITLE]) is Kind.HANDED
    assert kind_of("A member of staff will reply as soon as possible.", []) is Kind.HANDED
    assert kind_of("《城市供水條例》第二十二條", [_TITLE]) is Kind.CITED


def test_the_ninety_ninth_of_a_hundred_is_not_the_largest() -> None:
    assert share_of([float(n) for n in range(100)], 0.5) == 50
    assert share_of([], 0.99) == 0
