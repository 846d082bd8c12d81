"""The staff API's routes and its description, made from the table of its endpoints."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from aiohttp import web

from hub.organisations.tokens.scopes import SCOPES
from web.staff.desk import Services
from web.staff.door import FILE, JSON, ROOT, Door
from web.staff.endpoint import Endpoint
from web.staff.endpoints import ENDPOINTS
from web.staff.examples import example_of
from web.staff.shapes import StaffProblem

__all__ = ["ROOT", "description", "staff_routes"]

_VERSION = "1.2.0"
_REF = "#/components/schemas/{name}"
_ID = "[0-9A-HJKMNP-TV-Z]{26}"
_WORD, _HASH = r"[^{}/\x00-\x1f]{1,100}", "[0-9a-f]{64}"
_PATTERNS = {  # every other parameter is an id
    **dict.fromkeys(("name", "login", "code", "list", "watch", "source", "address"), _WORD),
    **dict.fromkeys(("channel", "theme", "file"), "[A-Za-z0-9_.-]{1,64}"),
    **dict.fromkeys(("sha256", "digest"), _HASH),
    "version": "[0-9]{1,7}",
    "seq": "[0-9]{1,15}",
}
_REFUSALS = {
    "400": "the request's body or query cannot be",
    "401": "no key, or one that does not work",
    "403": "the owner of the key may not, or the key's scopes do not reach so far",
    "404": "there is no such thing, or it is out of sight",
    "409": "its state forbids this now",
    "413": "the request's body is too large",
    "422": "the idempotency key stands for another request",
    "429": "too many requests with this key, or bad keys from this address",
    "503": "the database cannot be reached",
}
_ONLY_WITH_BODY, _ONLY_CHANGING = frozenset({"413"}), frozenset({"422"})
_LIMITS = {
    "RateLimit-Policy": "how many requests the key may make in how many seconds",
    "RateLimit": "how many are left, and in how many seconds all are there again",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request within 24 hours gets the first answer.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


def description(site_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1)."""
    named = [s for one in ENDPOINTS for s in (one.takes, one.asks, one.answers) if s]
    shapes = [*dict.fromkeys(named), StaffProblem]
    _, made = msgspec.json.schema_components(shapes, ref_template=_REF)
    components: dict[str, Any] = msgspec.to_builtins(made)
    queries = {one.asks.__name__: components[one.asks.__name__] for one in ENDPOINTS if one.asks}
    for shape in shapes:
        components[shape.__name__]["examples"] = [example_of(shape)]
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        asked = queries[one.asks.__name__] if one.asks else {}
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, asked)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Gongkai staff API",
            "version": _VERSION,
            "description": "From entry to publication and what is said of it. The acting person "
            "is the key's owner. 从录入到发布与舆情；操作人即密钥所有人。",
        },
        "servers": [{"url": f"{site_url}{ROOT}"}],
        "security": [{"token": []}],
        "tags": [
            {"name": scope.value, "description": f"{words.zh} / {words.en}"}
            for scope, words in SCOPES.items()
        ],
        "paths": paths,
        "components": {
            "schemas": {name: one for name, one in components.items() if name not in queries},
            "responses": {
                **{f"Refused{status}": _refusal(status) for status in _REFUSALS},
                "ToldElsewhere": {
                    "description": "the same request was carried out and its answer is not kept: "
                    "what it did is told at that address",
                    "headers": _headers({"Location": "the address", **_LIMITS}),
                },
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def staff_routes(services: Services) -> list[web.RouteDef]:
    """Every endpoint behind the door, the description, which is for everybody, and refusals for
    every other address below the root."""
    door = Door(services)
    text = msgspec.json.encode(description(services.site_url))

    async def described(request: web.Request) -> web.Response:
        return web.Response(body=text, content_type="application/json")

    routes = [web.route(one.method, ROOT + _pattern(one), door.guarded(one)) for one in ENDPOINTS]
    allowed = [(re.compile(ROOT + _regex(one)), one.method) for one in ENDPOINTS]
    nowhere = web.route("*", f"{ROOT}/{{rest:[\\s\\S]*}}", door.nowhere(allowed))
    return [*routes, web.get("/api/staff/openapi.json", described), nowhere]


def _operation(endpoint: Endpoint, asked: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"type": "object"}
    if endpoint.answers:
        good = {"$ref": _REF.format(name=endpoint.answers.__name__)}
    body = bool(endpoint.takes or endpoint.takes_file)
    left_out = (frozenset() if body else _ONLY_WITH_BODY) | (
        frozenset() if endpoint.changes else _ONLY_CHANGING
    )
    refusals = [status for status in _REFUSALS if status not in left_out]
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": f"{endpoint.words.zh} / {endpoint.words.en}",
        "tags": [endpoint.needs.value],
        "x-scope": endpoint.needs.value,
        "x-grave": endpoint.grave,
        "parameters": [_parameter(name) for name in re.findall(r"{(\w+)}", endpoint.path)]
        + _query(asked)
        + ([_KEY] if endpoint.changes else []),
        "responses": {
            str(endpoint.status): {
                "description": endpoint.words.en,
                "headers": _headers(_LIMITS),
                "content": {kind: {"schema": {}} for kind in endpoint.gives}
                or {JSON: {"schema": good}},
            },
            **(
                {"303": {"$ref": "#/components/responses/ToldElsewhere"}}
                if endpoint.changes
                else {}
            ),
            **{status: {"$ref": f"#/components/responses/Refused{status}"} for status in refusals},
        },
    }
    if endpoint.takes:
        schema = {"$ref": _REF.format(name=endpoint.takes.__name__)}
        operation["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "example": example_of(endpoint.takes)}
            },
        }
    if endpoint.takes_file:
        operation["requestBody"] = {"required": True, "content": {FILE: {"schema": {}}}}
    return operation


def _refusal(status: str) -> dict[str, Any]:
    """A problem document (RFC 9457) as an answer."""
    schema = {"$ref": _REF.format(name=StaffProblem.__name__)}
    example = example_of(StaffProblem) | {"status": int(status)}
    content = {"application/problem+json": {"schema": schema, "example": example}}
    told: dict[str, Any] = {"description": _REFUSALS[status], "content": content}
    if status == "429":
        told["headers"] = _headers({"Retry-After": "in how many seconds to come again"})
    return told


def _headers(named: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"description": words, "schema": {"type": "string"}} for name, words in named.items()
    }


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{_pattern_of(name)}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The query's shape as parameters; what may be null may be left out."""
    required = set(asked.get("required", ()))
    found = []
    for name, schema in asked.get("properties", {}).items():
        kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        for choice in schema.get("anyOf", ()):
            kept |= {} if choice.get("type") == "null" else choice
        if schema.get("default") not in (None, ""):
            kept["default"] = schema["default"]
        found.append({"name": name, "in": "query", "required": name in required, "schema": kept})
    return found


def _pattern_of(name: str) -> str:
    return _PATTERNS.get(name, _ID)


def _pattern(endpoint: Endpoint) -> str:
    """The endpoint's path as a route: its parameters match only what can be one."""
    return re.sub(r"{(\w+)}", lambda m: f"{{{m[1]}:{_pattern_of(m[1])}}}", endpoint.path)


def _regex(endpoint: Endpoint) -> str:
    return re.sub(r"{(\w+)}", lambda m: f"({_pattern_of(m[1])})", endpoint.path) + r"\Z"
