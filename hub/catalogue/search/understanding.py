"""What a question means, before any index is asked: phrases, places, numbers, words, synonyms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.catalogue.numbering.doc_numbers import doc_keys_in
from hub.catalogue.search.documents import index_key
from hub.catalogue.search.models import Place, Question, Synonyms, Understood
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.segment import segmenter
from hub.catalogue.search.years import years_in
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Body

__all__ = [
    "MOST_TEXT",
    "NOBODY",
    "SENTENCE",
    "Gazetteer",
    "checked_question",
    "gazetteer",
    "places_in",
    "understand",
]

MOST_TEXT = 1_000  # characters of a question that are looked at
SENTENCE = 10  # more words than this are one
_READ = 200
_DEEPEST = 1_000
_LARGEST_PAGE = 100
_SHORTEST_WHOLE = 4  # characters: a name so long is one wherever it stands

_QUOTED = re.compile(r'"([^"]{2,60})"|“([^”]{2,60})”|「([^」]{2,60})」')
_INDEX_NO = re.compile(r"[0-9A-Za-z]{6,21}(?:-[0-9A-Za-z])?\s*/\s*\d{4,6}-\d{3,9}|\d{21}")
_GOVERNMENT = re.compile(r"(?P<place>.{2,}?(?:省|市|县|区|州|盟|旗))人民政府")
_PEOPLES = re.compile(
    "(?:藏族|羌族|彝族|回族|苗族|壮族|土家族|侗族|布依族|蒙古族|朝鲜族|哈萨克|柯尔克孜|傣族|景颇族|"
    "白族|哈尼族|傈僳族|维吾尔)+自治(?=[州县])"
)
_KIND_OF_PLACE = re.compile(r"(?:地区|[省市县区州盟旗])$")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names of bodies and places → the body and all below it."""

    names: Mapping[str, frozenset[str]]
    below: Mapping[str, frozenset[str]]  # of every body's id: itself and all below it
    longest: int = 0
    beginnings: frozenset[str] = frozenset()  # the first two characters of the names


NOBODY = Gazetteer({}, {})


def checked_question(question: Question) -> Question:
    """Raises InvalidInput for a page that cannot be shown; any text is allowed."""
    if not 1 <= question.limit <= _LARGEST_PAGE:
        raise _out_of_range("limit", 1, _LARGEST_PAGE)
    if not 0 <= question.offset <= _DEEPEST:
        raise _out_of_range("offset", 0, _DEEPEST)
    year = question.narrowing.year
    if year is not None and not 1 <= year <= 9999:
        raise _out_of_range("year", 1, 9999)
    return question


def understand(
    text: str, names: Gazetteer, synonyms: Synonyms, *, any_year: bool = False
) -> Understood:
    """Take a question apart. Never raises: what nothing is made of is simply not in the result.

    Only the first 1,000 characters are looked at, and 200 of those are cut into words. A year that
    a whole sentence or a phrase names is one of its words, as is every one with `any_year`.
    """
    plain = normalised(text[:MOST_TEXT])
    phrases = tuple(found for match in _QUOTED.finditer(plain) if (found := _quoted(match)))
    plain = _read(plain)
    number = _INDEX_NO.search(plain)
    places, rest = _places(plain, names)
    years, without = years_in(rest)
    if any_year or phrases or len(segmenter().words(rest)) > SENTENCE:
        years, without = (), rest
    words = segmenter().words(without)
    if any_year:  # 年 by itself tells nothing apart
        named, bare = years_in(rest)
        words = list(dict.fromkeys([*segmenter().words(bare), *map(str, named)]))
    if not words and not (years and not places):
        words = segmenter().words(years_in(plain)[1] if years else plain)
    return Understood(
        text=plain,
        words=tuple(words),
        phrases=phrases,
        places=places,
        numbers=doc_keys_in(plain),
        index_no=index_key(number[0]) if number else "",
        synonyms=_meant(rest, synonyms),
        years=years,
        any_year=any_year,
    )


def places_in(plain: str, names: Gazetteer) -> tuple[Place, ...]:
    """The places and bodies that `understand` finds in a text that is normalised already."""
    return _places(_read(plain[:MOST_TEXT]), names)[0]


