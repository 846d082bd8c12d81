"""A post as the room shows it: the event with the words, and the pictures that refer to it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.publishing.ports import Access
from publishers.matrix.client import Event, MatrixClient
from publishers.matrix.content import mark_of

__all__ = ["Post", "read_post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`pictures` are those not redacted, in the order in which they were numbered."""

    room: str
    words: Event
    pictures: tuple[Event, ...]


async def read_post(client: MatrixClient, access: Access, room: str, event_id: str) -> Post | None:
    """The post whose words are that event; None where there is no such event to be seen."""
    words = await client.event(access, room, event_id)
    if words is None:
        return None
    pictures = [
        event
        for event in await client.related(access, room, event_id, "m.reference")
        if event.sender == words.sender and mark_of(event.first)[1] and not event.redacted
    ]
    pictures.sort(key=lambda event: mark_of(event.first)[1])
    return Post(room=room, words=words, pictures=tuple(pictures))
