"""The steps of an application, from the disclosure guide and the Regulation it rests on.

Regulation on Government Information Disclosure (State Council order 711): art. 27-29 who applies
and how, art. 30 correction within 7 working days, art. 33 reply within 20 working days and 20 more
at most, art. 42 fees, art. 51 remedies.
"""

from __future__ import annotations

import re

from bots import texts
from bots.citing import choice, page_source, source_of
from bots.contract import Asked, Memory, Reply, Source
from bots.desk import Desk
from hub.catalogue.numbering.doc_numbers import doc_key
from hub.catalogue.search.models import Shown
from hub.catalogue.validity.rules import in_effect

__all__ = ["answer", "fits"]

_ME = "request_disclosure"
_WORDS = re.compile(
    r"依申请公开|申请(?:政府|政务)?信息(?:公开)?|(?:申请|要求).{0,12}公开|信息公开申请|公开申请|"
    r"(?:apply|application|request).{0,24}(?:information|disclosure)|freedom of information"
)
_REGULATION, _ORDER = "政府信息公开条例", "国令||711"
_ARTICLE = re.compile(r"第(?:二十九|三十三)条[^\n]*")
_STEPS = ("who", "how", "clock", "fee", "remedy")


def fits(asked: Asked) -> float:
    return 0.9 if _WORDS.search(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    office = desk.office
    steps = [texts.fill(_ME, asked.language, name) for name in _STEPS]
    where = texts.fill(_ME, asked.language, "where", office=office)
    guide = page_source(texts.fill(_ME, asked.language, "guide"), desk.site_url, "/guide")
    law = await _regulation(asked, desk)
    hand = choice("hand_over", "asked", texts.fill(_ME, asked.language, "person"), asked.language)
    return Reply(
        paragraphs=(texts.fill(_ME, asked.language, "head"), *steps, *([where] if where else [])),
        sources=(guide, *law),
        choices=(hand,),
        memory=Memory(text=asked.said),
    )


async def _regulation(asked: Asked, desk: Desk) -> tuple[Source, ...]:
    """The Regulation, where it is published here and in force, with the articles that count."""
    page = await desk.retrieval.page(_REGULATION, limit=5)
    found = [one for one in page.items if _is_it(one) and in_effect(one, asked.today)]
    if not found:
        return ()
    quote = _ARTICLE.search(found[0].body)
    return (source_of(found[0], desk.site_url, quote[0] if quote else ""),)


def _is_it(item: Shown) -> bool:
    named = item.title.strip("《》").removeprefix("中华人民共和国") == _REGULATION
    return named or doc_key(item.doc_no) == _ORDER
