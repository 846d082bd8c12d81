"""The passage that answers a question about policy, with where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots import texts
from bots.citing import choice, source_of
from bots.confidence import CERTAIN, LIKELY
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from bots.reading import untranslated
from bots.retrieval import Candidate
from hub.catalogue.models import Item
from hub.catalogue.public.errors import NotPublished, Withdrawn
from hub.catalogue.public.models import Related
from hub.catalogue.public.service import Shown
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.search.models import Shown as Found
from hub.catalogue.validity.rules import STANDING_WORDS, in_effect, standing
from hub.conversation.models import Choice

__all__ = ["answer", "fits"]

_ME = "ask_policy"
_QUESTION = re.compile(
    r"[?？]|吗|怎么|如何|什么|多少|哪些|哪个|谁|几|能不能|可不可以|是否|要不要|"
    r"多久|多长|规定|条件|标准|"
    r"\b(?:what|how|who|when|which|can|may|does|do|is|are)\b"
)
_FITS, _FITS_QUESTION = 0.3, 0.45
_OTHERS = 3  # other items offered beside the answer
_CLOSE = 0.08  # another item that is nearly as sure is worth offering
_SUMMARY = 160  # characters of an item that is shown by itself
_GENERATIONS = 8  # of documents of which each took the place of the one before
_NEWER = (RelationKind.SUPERSEDES, RelationKind.REPEALS)


def fits(asked: Asked) -> float:
    if not asked.said:
        return 0.0
    return _FITS_QUESTION if _QUESTION.search(asked.plain) else _FITS


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    if asked.payload:
        return await _item(asked, desk, asked.payload)
    unsaid = untranslated(asked.said) if asked.english else 0
    found = await desk.retrieval.best(asked.query, asked=asked.plain, unsaid=unsaid)
    candidates, elsewhere = found.candidates, False
    relaxed = found.understood.relaxed  # the search found nothing there and looked everywhere
    if asked.places and (relaxed or not any(one.confidence >= CERTAIN for one in candidates)):
        near = () if relaxed else candidates
        candidates, elsewhere = await _beyond(asked, desk, near, unsaid)
    sure = [one for one in candidates if one.confidence >= CERTAIN and not elsewhere]
    ended: Item | None = None
    for best in sure:
        # as the search has just read it; what leaves is compared with the database once more
        if in_effect(best.item, asked.today):
            return await _quoted(asked, desk, best.item, best, candidates)
        try:
            shown = await desk.public.item(best.item.id)
        except (NotPublished, Withdrawn):
            continue
        if newer := await _successor(desk, shown, asked):
            within = await desk.retrieval.within(newer, asked.query)
            return await _quoted(asked, desk, newer, within, candidates, shown.item)
        ended = ended or shown.item
    return _ended(asked, desk, ended) if ended else _unsure(asked, candidates, elsewhere)


async def _beyond(
    asked: Asked, desk: Desk, near: tuple[Candidate, ...], unsaid: int
) -> tuple[tuple[Candidate, ...], bool]:
    """What those say whose word counts in the place that was named; else what comes nearest, and
    whether that is of other places."""
    query = asked.query
    for place in asked.places:
        query = query.replace(place.name, " ")
    if query.isascii():
        return near, False
    wider = await desk.retrieval.best(query, asked=asked.plain, unsaid=unsaid)
    ruling = desk.places.ruling(asked.places)
    counts = tuple(one for one in wider.candidates if one.item.body_id in ruling)
    if counts and counts[0].confidence >= CERTAIN:
        return counts, False
    if near and near[0].confidence >= LIKELY:
        return near, False
    return wider.candidates, bool(wider.best and wider.best.confidence >= LIKELY)


async def _quoted(
    asked: Asked,
    desk: Desk,
    item: Item | Found,
    best: Candidate,
    candidates: Sequence[Candidate],
    old: Item | None = None,
) -> Reply:
    """The passage of an item in force; `old` is what it took the place of."""
    where = texts.fill(
        _ME, asked.language, "where", title=item.title, article=best.article,
        old=old.title if old else "",
    )  # fmt: skip
    paragraphs = [where, texts.in_script(best.quote, asked.language)]
    composed = () if asked.english else await desk.composer.compose(asked.said, [best.quote])
    if composed:
        paragraphs.insert(0, texts.in_script("".join(composed), asked.language))
    close = [one for one in candidates if one.confidence >= best.confidence - _CLOSE]
    if not asked.places and any(one.item.body_id != item.body_id for one in close):
        body = desk.places.body(item.body_id)
        name = body.name if body else item.issuer
        paragraphs.append(texts.fill(_ME, asked.language, "elsewhere", body=name))
    sources = [source_of(item, desk.site_url, best.quote)]
    return Reply(
        paragraphs=tuple(paragraphs),
        sources=(*sources, *([source_of(old, desk.site_url)] if old else [])),
        choices=_offered(asked, close, but=item.id),
        confidence=best.confidence,
        memory=Memory(text=asked.said, item_id=item.id),
    )


def _ended(asked: Asked, desk: Desk, item: Item) -> Reply:
    """What would answer is no longer in force, and nothing took its place: it is not quoted."""
    stands = STANDING_WORDS[standing(item, asked.today)]
    word = stands.en if asked.english else stands.zh
    told = texts.fill(_ME, asked.language, "ended", title=item.title, word=word)
    return Reply(
        paragraphs=(told,),
        sources=(source_of(item, desk.site_url),),
        choices=(choice("hand_over", "asked", _label(asked, "person"), asked.language),),
        confidence=CERTAIN,
        memory=Memory(text=asked.said, item_id=item.id),
    )


async def _successor(desk: Desk, shown: Shown, asked: Asked) -> Item | None:
    """The public item in force that took the place of one that is not, however many lie between."""
    seen = {shown.item.id}
    for _ in range(_GENERATIONS):
        newer = [one.item for one in shown.related if _took_over(one) and one.item.id not in seen]
        if not newer:
            return None
        in_force = [item for item in newer if in_effect(item, asked.today)]
        if in_force:
            return in_force[-1]
        seen.add(newer[-1].id)
        shown = await desk.public.item(newer[-1].id)
    return None


def _took_over(one: Related) -> bool:
    return one.inverse and one.kind in _NEWER


def _unsure(asked: Asked, candidates: Sequence[Candidate], elsewhere: bool = False) -> Reply | None:
    """Nothing fits well enough: that is said, with what comes nearest and a person."""
    likely = [one for one in candidates if one.confidence >= LIKELY]
    offered = _offered(asked, likely or candidates[:_OTHERS])
    name = "likely" if likely else "nearest" if offered else "nothing-near"
    name = "other-places" if elsewhere else name
    hand = choice("hand_over", "asked", _label(asked, "person"), asked.language)
    keep = choice("give_opinion", "keep", _label(asked, "keep"), asked.language)
    return Reply(
        paragraphs=(texts.fill(_ME, asked.language, name),),
        grounds=Grounds.NOTHING,
        choices=(*offered, keep, hand),
        handover=False,
        confidence=candidates[0].confidence if candidates else 0.0,
        memory=Memory(text=asked.said),
    )


async def _item(asked: Asked, desk: Desk, item_id: str) -> Reply:
    """One item by itself, or what of it answers the question before."""
    try:
        shown = await desk.public.item(item_id)
    except (NotPublished, Withdrawn) as error:
        name = "withdrawn" if isinstance(error, Withdrawn) else "unknown"
        text = texts.fill(_ME, asked.language, name)
        return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION, confidence=0.0)
    item = shown.item
    query = asked.session.text
    best = await desk.retrieval.within(item, query) if query else None
    quote = best.quote if best and best.confidence >= LIKELY else _beginning(item)
    stands = STANDING_WORDS[standing(item, asked.today)]
    about = texts.fill(
        _ME, asked.language, "item", title=item.title, doc_no=item.doc_no, issuer=item.issuer,
        stands=stands.en if asked.english else stands.zh,
    )  # fmt: skip
    old = not in_effect(item, asked.today)
    newer = await _successor(desk, shown, asked) if old else None
    sources = [source_of(item, desk.site_url, quote)]
    paragraphs = [about, texts.in_script(quote, asked.language)]
    if newer:
        sources.append(source_of(newer, desk.site_url))
        paragraphs.append(texts.fill(_ME, asked.language, "replaced", title=newer.title))
    return Reply(
        paragraphs=tuple(paragraphs),
        sources=tuple(sources),
        choices=_asides(asked, shown),
        memory=Memory(item_id=item.id),
    )


def _asides(asked: Asked, shown: Shown) -> tuple[Choice, ...]:
    """What else there is of an item: its infographic, its interpretations."""
    explained = [
        one.item for one in shown.related if one.inverse and one.kind is RelationKind.INTERPRETS
    ]
    pictured = any(one.pictures for one in (shown.item, *explained))
    found = [choice(_ME, one.id, one.title, asked.language) for one in explained[:_OTHERS]]
    if pictured:
        label = _label(asked, "infographic")
        found.insert(0, choice("show_infographic", shown.item.id, label, asked.language))
    return tuple(found)


def _beginning(item: Item) -> str:
    """The summary, else the first paragraph that is no heading, cut at a full stop."""
    lines = (line.strip() for line in (item.summary or item.body).split("\n"))
    text = next((line for line in lines if line and not line.startswith("#")), "")
    cut = text[:_SUMMARY]
    return cut[: cut.rfind("。") + 1] or cut if len(text) > _SUMMARY else text


def _offered(asked: Asked, candidates: Sequence[Candidate], but: str = "") -> tuple[Choice, ...]:
    titles = {one.item.title: one.item.id for one in reversed(candidates) if one.item.id != but}
    pairs = list(reversed(titles.items()))[:_OTHERS]
    return tuple(choice(_ME, item_id, title, asked.language) for title, item_id in pairs)


def _label(asked: Asked, name: str) -> str:
    return texts.fill(_ME, asked.language, name)
