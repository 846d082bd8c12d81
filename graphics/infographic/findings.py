"""What a document says that belongs on an infographic, found by rules, each with its place.

Nothing is rephrased: a label is a clause of the document, a text one of its sentences. What cannot
be had that way is left out, for a person to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphics.infographic.articles import Article, Span, clauses, sentences
from graphics.infographic.models import (
    Answer,
    ContactRow,
    KeyFigure,
    Measure,
    Moment,
    Reference,
)
from graphics.infographic.quantities import Quantity, QuantityKind, quantities

__all__ = [
    "Found",
    "banned",
    "contacts",
    "definitions",
    "effective",
    "key_figures",
    "measures",
    "moments",
    "purpose",
    "scope",
]

_OWN = r"本(?:条例|法|办法|规定|细则|决定|意见|通知|方案|规则|措施|实施细则|实施办法|若干规定)"
_PURPOSE = re.compile(rf"^(?:为了?|根据|依据).*(?:制定|提出|现就).*(?:{_OWN}|如下|通知|意见|措施)")
_SCOPE = re.compile(rf"适用{_OWN}|{_OWN}适用于")
_EFFECTIVE = re.compile(
    r"自(?P<date>\d{4}年\d{1,2}月\d{1,2}日|发布之日|公布之日|印发之日)起(?:施行|实施|生效)"
)
_DEFINED = re.compile(
    rf"^(?:{_OWN}所称的?|本法所称)(?P<term>[^，。（]{{2,20}})(?:（[^）]*）)?[，,]?是指"
)
_DATE = re.compile(
    r"(?:每年)?(?:\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日)(?:前|底前|起|之前)?"
)
_YEARLY = re.compile(
    r"每年(?:[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?(?:底)?(?:之?前|以前)?|[一二三四]季度)"
)
_PHONE = re.compile(
    r"(?P<label>[\u4e00-\u9fff]{0,12}(?:电话|热线|传真))[：:为是]?\s*"
    r"(?P<number>(?:0\d{2,3}[-—－ ]?)?\d{7,8}|1\d{10}|12\d{3}|9\d{4,5}|400[-—－]?\d{3}[-—－]?\d{4})"
)
_DUTY = re.compile(r"应当|鼓励|支持|有权|可以|不得|建立|实行|推进|加强")
_REFERENCE = re.compile(r"第[一二三四五六七八九十百零]+[条款项]|前[一二两三]?[款项条]")
_ELSEWHERE = re.compile(_REFERENCE.pattern + r"|(?:下列|以下)\S{0,6}(?:之一|行为|情形)|规定的$")
_BANNED = re.compile(r"(?:禁止|不得有)[^。]{0,24}下列[^。]{0,10}行为")
_GENERAL = re.compile(r"总则|附则|法律责任|罚则|责任追究|组织领导|保障措施|工作要求")
_ITEM = re.compile(r"^[（(][一二三四五六七八九十]+[）)]")
_LABEL = (8, 32)
_PAIRS = (("（", "）"), ("《", "》"), ("“", "”"), ("(", ")"))
# A clause that begins so says nothing without the one before it.
_DEPENDENT = (
    "并", "但", "或者", "其中", "且", "的", "逾期", "情节", "有下列", "有前", "违反", "构成", "属",
    "对其", "货值", "处", "可以处", "也", "仍", "未", "不", "无法", "没有", "由", "于", "至", "向",
    "由其", "同时", "对", "每", "从", "在", "逾", "超过", "期限",
)  # fmt: skip
_TEXT = 240
_UNIT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A text and where it stands."""

    text: str
    ref: Reference


def purpose(articles: Sequence[Article]) -> Found | None:
    """Why the document was made: the sentence of its first articles that says so."""
    for article, sentence in _sentences(articles[:3]):
        if _PURPOSE.match(sentence.text) and len(sentence.text) <= 400:
            return Found(text=sentence.text, ref=article.ref(sentence))
    return None


def scope(articles: Sequence[Article]) -> Found | None:
    """Whom and what it applies to."""
    for article, sentence in _sentences(articles[:8]):
        if _SCOPE.search(sentence.text) and 12 <= len(sentence.text) <= 300:
            return Found(text=sentence.text, ref=article.ref(sentence))
    return None


