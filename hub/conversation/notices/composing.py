"""What a notice says: titles, numbers, dates and addresses of what is published. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from hub.catalogue.models import Item
from hub.conversation.models import Answer, Citation
from hub.conversation.satisfaction.models import Question
from hub.conversation.satisfaction.rules import choices_of
from hub.kernel.clock import CHINA
from hub.kernel.errors import Words

__all__ = ["MOST_SHOWN", "best_first", "joined", "news", "quoted", "result", "size_of"]

MOST_SHOWN = 5
_QUOTED = 200  # characters
_STOP = Words("回复“TD”停止推送。", "Reply “stop” to end this.")
_ENDS = "。！？；"


def best_first(items: Sequence[Item], corrected: frozenset[str]) -> list[Item]:
    """Corrections first, for somebody may have acted on the old text; then rules that bind, then
    the newest."""
    ordered = sorted(items, key=lambda item: item.published_at or item.entered_at, reverse=True)
    return sorted(ordered, key=lambda item: (item.id not in corrected, not item.normative))


def news(items: Sequence[Item], corrected: frozenset[str], *, site_url: str, daily: bool) -> Answer:
    """What was published for one person: the best five with their links, the others counted."""
    ordered = best_first(items, corrected)
    shown, rest = ordered[:MOST_SHOWN], len(ordered) - MOST_SHOWN
    said = [_heading(len(items), daily)]
    if corrected:
        titles = "、".join(_titled(item) for item in ordered if item.id in corrected)
        said.append(f"已更正，以现文本为准：{titles} / corrected since it was published")
    if rest > 0:
        said.append(f"另有 {rest} 条，见 {site_url} / {rest} more there")
    return Answer(
        paragraphs=(*said, f"{_STOP.zh} {_STOP.en}"),
        cites=tuple(_cited(item, site_url) for item in shown),
    )


def result(item: Item, question: Question | None, *, site_url: str) -> Answer:
    """The answer to what a person spoke of, quoted, and the question what they think of it."""
    said = ["您反映的事项已有答复。 / What you told us has been answered."]
    if question is not None:
        said.append("您对答复满意吗？请回复数字。 / Are you satisfied? Send a number.")
    cite = replace(_cited(item, site_url), passage=quoted(item.body))
    choices = choices_of(question) if question else ()
    return Answer(paragraphs=tuple(said), cites=(cite,), choices=choices)


def joined(answer: Answer, notice: Answer) -> Answer:
    """An answer with a notice behind it; its own choices stay alone."""
    return replace(
        answer,
        paragraphs=(*answer.paragraphs, *notice.paragraphs),
        cites=(*answer.cites, *notice.cites),
        choices=answer.choices or notice.choices,
    )


def size_of(answer: Answer) -> int:
    """About how many bytes an answer takes as one text."""
    cites = [f"{c.title}{c.index_no}{c.passage}{c.url}" for c in answer.cites]
    texts = [*answer.paragraphs, *cites, *(f"1. {c.label}" for c in answer.choices)]
    signs = 2 * len(texts) + 40 * len(cites)  # empty lines, brackets, the date
    return sum(len(text.encode()) for text in texts) + signs


def quoted(body: str) -> str:
    """The beginning of a text as it stands, to the end of a sentence where one is near."""
    plain = [part for part in body.split("\n\n") if part and not part.startswith("## ")]
    text = (plain[0] if plain else "").strip()
    if len(text) <= _QUOTED:
        return text
    cut = max(text.rfind(end, 0, _QUOTED) for end in _ENDS)
    return text[: cut + 1] if cut >= _QUOTED // 3 else text[:_QUOTED]


def _heading(count: int, daily: bool) -> str:
    if daily:
        return f"您订阅的每日汇总，{count} 条 / your daily digest, {count}"
    number = f" {count} 条" if count > 1 else ""
    return f"您订阅的新信息{number} / new in what you follow"


def _titled(item: Item) -> str:
    return item.title if item.title.startswith("《") else f"《{item.title}》"


def _cited(item: Item, site_url: str) -> Citation:
    return Citation(
        title=item.title,
        index_no=item.index_no,
        published_on=_day(item.published_at),
        url=f"{site_url.rstrip('/')}/i/{item.id}.html",
    )


def _day(at: datetime | None) -> date | None:
    return at.astimezone(CHINA).date() if at else None
