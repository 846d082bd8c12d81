"""What the staff API does with the filters that a person keeps for the console's lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, Words
from web.console.application import console_routes
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "AskFilters",
    "DropFilter",
    "KeepFilter",
    "StaffFilter",
    "StaffFilters",
    "drop_filter",
    "keep_filter",
    "list_filters",
]

Page = Annotated[str, Meta(max_length=100)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Word = Annotated[str, Meta(max_length=200)]


class AskFilters(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`page` is the list's address below /console, such as `/deliveries`; empty: every list."""

    page: Page = ""


class DropFilter(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    page: Page
    name: Name


class KeepFilter(DropFilter, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`asked` are the list's own parameters; what is none of its filters is left out."""

    asked: Annotated[dict[Word, Word], Meta(max_length=40)]


class StaffFilter(Told, frozen=True, kw_only=True):
    """`asked` are the parameters that it puts into the list's address."""

    page: str
    name: str
    asked: dict[str, str]
    saved_at: datetime


class StaffFilters(Struct, frozen=True, kw_only=True):
    filters: tuple[StaffFilter, ...]


async def list_filters(call: Call) -> StaffFilters:
    """The caller's own."""
    asked: AskFilters = call.asked
    return await _listed(call, asked.page)


async def keep_filter(call: Call) -> StaffFilter:
    """One of that name is replaced."""
    asked: KeepFilter = call.told
    usable = _filters(asked.page)
    kept = {name: value for name, value in asked.asked.items() if name in usable}
    filters = call.services.console.filters
    return told(StaffFilter, await filters.save(call.login, asked.page, asked.name, kept))


async def drop_filter(call: Call) -> StaffFilters:
    """Those that are left of its list."""
    asked: DropFilter = call.told
    _filters(asked.page)
    await call.services.console.filters.drop(call.login, asked.page, asked.name)
    return await _listed(call, asked.page)


async def _listed(call: Call, page: str) -> StaffFilters:
    found = await call.services.console.filters.find(call.login, page)
    return StaffFilters(filters=tuple(told(StaffFilter, one) for one in found))


def _filters(page: str) -> tuple[str, ...]:
    """What narrows the list of that address; raises InvalidInput where none does."""
    for route in console_routes():
        if route.path == page and route.method == "GET" and route.filters:
            return route.filters
    raise InvalidInput(
        Words("这个列表没有可保存的筛选", "that list keeps no filters"),
        field="page",
        remedy=Words(
            "写列表在 /console 下的地址，如 /deliveries", "an address such as /deliveries"
        ),
    )
