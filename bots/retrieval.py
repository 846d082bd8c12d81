"""From a question to the passages that may answer it, each with how sure that is.

Items come from the search, as the database shows them to the public now; the passage within an
item is found here. Words count by how few items have them, so a question about what nobody has
published comes out low however many common words it shares with something.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

from rapidfuzz.fuzz import ratio

from bots.aspects import Aspect, aspect_of
from bots.confidence import bigrams, confidence, weights_of
from bots.passages import Passages, article_of, quoted, split, weigh
from bots.reading import fillers
from hub.catalogue.models import Item, Validity
from hub.catalogue.search.models import Question, Shown, Understood
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.pinyin import spellings
from hub.catalogue.search.segment import segmenter
from hub.catalogue.search.service import Listed, Search

__all__ = ["Candidate", "Likeness", "Retrieval", "Retrieved"]

_LOOKED_AT = 6  # items whose passages are compared
_KEPT = 512  # texts whose passages are remembered
_TITLE = 0.9  # a word that only the title says
_ABOUT = 0.04  # an item about the matter comes before one that mentions it
_UNSAID = 3.0  # weight of a word that could not be translated
_HEARD = 3.0  # weight of a word that was typed by its sound
_ALIKE = 88.0  # of 100: spellings that are one letter apart
_ENDED = 0.1  # an item that is no longer in force comes after one that says the same
_APPLIES = frozenset({Validity.IN_FORCE, Validity.AMENDED})


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An item, the piece of its text that fits best, and how sure it is that this answers.
    `about` is how much of the question its title says, `words` is what is looked for in it."""

    item: Shown
    confidence: float = 0.0
    about: float = 0.0
    start: int = 0
    end: int = 0
    words: tuple[str, ...] = ()

    @cached_property
    def quote(self) -> str:
        """Made when it is needed: of six candidates one is quoted."""
        return quoted(self.item.body, self.start, self.end, self.words)

    @cached_property
    def article(self) -> str:
        return article_of(self.item.body, self.start) if self.end else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The surest first; `understood` is what the search made of the question."""

    candidates: tuple[Candidate, ...]
    understood: Understood

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True)
class _Heard:
    """What was understood, the question as it was typed, and how many words of it were lost."""

    understood: Understood
    asked: str
    unsaid: int = 0

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Of the question's characters, once for all passages that it is held against."""
        return bigrams(_filler_pattern().sub(" ", self.understood.text))

    @cached_property
    def aspect(self) -> Aspect | None:
        return aspect_of(self.asked)


class Likeness(Protocol):
    """Embeddings, where an installation has them: how like a question the passages are."""

    async def likeness(self, question: str, passages: Sequence[str]) -> Sequence[float] | None:
        """From -1 to 1 for each passage; None where nothing answers in time."""
        ...


