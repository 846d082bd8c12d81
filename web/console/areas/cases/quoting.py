"""What the answer to a case quotes: added, changed and taken away before it goes to review."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Any

from aiohttp import web

from hub.catalogue.numbering.doc_numbers import doc_key
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.opinion.cases.models import Case
from web.console.areas.cases.one import page
from web.console.areas.cases.who import case_of
from web.console.call import Call
from web.console.published import published

__all__ = ["add", "change", "find", "remove"]

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_FOUND, _QUOTE = 6, 2_000


async def find(call: Call) -> web.StreamResponse:
    """Published items that answer what is typed, to be quoted from."""
    case = await case_of(call)
    text = call.asked("source").strip()[:100]
    found = await published(call, text, _FOUND) if text else []
    return call.page("cases/_sources", case=case, found=found, searched=bool(text))


async def add(call: Call) -> web.StreamResponse:
    case = await case_of(call)

    async def work() -> None:
        item = call.text("item") or await _named(call)
        quoting = call.desk.listening.quoting
        await quoting.add(case.id, item[:26], call.text("quote")[:_QUOTE], actor=call.login)

    return await _done(call, case, work(), "fact-added")


async def change(call: Call) -> web.StreamResponse:
    """The words of a fact; its source stays unless another is named."""
    case, fact = await case_of(call), call.text("fact")[:26]
    work = call.desk.listening.quoting.change(
        case.id, fact, call.text("quote")[:_QUOTE], actor=call.login
    )
    return await _done(call, case, work, "fact-changed")


async def remove(call: Call) -> web.StreamResponse:
    case, fact = await case_of(call), call.text("fact")[:26]
    work = call.desk.listening.quoting.remove(case.id, fact, actor=call.login)
    return await _done(call, case, work, "fact-removed")


async def _named(call: Call) -> str:
    """The item whose id or document number was typed."""
    typed = call.text("source").strip()[:100]
    if _ID.fullmatch(typed):
        return typed
    found = await call.desk.catalogue.by_doc_no(typed) if typed else ()
    exact = [one for one in found if doc_key(one.doc_no) == doc_key(typed)]
    if len(exact) == 1:
        return exact[0].id
    raise InvalidInput(
        Words("没有选定来源", "no source was chosen"),
        field="source",
        remedy=Words("在结果中选一条，或填写完整文号", "choose one, or give its document number"),
    )


async def _done(call: Call, case: Case, work: Awaitable[Any], said: str) -> web.StreamResponse:
    try:
        await work
    except (InvalidInput, Conflict) as error:
        return await page(call, case, error)
    return call.go(f"/cases/{case.id}", said=said)
