"""A first draft of an infographic from a document's text, by rules: a person edits it.

Every item keeps a `ref` to its article and to the characters it was taken from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from graphics.infographic.articles import Article, articles_of
from graphics.infographic.findings import (
    banned,
    contacts,
    definitions,
    effective,
    key_figures,
    measures,
    moments,
    purpose,
    scope,
)
from graphics.infographic.models import (
    Answers,
    Background,
    Contact,
    Figures,
    Footer,
    Hero,
    InfographicSpec,
    Link,
    Measures,
    Moment,
    Section,
    Timeline,
)
from graphics.infographic.reading import read
from hub.kernel.errors import InvalidInput, Words

__all__ = ["Document", "draft", "plain_title"]

_ABOUT = re.compile(r"关于(?:印发|发布|公布|转发|批转|实施)[《〈](?P<name>.+)[》〉]")
_NOTICE = re.compile(r"^.{0,30}?关于(?P<name>.{4,})的(?:通知|通告|公告|批复|函)$")
_ADOPTED = re.compile(r"^(?P<date>\d{4}年\d{1,2}月\d{1,2}日)\s*(?P<text>.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a draft is made from. `history` has lines as `2010年12月23日 …会议修订`."""

    title: str
    body: str
    issuer: str = ""
    doc_no: str = ""
    date: str = ""
    link: str = ""
    history: tuple[str, ...] = ()


def draft(document: Document, *, theme: str = "gov-red") -> InfographicSpec:
    """The draft; raises InvalidInput for a document in which no rule finds anything, and what
    `reading.read` raises, as for a character without a glyph."""
    articles = articles_of(document.body)
    sections = [section for section in _sections(articles, document) if section]
    if not sections:
        raise InvalidInput(
            Words("正文中没有可画的内容", "the text holds nothing to draw"),
            field="body",
            remedy=Words("手工编写图解数据", "write the infographic's data by hand"),
        )
    title = plain_title(document.title)
    spec = InfographicSpec(
        hero=Hero(
            title=title[:80],
            issuer=document.issuer[:40],
            doc_no=document.doc_no[:30],
            date=document.date[:24],
        ),
        sections=tuple(sections),
        footer=Footer(
            link=Link(url=document.link) if document.link else None,
            sources=(f"《{title}》",) if len(title) <= 58 else (),
            maker=document.issuer[:40],
        ),
        theme=theme,
    )
    return read(msgspec.to_builtins(spec))


def plain_title(title: str) -> str:
    """The title without what says only that a document was sent: 关于印发《…》的通知."""
    bare = re.sub(r"\s+", "", title)
    found = _ABOUT.search(bare) or _NOTICE.match(bare)
    return (found["name"] if found else bare).strip("《》")


def _sections(articles: Sequence[Article], document: Document) -> list[Section | None]:
    figures = key_figures(articles)
    actions = measures(articles)
    told = definitions(articles) + banned(articles)
    rows = contacts(articles)
    times = _adopted(document.history) or moments(articles)
    return [
        _background(articles),
        Figures(items=tuple(figures)) if figures else None,
        Measures(items=tuple(actions), heading="主要内容") if actions else None,
        Timeline(items=tuple(times[-8:])) if times else None,
        Answers(items=tuple(told)) if told else None,
        Contact(rows=tuple(rows)) if rows else None,
    ]


def _background(articles: Sequence[Article]) -> Background | None:
    """Purpose and scope in the document's words, and from when it applies."""
    why, where, when = purpose(articles), scope(articles), effective(articles)
    found = [one for one in (why, where) if one]
    if not found:
        return None
    return Background(
        heading="目的与适用范围" if why and where else "制定目的" if why else "适用范围",
        paragraphs=tuple(one.text for one in found),
        note=when.text if when else "",
        ref=found[0].ref,
    )


def _adopted(history: Sequence[str]) -> list[Moment]:
    """The document's adoption and amendments."""
    found = []
    for line in history:
        match = _ADOPTED.match(line.strip())
        if match and len(match["text"]) <= 120:
            found.append(Moment(date=match["date"], text=match["text"]))
    return found