class Retrieval:
    """`likeness` only changes the order of passages that were found; never how sure they are."""

    def __init__(self, search: Search, likeness: Likeness | None = None) -> None:
        self._search = search
        self._likeness = likeness
        self._passages: OrderedDict[tuple[str, int], Passages] = OrderedDict()

    async def page(self, query: str, *, offset: int = 0, limit: int = 5) -> Listed:
        """Items as the search finds them; raises NoIndex."""
        return await self._search.items(Question(text=query, offset=offset, limit=limit))

    async def best(self, query: str, *, asked: str = "", unsaid: int = 0) -> Retrieved:
        """The passages that may answer the question, of up to six items; raises NoIndex.

        `asked` is the question as it was typed, where `query` is a translation; `unsaid` counts
        the words of it that nothing stands for in `query`.
        """
        page = await self._search.items(Question(text=query, limit=_LOOKED_AT))
        understood, words = page.understood, _words_of(page.understood)
        heard = _Heard(understood, asked or understood.text, unsaid)
        found = [self._candidate(item, heard, words, page.shares) for item in page.items]
        ordered = sorted(found, key=_rank, reverse=True)
        if self._likeness and len(ordered) > 1:
            ordered = await self._reordered(self._likeness, query, ordered)
        return Retrieved(candidates=tuple(ordered), understood=understood)

    async def within(self, item: Item, query: str) -> Candidate:
        """The piece of one item, as the public sees it, that fits a question best."""
        words = [word for word in segmenter().words(normalised(query)) if word not in fillers()]
        understood = Understood(text=normalised(query), words=tuple(words))
        shares = await self._search.shares(words)
        heard = _Heard(understood, understood.text)
        return self._candidate(_as_shown(item), heard, words, shares)

    def _candidate(
        self, item: Shown, heard: _Heard, words: Sequence[str], shares: Mapping[str, float]
    ) -> Candidate:
        understood, title = heard.understood, normalised(item.title)
        weights = weights_of(words, shares) | _heard(understood.spelled, title)
        meant = {said: to for said, to in understood.synonyms.items() if said in weights}
        passages = self._split(item)
        given = frozenset(word for word in weights if word in title)
        instead = {official: weights[said] for said, to in meant.items() for official in to}
        best = weigh(passages, {**instead, **weights}, given, heard.aspect)
        if best is None:
            return Candidate(item=item)
        text = passages.flat[best.start : best.end]
        covered = {word for word in weights if word in best.words} | {
            said for said, to in meant.items() if any(o in text or o in title for o in to)
        }
        total = sum(weights.values()) + _UNSAID * heard.unsaid
        if not any(len(word) > 1 for word in covered):
            covered = set()  # single characters are in every text
        said = sum(weights[word] * (1.0 if word in text else _TITLE) for word in covered)
        return Candidate(
            item=item,
            confidence=confidence(said, total, heard.pairs, text, title),
            about=sum(weights[word] for word in given) / total if total else 0.0,
            start=best.start,
            end=best.end,
            words=(*best.words, *instead),
        )

    def _split(self, item: Shown) -> Passages:
        key = (item.id, item.version)
        known = self._passages.get(key)
        if known is None:
            known = self._passages[key] = split(item.body)
            if len(self._passages) > _KEPT:
                self._passages.popitem(last=False)
        return known

    async def _reordered(
        self, likeness: Likeness, query: str, found: Sequence[Candidate]
    ) -> list[Candidate]:
        alike = await likeness.likeness(query, [one.quote for one in found])
        if alike is None or len(alike) != len(found):
            return list(found)
        pairs = sorted(
            zip(found, alike, strict=True), key=lambda p: _rank(p[0]) + p[1], reverse=True
        )
        return [one for one, _ in pairs]


@cache
def _filler_pattern() -> re.Pattern[str]:
    longest = sorted(fillers(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest)))


def _heard(spelled: Sequence[str], title: str) -> dict[str, float]:
    """Spellings as the words of the title that sound so; one that none does stays unsaid."""
    if not spelled:
        return {}
    sounds = {sound: word for word in segmenter().words(title) for sound in spellings([word])}
    heard = {}
    for one in spelled:
        best = max(sounds, key=lambda sound: ratio(sound, one), default="")
        alike = bool(best) and ratio(best, one) >= _ALIKE
        heard[sounds[best] if alike else one] = _HEARD
    return heard


def _rank(one: Candidate) -> float:
    return one.confidence + _ABOUT * one.about - (0.0 if one.item.validity in _APPLIES else _ENDED)


def _words_of(understood: Understood) -> list[str]:
    """Everything the question says; a place that the items were narrowed to is met already."""
    words = dict.fromkeys((*understood.words, *understood.dropped))
    unsaid = fillers().union(understood.spelled)
    return [word for word in words if word not in unsaid]


def _as_shown(item: Item) -> Shown:
    return Shown(
        id=item.id,
        version=item.version,
        title=item.title,
        body=item.body,
        issuer=item.issuer,
        body_id=item.body_id,
        doc_no=item.doc_no,
        index_no=item.index_no,
        theme=item.theme,
        genre=item.genre.value if item.genre else "",
        validity=item.validity,
        attribute=item.attribute.value,
        on=item.formed_on or item.entered_at.date(),
    )
