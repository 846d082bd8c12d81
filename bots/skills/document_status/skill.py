"""How a document stands today, by the decisions and dates that the catalogue has."""

from __future__ import annotations

import re

from bots import texts
from bots.citing import choice, source_of
from bots.confidence import CERTAIN
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from hub.catalogue.models import Item, Standing
from hub.catalogue.numbering.doc_numbers import doc_key, doc_keys_in, parse_doc_no
from hub.catalogue.public.errors import NotPublished, Withdrawn
from hub.catalogue.public.service import Shown
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.validity.rules import STANDING_WORDS, standing

__all__ = ["answer", "fits"]

_ME = "document_status"
_STATUS = re.compile(
    r"有效(?!期)|失效|废止|作废|过期|还能用|还管用|还算数|现行|被代替|被替代|新版|取代|生效|"
    r"\b(?:valid|in force|repealed|expired|superseded|replaced|still apply|still applies)\b"
)
_AROUND = re.compile(
    r"(?:现在|目前|是否|是不是|还|仍然?|已经?|这个|该|这份|文件|了没有?|了吗|"
    r"吗|么|呢|没有|被什么|有没有|什么时候|"
    r"[?？。]|\b(?:is|the|was|still|it|this|document|has|been|does)\b)+"
)
_NUMBER_ONLY = 26  # characters of a message that is little else than a number
_LIMIT = 5
_RELATED = {
    RelationKind.SUPERSEDES: "superseded-by",
    RelationKind.REPEALS: "repealed-by",
    RelationKind.AMENDS: "amended-by",
}


def fits(asked: Asked) -> float:
    numbered = bool(doc_keys_in(asked.plain))
    if _STATUS.search(asked.plain):
        named = numbered or "《" in asked.said or _is_document(asked.plain)
        return 0.95 if named else 0.6 if asked.session.item_id and _mere(asked.plain) else 0.0
    return 0.85 if numbered and len(asked.plain) <= _NUMBER_ONLY else 0.0


def _is_document(plain: str) -> bool:
    return (
        re.search(r"条例|办法|规定|通知|意见|细则|法(?:律)?(?=还|现|废|失|有)|方案|决定", plain)
        is not None
    )


def _mere(plain: str) -> bool:
    """Whether nothing is asked but how the document that was spoken of stands."""
    return not _AROUND.sub("", _STATUS.sub("", plain)).strip()


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    if asked.payload:
        return await _told(asked, desk, asked.payload)
    keys = doc_keys_in(asked.plain)
    if keys:
        return await _by_number(asked, desk, keys)
    if asked.session.item_id and _mere(asked.plain):
        return await _told(asked, desk, asked.session.item_id)
    title = _AROUND.sub(" ", _STATUS.sub(" ", asked.query)).strip()
    found = await desk.retrieval.best(title)
    if found.best is None or found.best.confidence < CERTAIN:
        return None
    return await _told(asked, desk, found.best.item.id)


async def _by_number(asked: Asked, desk: Desk, keys: tuple[str, ...]) -> Reply | None:
    page = await desk.retrieval.page(asked.plain, limit=_LIMIT)
    places = {key: place for place, key in enumerate(keys)}
    same = [item for item in page.items if doc_key(item.doc_no) in places]
    same.sort(key=lambda item: places[doc_key(item.doc_no)])
    if not same:
        named = [(item.id, item.title) for item in page.items]
        number = _as_written(asked.plain)
        told = texts.fill(_ME, asked.language, "unknown", number=number, near=bool(named))
        return Reply(
            paragraphs=(told,),
            grounds=Grounds.NOTHING,
            choices=tuple(choice("ask_policy", i, title, asked.language) for i, title in named),
            confidence=0.0,
            memory=Memory(text=asked.said),
        )
    return await _told(asked, desk, same[0].id)


def _as_written(plain: str) -> str:
    """The number in the form of official documents."""
    found = parse_doc_no(plain)
    return found.text if found else ""


async def _told(asked: Asked, desk: Desk, item_id: str) -> Reply | None:
    try:
        shown = await desk.public.item(item_id)
    except Withdrawn:
        text = texts.fill(_ME, asked.language, "withdrawn")
        return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION)
    except NotPublished:
        return None
    item = shown.item
    stands = standing(item, asked.today)
    word = STANDING_WORDS[stands]
    head = texts.fill(
        _ME, asked.language, "stands", title=item.title, doc_no=item.doc_no,
        word=word.en if asked.english else word.zh, today=asked.today,
        since=item.validity_since if stands not in (Standing.IN_FORCE, Standing.NOT_YET) else None,
        begins=item.valid_from, ends=item.valid_until, formed=item.formed_on,
    )  # fmt: skip
    newer = _newer(shown)
    lines = [
        texts.fill(_ME, asked.language, name, title=one.title, doc_no=one.doc_no)
        for name, one in newer
    ]
    return Reply(
        paragraphs=(head, *lines),
        sources=tuple(source_of(one, desk.site_url) for one in (item, *(one for _, one in newer))),
        choices=tuple(
            choice("ask_policy", one.id, one.title, asked.language)
            for one in (*(one for _, one in newer), item)
        ),
        memory=Memory(text=item.title, item_id=item.id),
    )


def _newer(shown: Shown) -> list[tuple[str, Item]]:
    """What was done to it, and by which public item."""
    return [
        (_RELATED[one.kind], one.item)
        for one in shown.related
        if one.inverse and one.kind in _RELATED
    ]
