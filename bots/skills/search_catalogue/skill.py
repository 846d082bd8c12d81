"""A page of what the catalogue has on a subject."""

from __future__ import annotations

import re

from bots import texts
from bots.citing import choice, source_of
from bots.confidence import LIKELY
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk

__all__ = ["answer", "fits"]

_ME = "search_catalogue"
_LISTS = re.compile(
    r"^(?:请|帮我|我想|我要)*(?:查一?下|查找|查询|搜索|搜|查文件|找文件|检索)|"
    r"有哪些|的(?:相关)?(?:文件|政策|通知|公告)[?？]?$|^(?:please )?(?:search|find|look up|list)\b"
)
_LEADING = re.compile(
    r"^(?:请|帮我|我想|我要)*(?:查一?下|查找|查询|搜索|搜一?下|搜|查文件|找文件|"
    r"检索)的?(?:文件)?[:：]?\s*"
)
_ABOUT = re.compile(r"(?:有哪些|有什么|有没有|关于|有关|相关|方面)+")
_TRAILING = re.compile(r"的?(?:政策文件|文件|政策|公告|通知)?[?？。]*$")
_ENGLISH = re.compile(
    r"^(?:please )?(?:search(?: for)?|find(?: me)?|look up|list)\s+|\b(?:documents?|"
    r"policies|policy|files?|about|on)\b"
)
_KEYWORD = 8  # characters of a message that is no question but a word or two
_PAGE = 5
_ASKED = 0.7
_RELEVANT = 0.25  # of the best one's score: less is there for a word that many have
_QUESTION = re.compile(r"[?？]|吗|怎么|如何|什么|多少|谁|几|能|可以|是否|多久")


def fits(asked: Asked) -> float:
    if not asked.said:
        return 0.0
    if _LISTS.search(asked.plain):
        return _ASKED
    if asked.plain.isascii():
        return 0.5 if not asked.english else 0.2
    bare = "".join(asked.plain.split())
    return 0.5 if len(bare) <= _KEYWORD and not _QUESTION.search(bare) else 0.2


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    """The page; nothing where the search finds nothing, for the next skill to say so."""
    offset = 0
    words = _subject(asked)
    if asked.payload:
        number, _, words = asked.payload.partition("/")
        offset = int(number) if number.isdecimal() else 0
        words = words or asked.session.text
    elif fits(asked) < _ASKED:  # a word or two: listed where something is about them
        best = (await desk.retrieval.best(words)).best
        if best is None or best.confidence < LIKELY:
            return None
    page = await desk.retrieval.page(words, offset=min(offset, 1_000), limit=_PAGE)
    least = _RELEVANT * max(page.scores, default=0.0)
    pairs = zip(page.items, page.scores, strict=True)
    found = [item for item, score in pairs if score >= least]
    more = page.more and len(found) == len(page.items)
    if not found:
        return _nothing(asked) if asked.payload or fits(asked) >= _ASKED else None
    told = texts.fill(
        _ME, asked.language, "found",
        words=texts.in_script(words, asked.language), relaxed=page.understood.relaxed,
        more=more, first=offset == 0,
    )  # fmt: skip
    following = f"{_ME}/{page.following}" if more else ""
    return Reply(
        paragraphs=(told,),
        sources=tuple(source_of(item, desk.site_url, "") for item in found),
        choices=tuple(choice("ask_policy", one.id, one.title, asked.language) for one in found),
        confidence=0.6,
        memory=Memory(text=words, more=following),
    )


def _nothing(asked: Asked) -> Reply:
    hand = texts.fill(_ME, asked.language, "person")
    return Reply(
        paragraphs=(texts.fill(_ME, asked.language, "nothing"),),
        grounds=Grounds.NOTHING,
        choices=(choice("hand_over", "asked", hand, asked.language),),
        confidence=0.0,
        memory=Memory(text=asked.said),
    )


def _subject(asked: Asked) -> str:
    """What is looked for, without the words that say that something is."""
    if asked.english:
        return asked.query if not asked.query.isascii() else _ENGLISH.sub(" ", asked.plain).strip()
    bare = _LEADING.sub("", asked.query)
    bare = _ABOUT.sub(" ", _TRAILING.sub("", bare))
    return " ".join(bare.split()) or asked.query
