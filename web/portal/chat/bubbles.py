"""Lines of a conversation as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.conversation.models import Citation, InboundKind, Message
from hub.conversation.webchat.models import Line, Told
from web.portal.manner import Manner
from web.portal.templating import words_of

__all__ = ["Bubble", "bubble_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A citation: what it is called, its numbers and date, what it says, where it is."""

    title: str
    facts: tuple[str, ...]
    passage: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    link: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One line. `mine` is the citizen's own."""

    id: str
    mine: bool
    at: datetime
    paragraphs: Sequence[str]
    sources: Sequence[Source] = ()
    images: Sequence[Image] = ()
    buttons: Sequence[Button] = ()


def bubble_of(line: Line, manner: Manner, site_url: str) -> Bubble:
    if isinstance(line, Told):
        return _told(line, manner, site_url)
    return _said(line, manner)


def _said(message: Message, manner: Manner) -> Bubble:
    inbound, words = message.inbound, words_of(manner.language)
    text = inbound.text
    if inbound.kind is InboundKind.EVENT:
        text = message.context.get("label", "")
    text = text or words["chat-not-kept"]
    return Bubble(id=inbound.id, mine=True, at=inbound.received_at, paragraphs=(text,))


def _told(told: Told, manner: Manner, site_url: str) -> Bubble:
    answer = told.answer
    return Bubble(
        id=told.id,
        mine=False,
        at=told.told_at,
        paragraphs=answer.paragraphs,
        sources=[_source(cite, manner, site_url) for cite in answer.cites],
        images=[
            Image(link=f"/chat/media/{told.id}/{one.sha256}", alt=one.alt) for one in answer.media
        ],
        buttons=[
            Button(value=f"{told.id}.{number}", label=choice.label)
            for number, choice in enumerate(answer.choices)
        ],
    )


def _source(cite: Citation, manner: Manner, site_url: str) -> Source:
    day = cite.published_on.isoformat() if cite.published_on else ""
    link = cite.url if cite.url.startswith(("https://", "http://", "/")) else ""
    if site_url and link.startswith(f"{site_url}/"):  # our own page, in the reader's manner
        link = manner.link(link.removeprefix(site_url))
    return Source(
        title=cite.title,
        facts=tuple(filter(None, (cite.index_no, day))),
        passage=cite.passage,
        link=link,
    )