def effective(articles: Sequence[Article]) -> Found | None:
    """From when it applies: `自2024年1月1日起施行`."""
    for article, sentence in _sentences(articles[-4:]):
        match = _EFFECTIVE.search(sentence.text)
        if match:
            return Found(text=match[0], ref=article.ref(sentence.part(match.start(), match.end())))
    return None


def definitions(articles: Sequence[Article], most: int = 3) -> list[Answer]:
    """What the document's own words mean, as questions and answers."""
    found = []
    for article, sentence in _sentences(articles):
        match = _DEFINED.match(sentence.text)
        if match and len(sentence.text) <= 300:
            question = f"什么是{match['term'].strip('“”')}？"
            ref = article.ref(sentence)
            found.append(Answer(question=question, answer=sentence.text, ref=ref))
    return found[:most]


def banned(articles: Sequence[Article], most: int = 2) -> list[Answer]:
    """What the lists of forbidden conduct say, as questions and answers."""
    found = []
    for article in articles:
        head, *rest = article.paragraphs
        points = [span for span in rest if _ITEM.match(span.text)]
        if not _BANNED.search(head.text) or len(points) < 2:
            continue
        listed = "".join(span.text for span in points)
        ref = Reference(article=article.number, start=head.start, end=points[-1].end)
        question = f"{article.number}禁止哪些行为？"
        if len(listed) <= 400:
            found.append(Answer(question=question, answer=listed, ref=ref))
    return found[:most]


def key_figures(articles: Sequence[Article], most: int = 6) -> list[KeyFigure]:
    """Quantities whose clause says what they are; shares and periods before fines."""
    found: list[tuple[int, int, KeyFigure]] = []
    for article, sentence in _sentences(articles):
        for clause in clauses(sentence):
            for one in quantities(clause.text):
                label = _label(sentence, clause, one)
                if label is None or len(one.unit) > _UNIT:
                    continue
                figure = KeyFigure(
                    value=one.value,
                    unit=one.unit,
                    label=label.text,
                    note=article.number,
                    icon=_ICONS[one.kind],
                    ref=article.ref(_both(clause, label)),
                )
                found.append((_worth(article, one, label), clause.start, figure))
    best = _varied(sorted(found, key=lambda row: (-row[0], row[1])), most)
    return [figure for _, figure in sorted(best, key=lambda pair: pair[0])]


_ICONS = {
    QuantityKind.SHARE: "percent",
    QuantityKind.MONEY: "yuan",
    QuantityKind.PERIOD: "clock",
    QuantityKind.COUNT: "chart-column",
}


def _label(sentence: Span, clause: Span, one: Quantity) -> Span | None:
    """What the quantity is about: its clause, with the next where it says only by when; for a fine
    the conduct that is fined, which is the clause before that ends in 的."""
    if one.kind is QuantityKind.MONEY and "罚款" in clause.text:
        before = [c for c in clauses(sentence) if c.end <= clause.start and c.text.endswith("的")]
        return _usable(before[-1]) if before else None
    if one.end < len(clause.text):
        return _usable(clause)
    after = next((c for c in clauses(sentence) if c.start > clause.end), None)
    first = clause.start - sentence.start
    return _usable(sentence.part(first, after.end - sentence.start)) if after else None


def _usable(span: Span) -> Span | None:
    """`span` without its point number, if it can stand by itself and has the length of a label."""
    number = _ITEM.match(span.text)
    label = span.part(number.end() if number else 0, len(span.text))
    low, high = _LABEL
    if not low <= len(label.text) <= high or _ELSEWHERE.search(label.text):
        return None
    if label.text.startswith(_DEPENDENT) or any(
        label.text.count(opening) != label.text.count(closing) for opening, closing in _PAIRS
    ):
        return None
    return label


def _both(clause: Span, label: Span) -> Span:
    """The place that holds the quantity and its label."""
    first = min(clause, label, key=lambda span: span.start)
    last = max(clause, label, key=lambda span: span.end)
    return Span("…" * (last.end - first.start), first.start)


