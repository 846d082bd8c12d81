"""Short ways to write rows of the table of endpoints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from hub.kernel.errors import Words
from hub.organisations.tokens.scopes import Scope
from web.staff.desk import Call
from web.staff.endpoint import Endpoint

__all__ = ["get", "post"]

Handler = Callable[[Call], Awaitable[Any]]


def get(
    path: str,
    name: str,
    words: tuple[str, str],
    handler: Handler,
    answers: type | None,
    asks: type | None = None,
    needs: Scope = Scope.READ,
    gives: tuple[str, ...] = (),
) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        name=name,
        words=Words(*words),
        needs=needs,
        handler=handler,
        answers=answers,
        asks=asks,
        gives=gives,
    )


def post(
    path: str,
    name: str,
    words: tuple[str, str],
    handler: Handler,
    answers: type | None,
    needs: Scope,
    takes: type | None = None,
    status: int = 200,
    *,
    grave: bool = False,
    secret: bool = False,
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        name=name,
        words=Words(*words),
        needs=needs,
        handler=handler,
        answers=answers,
        takes=takes,
        status=status,
        grave=grave,
        secret=secret,
    )
