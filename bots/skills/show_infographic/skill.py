"""The pictures of an item, or of what interprets it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots import texts
from bots.citing import choice, source_of
from bots.confidence import LIKELY
from bots.contract import Asked, Grounds, Memory, Reply, Source
from bots.desk import Desk
from hub.catalogue.models import Item
from hub.catalogue.public.errors import NotPublished, Withdrawn
from hub.catalogue.public.service import Shown
from hub.catalogue.relations.models import RelationKind
from hub.conversation.models import Picture

__all__ = ["answer", "fits"]

_ME = "show_infographic"
_WORDS = re.compile(
    r"一图(?:读|看)懂|政策图解|图解|长图|海报|图片版?|看图|infographics?|pictures?|posters?"
)
_AROUND = re.compile(
    r"有没有|有吗|请|发|给我|看一?下|这个|该|文件|的|吗|呢|\b(?:show|me|the|an?|"
    r"of|on|about|is|there|this)\b|[?？]"
)
_LOOKED_AT = 4
_MOST = 9  # pictures in one answer: what a post of most platforms holds


def fits(asked: Asked) -> float:
    return 0.92 if _WORDS.search(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    found = await _shown(asked, desk)
    for shown in found:
        pictured = [one for one in (shown.item, *_explaining(shown)) if one.pictures]
        if pictured:
            return _pictures(asked, desk, shown.item, pictured[0])
    if not found and not _subject(asked):
        text = texts.fill(_ME, asked.language, "which")
        return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION, memory=Memory(waiting=_ME))
    if not found:
        return None
    return _none(asked, desk, found[0])


async def _shown(asked: Asked, desk: Desk) -> Sequence[Shown]:
    """The items that the message may mean, the likeliest first."""
    if asked.payload:
        ids = [asked.payload]
    elif subject := _subject(asked):
        query = asked.query if asked.english else subject
        best = await desk.retrieval.best(query)
        ids = [one.item.id for one in best.candidates if one.confidence >= LIKELY][:_LOOKED_AT]
    elif asked.session.item_id:
        ids = [asked.session.item_id]
    else:
        best = await desk.retrieval.best(asked.session.text)
        ids = [one.item.id for one in best.candidates if one.confidence >= LIKELY][:1]
    found = []
    for item_id in ids:
        try:
            found.append(await desk.public.item(item_id))
        except (NotPublished, Withdrawn):
            continue
    return found


def _subject(asked: Asked) -> str:
    text = asked.plain if asked.english else asked.query
    return " ".join(_AROUND.sub(" ", _WORDS.sub(" ", text)).split())


def _explaining(shown: Shown) -> list[Item]:
    return [
        one.item for one in shown.related if one.inverse and one.kind is RelationKind.INTERPRETS
    ]


def _pictures(asked: Asked, desk: Desk, about: Item, pictured: Item) -> Reply:
    sources: tuple[Source, ...] = (source_of(pictured, desk.site_url),)
    if about.id != pictured.id:
        sources = (*sources, source_of(about, desk.site_url))
    shown = pictured.pictures[:_MOST]
    told = texts.fill(_ME, asked.language, "found", title=about.title, count=len(shown))
    return Reply(
        paragraphs=(told,),
        sources=sources,
        media=tuple(Picture(sha256=one.sha256, alt=one.alt) for one in shown),
        memory=Memory(text=about.title, item_id=about.id),
    )


def _none(asked: Asked, desk: Desk, shown: Shown) -> Reply:
    explained = _explaining(shown)
    told = texts.fill(
        _ME, asked.language, "none", title=shown.item.title, explained=bool(explained)
    )
    return Reply(
        paragraphs=(told,),
        grounds=Grounds.PUBLISHED,
        sources=(source_of(shown.item, desk.site_url),),
        choices=tuple(
            choice("ask_policy", one.id, one.title, asked.language)
            for one in (shown.item, *explained)
        ),
        confidence=0.5,
        memory=Memory(text=shown.item.title, item_id=shown.item.id),
    )
