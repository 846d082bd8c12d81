"""Counting the day from what was said and what was read on the platforms. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from simulators.citizens.models import CHANNEL_OF, Citizen, Heard, Purpose, Spoken
from simulators.citizens.office import ANSWER_TITLE
from simulators.citizens.reading import Kind, is_notice, kind_of, tells_news, tells_result
from simulators.citizens.wording import simplified

__all__ = ["Line", "News", "Totals", "share_of", "told_of_outcome", "totals", "untold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One channel's figures. `lost` are messages without an answer, `doubled` answers too many;
    seconds are from sending to reading."""

    channel: str
    citizens: int
    messages: int
    twice: int
    answered: int
    cited: int
    handed: int
    nothing: int
    sorry: int
    lost: int
    doubled: int
    p50: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Who was to be told of something published, who was, and who more than once."""

    wanted: int
    told: int
    doubled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    lines: tuple[Line, ...]
    all: Line
    subscribers: News
    askers: News

    @property
    def good(self) -> bool:
        """Nothing was lost or doubled, and everybody was told who was to be told."""
        told = all(
            one.told == one.wanted and not one.doubled for one in (self.subscribers, self.askers)
        )
        return told and not (self.all.lost or self.all.doubled or self.all.sorry)


def totals(
    citizens: Sequence[Citizen],
    spoken: Sequence[Spoken],
    heard: Sequence[Heard],
    titles: Collection[str],
    releases: Mapping[str, tuple[str, float]],
) -> Totals:
    """`titles` of all that is published; `releases` are the title and the moment of what became
    public in the day, by a word that people subscribed to."""
    people = {one.number: one for one in citizens}
    lines = tuple(
        _line(channel, people, spoken, heard, titles)
        for channel in dict.fromkeys(CHANNEL_OF.values())
    )
    return Totals(
        lines=lines,
        all=_line("", people, spoken, heard, titles),
        subscribers=_subscribers(spoken, heard, releases),
        askers=_askers(citizens, heard),
    )


def share_of(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them are; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _line(
    channel: str,
    people: Mapping[int, Citizen],
    spoken: Sequence[Spoken],
    heard: Sequence[Heard],
    titles: Collection[str],
) -> Line:
    def mine(number: int) -> bool:
        return not channel or CHANNEL_OF[people[number].door] == channel

    said = [one for one in spoken if mine(one.citizen.number)]
    sent = Counter(one.citizen.number for one in said)
    answers = Counter(one.citizen for one in heard if mine(one.citizen) and not is_notice(one.text))
    kinds = Counter(kind_of(one.answer.text, titles) for one in said if one.answer)
    took = [one.took for one in said if one.took is not None]
    return Line(
        channel=channel,
        citizens=sum(mine(number) for number in people),
        messages=len(said),
        twice=sum(one.saying.twice for one in said),
        answered=sum(one.answer is not None for one in said),
        cited=kinds[Kind.CITED],
        handed=kinds[Kind.HANDED],
        nothing=kinds[Kind.NOTHING],
        sorry=kinds[Kind.SORRY],
        lost=sum(max(0, count - answers[number]) for number, count in sent.items()),
        doubled=sum(max(0, count - sent[number]) for number, count in answers.items()),
        p50=share_of(took, 0.5),
        p99=share_of(took, 0.99),
    )


def _subscribers(
    spoken: Sequence[Spoken], heard: Sequence[Heard], releases: Mapping[str, tuple[str, float]]
) -> News:
    """Of those whose subscription was confirmed before the release."""
    read: dict[int, list[str]] = defaultdict(list)
    for text in heard:
        read[text.citizen].append(simplified(text.text))
    wanted: set[tuple[int, str]] = set()
    for one in spoken:
        if one.saying.purpose is Purpose.SUBSCRIBE and one.answer is not None:
            title, at = releases.get(one.saying.wish, ("", 0.0))
            if title and one.answer.at < at:
                wanted.add((one.citizen.number, title))
    times = [sum(tells_news(said, title) for said in read[who]) for who, title in wanted]
    return News(
        wanted=len(wanted),
        told=sum(count > 0 for count in times),
        doubled=sum(max(0, count - 1) for count in times),
    )


def told_of_outcome(heard: Sequence[Heard]) -> dict[int, int]:
    """How often each citizen was told of the outcome by a notice."""
    return Counter(one.citizen for one in heard if tells_result(one.text))


def untold(citizens: Sequence[Citizen], heard: Sequence[Heard]) -> list[int]:
    """The numbers of those who spoke of the incident and were not told what came of it."""
    results = told_of_outcome(heard)
    informed = {one.citizen for one in heard if ANSWER_TITLE in simplified(one.text)}
    return [
        one.number
        for one in citizens
        if any(saying.purpose is Purpose.INCIDENT for saying in one.sayings)
        and one.number not in informed
        and not results.get(one.number, 0)
    ]


def _askers(citizens: Sequence[Citizen], heard: Sequence[Heard]) -> News:
    """Of those who spoke of the incident: told by a notice, or by an answer that cites it."""
    asked = sum(
        any(saying.purpose is Purpose.INCIDENT for saying in one.sayings) for one in citizens
    )
    times = told_of_outcome(heard).values()
    return News(
        wanted=asked,
        told=asked - len(untold(citizens, heard)),
        doubled=sum(max(0, count - 1) for count in times),
    )
