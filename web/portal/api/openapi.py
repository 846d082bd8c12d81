"""The API's description, made from the table of its endpoints and the shapes of its answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import msgspec
from aiohttp import web

from web.portal.answers import answer
from web.portal.api.endpoints import ENDPOINTS, ITEM, Endpoint, Parameter
from web.portal.api.finding import Finding
from web.portal.api.listing import Listing
from web.portal.api.reading import JSON, Reading, guarded
from web.portal.api.shapes import ApiProblem
from web.portal.desk import Desk
from web.portal.manner import Manner

__all__ = ["api_routes", "description"]

_VERSION = "1.0.0"
_ROOT = "/api/v1"
_REF = "#/components/schemas/{name}"


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
    readers = (Reading(desk), Finding(desk), Listing(desk))

    async def described(request: web.Request) -> web.Response:
        text = msgspec.json.encode(description(desk.site.url, desk.site.name))
        return answer(request, text, JSON, headers={"Access-Control-Allow-Origin": "*"})

    async def page(request: web.Request, manner: Manner) -> web.Response:
        return desk.page(request, manner, "api", {"endpoints": ENDPOINTS, "root": _ROOT})

    return [
        *(web.get(_ROOT + _pattern(one), guarded(_of(readers, one))) for one in ENDPOINTS),
        web.get("/api/openapi.json", described),
        *desk.in_every_manner("/api", page),
    ]


def _of(
    readers: Sequence[object], endpoint: Endpoint
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What answers the endpoint: the method it names, of the reader that has it."""
    [handler] = [
        getattr(one, endpoint.handler) for one in readers if hasattr(one, endpoint.handler)
    ]
    return cast(Callable[[web.Request], Awaitable[web.Response]], handler)


def _pattern(endpoint: Endpoint) -> str:
    """The endpoint's path as a route: its parameters match only what can be one."""
    path = endpoint.path.replace("{item}", f"{{item:{ITEM}}}")
    path = path.replace("{kind}", "{kind:[a-z-]{1,32}}")
    return path.replace("{version}", "{version:[1-9][0-9]{0,6}}")
