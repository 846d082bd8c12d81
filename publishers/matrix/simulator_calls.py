"""The simulated homeserver's reading of requests: tokens, JSON, pages, and its refusals."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from publishers.matrix.simulator_events import Refused

__all__ = ["check_content", "object_of", "page_of", "refusal", "token_of"]

_LARGEST_NUMBER = 2**53 - 1
_MOST = 100


def token_of(request: web.Request) -> str:
    """The access token; only the header's form is left in the specification."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise Refused(401, "M_MISSING_TOKEN", "Missing access token")
    return token


async def object_of(request: web.Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.text())
    except ValueError:
        raise Refused(400, "M_NOT_JSON", "Content not JSON.") from None
    if not isinstance(found, dict):
        raise Refused(400, "M_BAD_JSON", "Content must be a JSON object.")
    return found


def check_content(event_type: str, content: Mapping[str, Any]) -> None:
    """Canonical JSON has whole numbers only; a message has a type and a body."""
    _check_value(content)
    if event_type != "m.room.message":
        return
    for name in ("msgtype", "body"):
        if not isinstance(content.get(name), str):
            raise Refused(400, "M_BAD_JSON", f"'{name}' not in content, or not a string type")


def _check_value(value: Any) -> None:
    if isinstance(value, float):
        raise Refused(400, "M_BAD_JSON", "Bad JSON value: float")
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        raise Refused(400, "M_BAD_JSON", "JSON integer out of range")
    inside = value.values() if isinstance(value, Mapping) else value
    for one in inside if isinstance(value, (Mapping, list)) else ():
        _check_value(one)


def page_of(
    rows: Sequence[Any], query: Mapping[str, str], default: int
) -> tuple[Sequence[Any], str]:
    """The page that `from` and `limit` ask for, and the token of the next; "" after the last."""
    try:
        limit = min(int(query.get("limit", default)), _MOST)
        start = int(query.get("from", "t0").removeprefix("t"))
    except ValueError:
        raise Refused(400, "M_INVALID_PARAM", "'from' or 'limit' is not valid") from None
    if limit < 1 or start < 0:
        raise Refused(400, "M_INVALID_PARAM", "'from' or 'limit' is not valid")
    end = start + limit
    return rows[start:end], f"t{end}" if end < len(rows) else ""


def refusal(refused: Refused) -> web.Response:
    headers = {}
    if "retry_after_ms" in refused.body:
        headers["Retry-After"] = str(math.ceil(refused.body["retry_after_ms"] / 1000))
    return web.json_response(refused.body, status=refused.status, headers=headers)
