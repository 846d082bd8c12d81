"""Entries of the public lists: by words, by place, near a position."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bots import texts
from bots.citing import choice
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from bots.lists import list_sources
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.models import Found, Position, Wanted
from hub.catalogue.keyareas.values import shown_value
from hub.catalogue.search.segment import segmenter

__all__ = ["answer", "fits"]

_ME = "key_areas"
# kind → the words that ask for it; the first that a message has decides
_KINDS: Mapping[str, re.Pattern[str]] = {
    "powers": re.compile(
        r"权力清单|责任清单|权责清单|权责|行政(?:许可|权力)事项|power list|powers|responsibilit"
    ),
    "negatives": re.compile(r"负面清单|禁止准入|准入限制|negative list"),
    "expenses": re.compile(r"三公|公务接待|公务用车|因公出国|official cars|public expenses"),
    "accounts": re.compile(r"决算|final accounts?"),
    "budgets": re.compile(r"预算|budgets?"),
    "projects": re.compile(
        r"民生(?:工程|项目|实事)|(?:在建|工程|建设|附近.{0,6}|周边.{0,6})项目|项目进[度展]|"
        r"livelihood|projects?"
    ),
}
_NEAR = re.compile(r"附近|周边|身边|旁边|离我|我家|near|nearby|around me")
_HERE = re.compile(r"[我本](?:们)?(?:县|区|市|省|州|镇|乡)")
_LEGAL = re.compile(r"怎么规定|法律|规定|条例|编制|原则|审批程序|怎么处罚|罚")
_FILL = re.compile(
    r"有哪些|有什么|多少|是多少|情况|查一?下|查询|附近|周边|请问|一览|公开|进[度展]|"
    r"怎么样了?|到哪一?步了?|我|家|"
    r"清单|事项|项目|工程|的|吗|在建|年|\d{4}|[?？，。、]|"
    r"\b(?:in|for|of|the|what|is|are|list|me|my|near|around|show|livelihood)\b"
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_METRES, _COUNT = 10_000, 5
# the fields that are told of an entry of each kind, after its title
_TOLD: Mapping[str, tuple[str, ...]] = {
    "powers": ("power", "body", "basis", "legal_days", "promised_days", "phone"),
    "negatives": ("restriction", "measures", "basis", "authority"),
    "projects": ("state", "progress", "place", "total_investment", "unit", "phone"),
    "budgets": ("section", "amount", "last_year"),
    "accounts": ("section", "amount", "last_year"),
    "expenses": ("stage", "amount", "last_year", "explanation"),
}


def fits(asked: Asked) -> float:
    kind = _kind(asked.plain) or _kind(asked.query)
    if asked.location is not None:
        return 0.0
    if not kind or _LEGAL.search(asked.plain):
        return 0.0
    return 0.88


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    kind = _kind(asked.plain) or _kind(asked.query) or asked.session.wanted or "projects"
    near = asked.payload == "near" or (kind == "projects" and _NEAR.search(asked.plain))
    if kind == "projects" and (near or asked.location):
        return await _near(asked, desk)
    if _HERE.search(asked.plain) and not asked.places:
        text = texts.fill(_ME, asked.language, "which-place")
        return Reply(
            paragraphs=(text,), grounds=Grounds.CONVERSATION, memory=Memory(text=asked.said)
        )
    wanted = _wanted(asked, desk, kind)
    found = await desk.lookup.search(wanted)
    if not found and wanted.words:  # nothing has every word; the list itself is still of use
        found = [] if _is_named(asked, kind) else await desk.lookup.search(_broader(wanted))
    return await _reply(asked, desk, kind, found, [_told(asked, one) for one in found])


async def _near(asked: Asked, desk: Desk) -> Reply:
    session, at = asked.session, asked.location
    latitude = at.latitude if at else session.latitude
    longitude = at.longitude if at else session.longitude
    if latitude is None or longitude is None:
        text = texts.fill(_ME, asked.language, "send-location")
        memory = Memory(waiting=_ME, wanted="projects")
        return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION, memory=memory)
    position = Position(latitude=latitude, longitude=longitude)
    found = await desk.lookup.projects_near(position, metres=_METRES, count=_COUNT)
    told = [_told(asked, one.found, one.metres) for one in found]
    return await _reply(asked, desk, "projects", [one.found for one in found], told)


async def _reply(
    asked: Asked, desk: Desk, kind: str, found: Sequence[Found], told: Sequence[str]
) -> Reply:
    sources = await list_sources(desk, found)
    words = find_form(kind).words
    name = words.en if asked.english else words.zh
    if not found or not sources:
        text = texts.fill(_ME, asked.language, "none", name=name)
        hand = texts.fill(_ME, asked.language, "person")
        return Reply(
            paragraphs=(text,),
            grounds=Grounds.NOTHING,
            choices=(choice("hand_over", "asked", hand, asked.language),),
            confidence=0.0,
            memory=Memory(text=asked.said),
        )
    head = texts.fill(_ME, asked.language, "found", name=name, count=len(found))
    return Reply(
        paragraphs=(head, *told),
        sources=sources,
        memory=Memory(text=asked.said, location=asked.location),
    )


def _kind(text: str) -> str:
    return next((kind for kind, words in _KINDS.items() if words.search(text)), "")


def _wanted(asked: Asked, desk: Desk, kind: str) -> Wanted:
    text = asked.query
    for place in asked.places:
        text = text.replace(place.name, " ")
    rest = _FILL.sub(" ", _KINDS[kind].sub(" ", text))
    words = [word for word in segmenter().words(rest) if len(word) > 1 and not word.isascii()]
    longest = [word for word in words if not any(word != one and word in one for one in words)]
    bodies = [body for place in asked.places if (body := desk.places.body_of(place))]
    year = _YEAR.search(asked.plain)
    return Wanted(
        kind=kind,
        body_id=bodies[0].id if bodies else "",
        year=int(year[0]) if year and find_form(kind).yearly else 0,
        words=" ".join(longest),
        limit=_COUNT,
    )


def _is_named(asked: Asked, kind: str) -> bool:
    """Whether one entry is asked for by its name, so that others are no answer."""
    return kind in ("powers", "negatives")


def _broader(wanted: Wanted) -> Wanted:
    return Wanted(kind=wanted.kind, body_id=wanted.body_id, year=wanted.year, limit=wanted.limit)


def _told(asked: Asked, found: Found, metres: int | None = None) -> str:
    form, values = find_form(found.kind), found.entry.values
    facts = [
        (field.words.en if asked.english else field.words.zh, shown_value(field, values[name]))
        for name in _TOLD[found.kind]
        if name in values
        for field in (form.field(name),)
    ]
    return texts.fill(
        _ME, asked.language, "entry", title=found.title, facts=facts, metres=metres,
        body=found.body_name, year=found.year,
    )  # fmt: skip
