"""The pure rules of conversations: what may be kept, what a number means, what time leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hub.conversation.errors import TooLong
from hub.conversation.models import Arrival, Choice, EventType, Inbound, InboundKind, Location
from hub.kernel.columns import storable

__all__ = ["chosen", "cleaned", "coarse", "is_number"]

_LONGEST_TEXT, _LONGEST_KEY, _LONGEST_EVENT_KEY = 20_000, 96, 1_024
_NUMBER = re.compile(r"\s*([0-9０-９]{1,2})[.。、)）]?\s*")
# two decimals of a degree are about a kilometre: enough to know the district
_DECIMALS = 2


def cleaned(arrival: Arrival) -> Arrival:
    """`arrival` in a form that every database holds; raises TooLong for what no person wrote."""
    limits = (
        ("text", arrival.text, _LONGEST_TEXT),
        ("external_key", arrival.external_key, _LONGEST_KEY),
        ("event_key", arrival.event_key, _LONGEST_EVENT_KEY),
    )
    for field, value, limit in limits:
        if len(value) > limit:
            raise TooLong(field, limit)
    text, key, payload = map(storable, (arrival.text, arrival.external_key, arrival.event_key))
    if (text, key, payload) == (arrival.text, arrival.external_key, arrival.event_key):
        return arrival
    return replace(arrival, text=text, external_key=key, event_key=payload)


def is_number(text: str) -> bool:
    """Whether a text is the number of a choice and nothing else."""
    return len(text) < 8 and _NUMBER.fullmatch(text) is not None


def chosen(inbound: Inbound, choices: Sequence[Choice]) -> Inbound:
    """`inbound` as the choice whose number it is, where it is one."""
    found = _NUMBER.fullmatch(inbound.text) if inbound.kind is InboundKind.TEXT else None
    place = int(found[1]) - 1 if found else -1
    if not 0 <= place < len(choices):
        return inbound
    return replace(
        inbound,
        kind=InboundKind.EVENT,
        event=EventType.CHOICE,
        event_key=choices[place].payload,
    )


def coarse(place: Location) -> Location:
    return Location(
        latitude=round(place.latitude, _DECIMALS), longitude=round(place.longitude, _DECIMALS)
    )
