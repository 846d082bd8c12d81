"""The API's description, made from the table of its endpoints and the shapes of its answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from hub.catalogue.classification.models import GENRES
from hub.catalogue.public.service import MOST
from hub.kernel.errors import Words
from web.portal.answers import answer
from web.portal.api.reading import JSON, Reading, guarded
from web.portal.api.shapes import ApiBodies, ApiItem, ApiItems, ApiProblem, ApiThemes
from web.portal.desk import Desk
from web.portal.manner import Manner

__all__ = ["api_routes", "description"]

_VERSION = "1.0.0"
_ROOT = "/api/v1"
_REF = "#/components/schemas/{name}"
_ITEM = "[0-9A-HJKMNP-TV-Z]{26}"


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
    schema={"type": "string", "pattern": f"^{_ITEM}$"},
    place="path",
)
_NUMBER = Parameter(
    name="version",
    words=Words("版本号", "a version's number"),
    schema={"type": "integer", "minimum": 1, "maximum": 9_999_999},
    place="path",
)
_LIST = (
    _BODY,
    _THEME,
    Parameter(
        name="genre",
        words=Words("体裁分类", "the genre"),
        schema={"type": "string", "enum": [genre.value for genre in GENRES]},
    ),
    Parameter(
        name="year",
        words=Words("发布年份", "the year of publication"),
        schema={"type": "integer", "minimum": 1949, "maximum": 2200},
    ),
    Parameter(
        name="limit",
        words=Words("每页条数", "items on a page"),
        schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": 20},
    ),
    Parameter(
        name="after",
        words=Words("翻页位置，取自上一页的 next", "the cursor in the next of the page before"),
        schema={"type": "string", "maxLength": 128},
    ),
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
)


def description(site_url: str, name: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1)."""
    shapes = [*dict.fromkeys(one.answers for one in ENDPOINTS), ApiProblem]
    _, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": f"{name}政府信息公开 API",
            "version": _VERSION,
            "description": "Public government information, read only. 只读接口，数据与网站一致。",
        },
        "servers": [{"url": f"{site_url}{_ROOT}"}],
        "paths": {one.path: {"get": _operation(one)} for one in ENDPOINTS},
        "components": {"schemas": components},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    good = {"$ref": _REF.format(name=endpoint.answers.__name__)}
    bad = {"$ref": _REF.format(name=ApiProblem.__name__)}
    problem = {"content": {"application/problem+json": {"schema": bad}}}
    responses: dict[str, Any] = {
        "200": {
            "description": endpoint.words.en,
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": good}},
        },
        "304": {"description": "not modified since the ETag in If-None-Match"},
    }
    if endpoint.parameters:
        responses["400"] = {"description": "a parameter cannot be", **problem}
        responses["404"] = {"description": "not public, or withdrawn", **problem}
    return {
        "operationId": endpoint.name,
        "summary": f"{endpoint.words.zh} / {endpoint.words.en}",
        "parameters": [_parameter(one) for one in endpoint.parameters],
        "responses": responses,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": f"{parameter.words.zh} / {parameter.words.en}",
        "schema": dict(parameter.schema),
    }


def api_routes(desk: Desk) -> list[web.RouteDef]:
    """The endpoints, their description, and the page about them."""
    reading = Reading(desk)
    text = msgspec.json.encode(description(desk.site.url, desk.site.name))

    async def described(request: web.Request) -> web.Response:
        return answer(request, text, JSON, headers={"Access-Control-Allow-Origin": "*"})

    async def page(request: web.Request, manner: Manner) -> web.Response:
        return desk.page(request, manner, "api", {"endpoints": ENDPOINTS, "root": _ROOT})

    return [
        *(web.get(_ROOT + _pattern(one), guarded(_of(reading, one))) for one in ENDPOINTS),
        web.get("/api/openapi.json", described),
        *desk.in_every_manner("/api", page),
    ]


def _of(reading: Reading, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.Response]]:
    handler: Callable[[web.Request], Awaitable[web.Response]] = getattr(reading, endpoint.handler)
    return handler


def _pattern(endpoint: Endpoint) -> str:
    """The endpoint's path as a route: its parameters match only what can be one."""
    path = endpoint.path.replace("{item}", f"{{item:{_ITEM}}}")
    return path.replace("{version}", "{version:[1-9][0-9]{0,6}}")
