"""The staff API's routes and its description, made from the table of its endpoints."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from aiohttp import web

from web.staff.desk import Services
from web.staff.door import Door
from web.staff.endpoints import ENDPOINTS, Endpoint
from web.staff.shapes import StaffProblem

__all__ = ["ROOT", "description", "staff_routes"]

ROOT = "/api/staff/v1"
_VERSION = "1.0.0"
_REF = "#/components/schemas/{name}"
_ID = "[0-9A-HJKMNP-TV-Z]{26}"
_PATTERNS = {"item": _ID, "approval": _ID, "conversation": _ID, "name": "[^{}]+"}
_REFUSALS = {
    "400": "the request's body cannot be",
    "401": "no token, or one that does not work",
    "403": "the owner of the token may not",
    "404": "there is no such thing",
    "409": "its state forbids this now",
    "413": "the request's body is too large",
    "429": "too many bad tokens from this address",
}


def description(site_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1)."""
    named = [shape for one in ENDPOINTS for shape in (one.takes, one.answers) if shape]
    shapes = [*dict.fromkeys(named), StaffProblem]
    _, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Gongkai staff API",
            "version": _VERSION,
            "description": "From entry to publication. The acting person is the token's owner. "
            "从录入到发布；操作人即令牌所有人。",
        },
        "servers": [{"url": f"{site_url}{ROOT}"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def staff_routes(services: Services) -> list[web.RouteDef]:
    """Every endpoint behind the door, and the description, which is for everybody."""
    door = Door(services)
    text = msgspec.json.encode(description(services.site_url))

    async def described(request: web.Request) -> web.Response:
        return web.Response(body=text, content_type="application/json")

    routes = [
        web.route(
            one.method, ROOT + _pattern(one), door.guarded(one.handler, one.takes, one.status)
        )
        for one in ENDPOINTS
    ]
    return [*routes, web.get("/api/staff/openapi.json", described)]


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    good: dict[str, Any] = {"type": "object"}
    if endpoint.answers:
        good = {"$ref": _REF.format(name=endpoint.answers.__name__)}
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": f"{endpoint.words.zh} / {endpoint.words.en}",
        "parameters": [_parameter(name) for name in re.findall(r"{(\w+)}", endpoint.path)],
        "responses": {
            str(endpoint.status): {
                "description": endpoint.words.en,
                "content": {"application/json": {"schema": good}},
            },
            **{status: _refusal(words) for status, words in _REFUSALS.items()},
        },
    }
    if endpoint.takes:
        schema = {"$ref": _REF.format(name=endpoint.takes.__name__)}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _refusal(words: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name=StaffProblem.__name__)}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{_PATTERNS[name]}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _pattern(endpoint: Endpoint) -> str:
    """The endpoint's path as a route: its parameters match only what can be one."""
    return re.sub(r"{(\w+)}", lambda m: f"{{{m[1]}:{_PATTERNS[m[1]]}}}", endpoint.path)