def _worth(article: Article, one: Quantity, label: Span) -> int:
    score = {
        QuantityKind.SHARE: 6,
        QuantityKind.PERIOD: 5,
        QuantityKind.COUNT: 4,
        QuantityKind.MONEY: 4,
    }[one.kind]
    if _DUTY.search(label.text):
        score += 2
    if _GENERAL.search(article.chapter):
        score -= 2
    return score


def _varied(found: Sequence[tuple[int, int, KeyFigure]], most: int) -> list[tuple[int, KeyFigure]]:
    """The best, at most half of one icon's kind and none with an earlier one's label or number."""
    taken: list[tuple[int, KeyFigure]] = []
    for score, start, figure in found:
        same = [one for _, one in taken if one.icon == figure.icon]
        known = {(one.value, one.unit) for one in same} | {(one.label,) for _, one in taken}
        new = known.isdisjoint({(figure.value, figure.unit), (figure.label,)})
        if score > 0 and new and len(same) < max(2, most // 2):
            taken.append((start, figure))
    return taken[:most]


def measures(articles: Sequence[Article], most: int = 8) -> list[Measure]:
    """What the document does: a telling sentence of each chapter, or its points （一）…"""
    points = [measure for article in articles if (measure := _point(article))]
    if len(points) >= 3:
        return points[:most]
    by_chapter: dict[str, list[Article]] = {}
    for article in articles:
        if article.chapter and not _GENERAL.search(article.chapter) and article.number:
            by_chapter.setdefault(article.chapter, []).append(article)
    found = [_telling(chapter, some) for chapter, some in by_chapter.items()]
    return [measure for measure in found if measure][:most]


def _point(article: Article) -> Measure | None:
    """A policy's point whose first sentence is its title: （一）扩大就业容量。…"""
    if not article.number.startswith("（") and not article.number[:1].isdigit():
        return None
    first, *rest = sentences(article.paragraphs[0])
    title = first.text.rstrip("。")
    if not rest or not 4 <= len(title) <= 24:
        return None
    text = rest[0]
    if len(text.text) > _TEXT:
        return None
    return Measure(title=title, text=text.text, ref=article.ref(text))


def _telling(chapter: str, articles: Sequence[Article]) -> Measure | None:
    """The first sentence of a chapter that says what shall or may be done, by itself."""
    if not 2 <= len(chapter) <= 24:
        return None
    for article in articles:
        sentence = next(sentences(article.paragraphs[0]), None)
        if (
            sentence
            and 20 <= len(sentence.text) <= 140
            and sentence.text.endswith("。")
            and _DUTY.search(sentence.text)
            and not _REFERENCE.search(sentence.text)
        ):
            return Measure(
                title=chapter, tag=article.number[:8], text=sentence.text, ref=article.ref(sentence)
            )
    return None


def moments(articles: Sequence[Article], most: int = 6) -> list[Moment]:
    """Days of the calendar and of each year, with the clause that says what is due."""
    found = []
    for article, sentence in _sentences(articles):
        for clause in clauses(sentence):
            match = _YEARLY.search(clause.text) or _DATE.search(clause.text)
            long_enough = match and len(clause.text) - len(match[0]) >= 6
            if match and long_enough and len(clause.text) <= 100 and "废止" not in clause.text:
                found.append(Moment(date=match[0], text=clause.text, ref=article.ref(clause)))
    return found[:most]


def contacts(articles: Sequence[Article], most: int = 4) -> list[ContactRow]:
    """Telephone numbers of offices with the words before them."""
    found: dict[str, ContactRow] = {}
    for article, sentence in _sentences(articles):
        for match in _PHONE.finditer(sentence.text):
            span = sentence.part(match.start(), match.end())
            row = ContactRow(label=match["label"], value=match["number"], ref=article.ref(span))
            found.setdefault(match["number"], row)
    return list(found.values())[:most]


def _sentences(articles: Sequence[Article]) -> Iterator[tuple[Article, Span]]:
    return (
        (article, sentence)
        for article in articles
        for paragraph in article.paragraphs
        for sentence in sentences(paragraph)
    )