def gazetteer(bodies: Iterable[Body]) -> Gazetteer:
    """What bodies and places are called in questions: 四川省教育厅 also 省教育厅 and 四川教育厅,
    成都市人民政府 also 成都市 and 成都, 阿坝藏族羌族自治州 also 阿坝州.

    A name that several bodies have means none of them; one that means everything is left out.
    """
    listed = list(bodies)
    by_id = {body.id: body for body in listed}
    below = _below(listed)
    owners: dict[str, set[str]] = {}
    for body in listed:
        for name in _called(body, by_id.get(body.parent_id or "")):
            owners.setdefault(name, set()).add(body.id)
    names = {
        name: below[next(iter(ids))]
        for name, ids in owners.items()
        if len(ids) == 1 and len(below[next(iter(ids))]) < len(listed)
    }
    longest, beginnings = max(map(len, names), default=0), frozenset(name[:2] for name in names)
    return Gazetteer(names, below, longest, beginnings)


def _called(body: Body, parent: Body | None) -> set[str]:
    name = normalised(body.name)
    called = {name}
    place = _GOVERNMENT.fullmatch(name)
    if place:
        called |= _short_places(place["place"])
    elif parent and (above := _GOVERNMENT.fullmatch(normalised(parent.name))):
        for start in sorted(_short_places(above["place"]), key=len, reverse=True):
            if name.startswith(start) and len(name) - len(start) >= 2:
                rest = name[len(start) :]
                called |= {short + rest for short in _short_places(above["place"])}
                called |= {start[-1] + rest, rest}
                break
    return {one for one in called if len(one) >= 2}


def _short_places(place: str) -> set[str]:
    """阿坝藏族羌族自治州 → itself, 阿坝州, 阿坝; longest first does not matter to the caller."""
    short = _PEOPLES.sub("", place)
    bare = _KIND_OF_PLACE.sub("", short)
    return {place, short, bare} if len(bare) >= 2 else {place, short}


def _below(bodies: list[Body]) -> dict[str, frozenset[str]]:
    """Each body's id with the ids of itself and all below it."""
    children: dict[str, list[str]] = {}
    for body in bodies:
        children.setdefault(body.parent_id or "", []).append(body.id)
    below: dict[str, frozenset[str]] = {}
    for body in bodies:
        found, waiting = {body.id}, [body.id]
        while waiting:
            fresh = [one for one in children.get(waiting.pop(), ()) if one not in found]
            found.update(fresh)
            waiting += fresh
        below[body.id] = frozenset(found)
    return below


def _places(text: str, names: Gazetteer) -> tuple[tuple[Place, ...], str]:
    """The places and bodies that the text names, and the text without them.

    A short name counts only where words begin and end: 推广安全 does not name 广安.
    """
    if not names.names:
        return (), text
    edges, found, rest, at = segmenter().edges(text), list[Place](), "", 0
    while at < len(text):
        name = _name_at(text, at, names, edges)
        if name:
            found.append(Place(name=name, body_ids=names.names[name]))
            rest += " "
        else:
            rest += text[at]
        at += len(name) or 1
    return tuple(_narrowest(found)), rest


def _name_at(text: str, at: int, names: Gazetteer, edges: frozenset[int]) -> str:
    if text[at : at + 2] not in names.beginnings:
        return ""
    for end in range(min(len(text), at + names.longest), at + 1, -1):
        name = text[at:end]
        whole = end - at >= _SHORTEST_WHOLE or (at in edges and end in edges)
        if name in names.names and whole:
            return name
    return ""


def _narrowest(found: list[Place]) -> Iterator[Place]:
    """成都 beside 成都市教育局 says nothing more."""
    for place in dict.fromkeys(found):
        if not any(other.body_ids < place.body_ids for other in found):
            yield place


def _read(plain: str) -> str:
    """What of a question is read, its quotation marks taken away."""
    return " ".join(_QUOTED.sub(lambda match: f" {_quoted(match)} ", plain).split())[:_READ]


def _quoted(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group).strip()


def _meant(text: str, synonyms: Synonyms) -> Synonyms:
    return {said: meant for said, meant in synonyms.items() if said in text}


def _out_of_range(field: str, least: int, most: int) -> InvalidInput:
    return InvalidInput(
        Words(f"{field} 应在 {least} 至 {most} 之间", f"{field} must be from {least} to {most}"),
        field=field,
        remedy=Words("缩小范围，增加检索词或筛选", "narrow the search by more words or filters"),
    )
