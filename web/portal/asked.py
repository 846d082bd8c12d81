"""What a visitor's address asks for, read once and checked."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

from aiohttp import web

from hub.catalogue.classification.models import Genre
from hub.catalogue.public.models import Place
from hub.kernel.errors import InvalidInput, Words

__all__ = ["cursor_of", "genre_of", "number_of", "place_of", "text_of", "year_of"]

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
    text = request.query.get("genre", "")
    if not text:
        return None
    try:
        return Genre(text)
    except ValueError as error:
        known = "、".join(genre.value for genre in Genre)
        raise _wrong(
            "genre",
            Words("不是已知体裁", "is no genre"),
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
