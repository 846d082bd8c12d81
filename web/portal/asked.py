"""What a visitor's address asks for, read once and checked."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from hub.catalogue.classification.models import Genre
from hub.catalogue.keyareas.models import Position
from hub.catalogue.keyareas.places import in_china, to_gcj
from hub.catalogue.models import Validity
from hub.catalogue.public.models import Place
from hub.catalogue.search.models import Narrowing, Question, Sort
from hub.kernel.errors import InvalidInput, Words

__all__ = [
    "DEEPEST",
    "Datum",
    "cursor_of",
    "day_of",
    "genre_of",
    "number_of",
    "place_of",
    "position_of",
    "question_of",
    "text_of",
    "validity_of",
    "year_of",
]

DEEPEST = 1_001  # the first hit of the last page that a search goes to

T = TypeVar("T", bound=StrEnum)


class Datum(StrEnum):
    GCJ = "gcj-02"  # what maps published in China draw
    WGS = "wgs-84"


_LONGEST = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_LENGTH = 26
_FIRST_YEAR, _LAST_YEAR = 1949, 2200


def text_of(request: web.Request, name: str) -> str:
    """The value of `name`, without what shows nothing; raises InvalidInput when it is too long."""
    text = "".join(c if c.isprintable() else " " for c in request.query.get(name, "")).strip()
    if len(text) > _LONGEST:
        raise _wrong(
            name,
            Words(f"超过 {_LONGEST} 字", f"is longer than {_LONGEST} characters"),
            Words("写短一些", "make it shorter"),
        )
    return text


def number_of(request: web.Request, name: str, *, default: int, most: int) -> int:
    """A whole number from 1 to `most`."""
    text = request.query.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= most:
        raise _wrong(
            name,
            Words("须为整数", "must be a whole number"),
            Words(f"1 至 {most}", f"from 1 to {most}"),
        )
    return int(text[:9])


def year_of(request: web.Request) -> int | None:
    if not request.query.get("year"):
        return None
    year = number_of(request, "year", default=0, most=_LAST_YEAR)
    if year < _FIRST_YEAR:
        raise _wrong(
            "year",
            Words("早于 1949 年", "is before 1949"),
            Words("写四位年份", "give a year of four digits"),
        )
    return year


def genre_of(request: web.Request) -> Genre | None:
    return _one_of(request, "genre", Genre)


def validity_of(request: web.Request) -> Validity | None:
    return _one_of(request, "validity", Validity)


def question_of(request: web.Request, body_id: str, *, limit: int) -> Question:
    """What is searched for; `body_id` is the body that the address names by its code."""
    return Question(
        text=text_of(request, "q"),
        narrowing=Narrowing(
            body_id=body_id,
            theme=text_of(request, "theme"),
            genre=genre.value if (genre := genre_of(request)) else "",
            year=year_of(request),
            validity=validity_of(request),
        ),
        sort=_one_of(request, "sort", Sort) or Sort.RELEVANCE,
        offset=number_of(request, "start", default=1, most=DEEPEST) - 1,
        limit=limit,
        facets=True,
    )


def day_of(request: web.Request, name: str) -> date | None:
    """A day as `2026-03-19`; raises InvalidInput for anything else."""
    text = request.query.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _wrong(
            name,
            Words("不是日期", "is no date"),
            Words("写成 2026-03-19", "write it as 2026-03-19"),
        ) from error


def position_of(request: web.Request) -> Position | None:
    """Where somebody is, in GCJ-02; None without `lat` and `lon`. `datum` says that they are
    WGS-84, as satellite receivers tell. Raises InvalidInput outside China."""
    if not request.query.get("lat") and not request.query.get("lon"):
        return None
    datum = _one_of(request, "datum", Datum) or Datum.GCJ
    given = Position(latitude=_degrees(request, "lat"), longitude=_degrees(request, "lon"))
    if not in_china(given):
        raise _wrong(
            "lat",
            Words("与 lon 所指位置不在中国境内", "and lon are a place outside China"),
            Words("先写纬度（如 30.65），后写经度（如 104.06）", "such as 30.65 and 104.06"),
        )
    return to_gcj(given) if datum is Datum.WGS else given


def _degrees(request: web.Request, name: str) -> float:
    try:
        return float(text_of(request, name))
    except ValueError as error:
        raise _wrong(
            name,
            Words("须为十进制度数", "must be decimal degrees"),
            Words("如 30.6586", "such as 30.6586"),
        ) from error


def _one_of(request: web.Request, name: str, kind: type[T]) -> T | None:
    """The choice that the address names; raises InvalidInput with those there are."""
    text = request.query.get(name, "")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        known = "、".join(one.value for one in kind)
        raise _wrong(
            name,
            Words("不在可选值中", "is none of the choices"),
            Words(f"可选：{known}", f"choose: {known}"),
        ) from error


def cursor_of(place: Place) -> str:
    """A place in a list as an address carries it: opaque, and the same for the same place."""
    since = (place.published_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{since}.{place.item_id}".encode()).decode().rstrip("=")


def place_of(request: web.Request) -> Place | None:
    """The place after which the page begins; raises InvalidInput for a cursor that is none."""
    text = request.query.get("after", "")
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        since, item_id = plain.split(".")
        moment = _EPOCH + timedelta(microseconds=int(since))
        if len(item_id) != _ID_LENGTH or not item_id.isalnum():
            raise ValueError(item_id)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise _wrong(
            "after",
            Words("不是有效的翻页位置", "is no place in the list"),
            Words("从第一页重新翻起", "start from the first page"),
        ) from error
    return Place(moment, item_id)


def _wrong(field: str, what: Words, remedy: Words) -> InvalidInput:
    return InvalidInput(
        Words(f"{field} {what.zh}", f"{field} {what.en}"), field=field, remedy=remedy
    )
