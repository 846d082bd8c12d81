"""Who says what, on which way and when: the whole day, from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from simulators.citizens.models import Citizen, Door, Purpose, Saying
from simulators.citizens.wording import INCIDENT_PLACE, phrases, roughened

__all__ = ["INCIDENT_FROM", "script"]

# share of the citizens on each way
_DOORS = {
    Door.WECHAT: 38,
    Door.CHAT: 20,
    Door.TELEGRAM: 12,
    Door.WEIBO_MESSAGE: 10,
    Door.MASTODON: 10,
    Door.WEIBO_COMMENT: 5,
    Door.WEIBO_MENTION: 5,
}
_PURPOSES = {
    Purpose.ASK: 52,
    Purpose.GAP: 14,
    Purpose.COMPLAIN: 16,
    Purpose.SUBSCRIBE: 11,
    Purpose.PERSON: 7,
}
_WISHING = frozenset(
    {Door.WECHAT, Door.WEIBO_MESSAGE, Door.TELEGRAM, Door.MASTODON, Door.CHAT}
)  # on the others everybody reads along
_AFFECTED = 0.09  # share of the citizens who have no water
_TWICE = 0.10
_ENGLISH = 0.05
INCIDENT_FROM, _INCIDENT_PEAK, _INCIDENT_TO = 0.14, 0.2, 0.62
_MESSAGES = (1, 1, 2, 2, 3)
_AT_LEAST_AFFECTED = 12
_HUMPS = ((0.28, 0.12), (0.7, 0.13))  # the morning and the afternoon


def script(
    seed: int, citizens: int, bodies: Sequence[str], affected: Sequence[str]
) -> list[Citizen]:
    """`citizens` people in the order of their arrival; `bodies` are the codes of those with
    accounts, `affected` of those to whom people without water write."""
    random = Random(seed)  # noqa: S311 - a script, no secret
    doors = random.choices(list(_DOORS), weights=list(_DOORS.values()), k=citizens)
    without_water = max(_AT_LEAST_AFFECTED, round(citizens * _AFFECTED))
    people = []
    for number in range(citizens):
        own = Random(random.getrandbits(64))  # noqa: S311 - as above
        if number < without_water:
            people.append(_affected(number, doors[number], affected, own))
        else:
            people.append(_citizen(number, doors[number], bodies, own))
    return sorted(people, key=lambda one: one.arrives)


def _citizen(number: int, door: Door, bodies: Sequence[str], random: Random) -> Citizen:
    count = random.choice(_MESSAGES)
    sayings = tuple(_saying(door, random) for _ in range(count))
    middle, width = random.choice(_HUMPS)
    arrives = min(0.999, max(0.0, random.gauss(middle, width)))
    thinks = tuple(random.uniform(1.0, 4.0) for _ in range(count))
    return Citizen(number, door, random.choice(bodies), arrives, sayings, thinks)


def _affected(number: int, door: Door, bodies: Sequence[str], random: Random) -> Citizen:
    """Somebody without water: one message about it, now and then another question."""
    first = _delivered(Saying(Purpose.INCIDENT, _incident(random)), random)
    more = (_saying(door, random),) if random.random() < 0.25 else ()
    arrives = random.triangular(INCIDENT_FROM, _INCIDENT_TO, _INCIDENT_PEAK)
    if number == 0:  # the first complaint has a time of its own
        arrives = INCIDENT_FROM
    return Citizen(
        number, door, random.choice(bodies), arrives, (first, *more), (random.uniform(1, 4),) * 2
    )


def _incident(random: Random) -> str:
    told = phrases()["incident"]
    if random.random() < _ENGLISH:
        return str(random.choice(told["en"])) + "?"
    text = random.choice(told["zh"]).format(place=INCIDENT_PLACE)
    return roughened(text + random.choice(("？", "", "！", "??")), random)


def _saying(door: Door, random: Random) -> Saying:
    purpose = random.choices(list(_PURPOSES), weights=list(_PURPOSES.values()))[0]
    if purpose is Purpose.SUBSCRIBE and door not in _WISHING:
        purpose = Purpose.ASK
    if purpose is Purpose.SUBSCRIBE:
        said, wish = random.choice(list(phrases()["subscriptions"].items()))
        return _delivered(Saying(purpose, said, wish=wish), random)
    return _delivered(Saying(purpose, _text(purpose, random)), random)


def _text(purpose: Purpose, random: Random) -> str:
    said = phrases()
    if purpose is Purpose.PERSON:
        return str(random.choice(said["people"]))
    if purpose is Purpose.COMPLAIN:
        place = random.choice(said["complaints"]["places"])
        begin = random.choice(("投诉", "我要反映：", "举报", ""))
        what = random.choice(said["complaints"]["zh"])
        return roughened(f"{begin}{place}{what}，{random.choice(said['rude'])}", random)
    if purpose is Purpose.ASK and random.random() < _ENGLISH:
        return str(random.choice(said["english"]["questions"])) + "?"
    if purpose is Purpose.ASK:
        bank = said["questions"]
        core = random.choice(bank[random.choice(list(bank))])
    else:
        core = random.choice(said["gaps"]["zh"])
    text = f"{random.choice(said['openers'])}{core}{random.choice(said['closers'])}"
    return roughened(text, random)


def _delivered(saying: Saying, random: Random) -> Saying:
    """One in ten is delivered twice: the first time the connection breaks, early or late."""
    if random.random() >= _TWICE:
        return saying
    return replace(saying, cut_after=random.choice((0.004, 0.02, 0.08, 0.5)))
