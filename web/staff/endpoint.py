"""One endpoint of the staff API, as a row of its table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hub.kernel.errors import Words
from hub.organisations.tokens.scopes import Scope
from web.staff.desk import Call

__all__ = ["Endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`path` has its parameters in braces, as OpenAPI writes them; without `answers` the answer is
    bytes of an edition, or of the media types that it `gives`. `needs` is the scope of keys that
    open it, `takes` the shape of the request's body (`takes_file`: it is a file of at most so many
    bytes), `asks` that of its query. `grave`: the console asks a fresh proof for it, and so it
    needs the scope of that name, too. With `secret` its answer is shown this once and never kept
    for a request that comes again."""

    method: str
    path: str
    name: str
    words: Words
    needs: Scope
    handler: Callable[[Call], Awaitable[Any]]
    answers: type | None
    takes: type | None = None
    asks: type | None = None
    status: int = 200
    secret: bool = False
    grave: bool = False
    takes_file: int = 0
    gives: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return self.method != "GET"
