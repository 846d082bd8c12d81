"""The API's endpoints: what each is called, takes and answers; routes and description follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.catalogue.classification.models import GENRES
from hub.catalogue.keyareas.forms import FORMS
from hub.catalogue.models import Validity
from hub.catalogue.public.service import MOST
from hub.catalogue.search.models import Sort
from hub.kernel.errors import Words
from web.portal.api.shapes import (
    ApiBodies,
    ApiEntries,
    ApiFound,
    ApiItem,
    ApiItems,
    ApiKeyAreas,
    ApiPoints,
    ApiThemes,
)
from web.portal.asked import DEEPEST, Datum

__all__ = ["ENDPOINTS", "ITEM", "Endpoint", "Parameter"]

ITEM = "[0-9A-HJKMNP-TV-Z]{26}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    words: Words
    schema: Mapping[str, Any]
    place: str = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`path` has its parameters in braces, as OpenAPI writes them."""

    path: str
    name: str
    words: Words
    answers: type
    handler: str
    parameters: tuple[Parameter, ...] = ()


_BODY = Parameter(
    name="body",
    words=Words("单位代码，含下级", "a body's code; those below it are included"),
    schema={"type": "string", "maxLength": 64},
)
_THEME = Parameter(
    name="theme",
    words=Words("主题分类，含子类", "a theme; its sub-classes are included"),
    schema={"type": "string", "maxLength": 200},
)
_ID = Parameter(
    name="item",
    words=Words("信息编号", "an item's id"),
    schema={"type": "string", "pattern": f"^{ITEM}$"},
    place="path",
)
_NUMBER = Parameter(
    name="version",
    words=Words("版本号", "a version's number"),
    schema={"type": "integer", "minimum": 1, "maximum": 9_999_999},
    place="path",
)
_GENRE = Parameter(
    name="genre",
    words=Words("体裁分类", "the genre"),
    schema={"type": "string", "enum": [genre.value for genre in GENRES]},
)
_LIMIT = Parameter(
    name="limit",
    words=Words("每页条数", "items on a page"),
    schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": 20},
)
_LIST = (
    _BODY,
    _THEME,
    _GENRE,
    Parameter(
        name="year",
        words=Words("发布年份", "the year of publication"),
        schema={"type": "integer", "minimum": 1949, "maximum": 2200},
    ),
    _LIMIT,
    Parameter(
        name="after",
        words=Words("翻页位置，取自上一页的 next", "the cursor in the next of the page before"),
        schema={"type": "string", "maxLength": 128},
    ),
)

_SEARCH = (
    Parameter(
        name="q",
        words=Words("要找的词或问题；空则列出最新", "words or a question; empty lists the newest"),
        schema={"type": "string", "maxLength": 500},
    ),
    _BODY,
    _THEME,
    _GENRE,
    Parameter(
        name="year",
        words=Words("成文年份", "the year of the document"),
        schema={"type": "integer", "minimum": 1949, "maximum": 2200},
    ),
    Parameter(
        name="validity",
        words=Words("有效性", "the validity"),
        schema={"type": "string", "enum": [validity.value for validity in Validity]},
    ),
    Parameter(
        name="sort",
        words=Words("排序", "the order"),
        schema={"type": "string", "enum": [s.value for s in Sort], "default": "relevance"},
    ),
    Parameter(
        name="start",
        words=Words("从第几条起", "the number of the first hit"),
        schema={"type": "integer", "minimum": 1, "maximum": DEEPEST, "default": 1},
    ),
    _LIMIT,
)

_START = Parameter(
    name="start",
    words=Words("从第几条起", "the number of the first entry"),
    schema={"type": "integer", "minimum": 1, "maximum": DEEPEST, "default": 1},
)
_AREA = (
    Parameter(
        name="kind",
        words=Words("清单种类", "the kind of list"),
        schema={"type": "string", "enum": list(FORMS)},
        place="path",
    ),
    Parameter(
        name="q",
        words=Words("要找的词", "words that must occur"),
        schema={"type": "string", "maxLength": 500},
    ),
    _BODY,
    Parameter(
        name="year",
        words=Words("清单年份", "the year of the list"),
        schema={"type": "integer", "minimum": 1949, "maximum": 2200},
    ),
    _START,
    _LIMIT,
)
_POINT = (
    Parameter(
        name="lat",
        words=Words("纬度，与 lon 同时给出则由近及远", "degrees north; with lon: nearest first"),
        schema={"type": "number"},
    ),
    Parameter(
        name="lon",
        words=Words("经度", "degrees east"),
        schema={"type": "number"},
    ),
    Parameter(
        name="datum",
        words=Words("坐标系", "what lat and lon are measured in"),
        schema={"type": "string", "enum": [datum.value for datum in Datum], "default": "gcj-02"},
    ),
    Parameter(
        name="place",
        words=Words("场所类型", "the kind of place"),
        schema={
            "type": "string",
            "enum": [choice.value for choice in FORMS["points"].field("place").choices],
        },
    ),
    _LIMIT,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        path="/items",
        name="listItems",
        words=Words("公开的信息，新的在前", "what is public, newest first"),
        answers=ApiItems,
        handler="items",
        parameters=_LIST,
    ),
    Endpoint(
        path="/items/{item}",
        name="getItem",
        words=Words("一条信息的全文与元数据", "one item: its text and its record"),
        answers=ApiItem,
        handler="item",
        parameters=(_ID,),
    ),
    Endpoint(
        path="/items/{item}/versions/{version}",
        name="getItemVersion",
        words=Words("曾经公开的版本", "a version that was public"),
        answers=ApiItem,
        handler="version",
        parameters=(_ID, _NUMBER),
    ),
    Endpoint(
        path="/search",
        name="search",
        words=Words("检索公开信息", "search what is public"),
        answers=ApiFound,
        handler="found",
        parameters=_SEARCH,
    ),
    Endpoint(
        path="/bodies",
        name="listBodies",
        words=Words("发布机构", "the public bodies"),
        answers=ApiBodies,
        handler="bodies",
    ),
    Endpoint(
        path="/themes",
        name="listThemes",
        words=Words("主题分类表", "the list of themes"),
        answers=ApiThemes,
        handler="themes",
    ),
    Endpoint(
        path="/key-areas",
        name="listKeyAreas",
        words=Words("重点领域的清单种类与填报项", "kinds of lists and the fields of their forms"),
        answers=ApiKeyAreas,
        handler="kinds",
    ),
    Endpoint(
        path="/key-areas/{kind}",
        name="listEntries",
        words=Words("今日有效的清单条目", "entries of the lists in force today"),
        answers=ApiEntries,
        handler="entries",
        parameters=_AREA,
    ),
    Endpoint(
        path="/access-points",
        name="listAccessPoints",
        words=Words("政府信息查阅点", "where government information can be read in person"),
        answers=ApiPoints,
        handler="points",
        parameters=_POINT,
    ),
)
