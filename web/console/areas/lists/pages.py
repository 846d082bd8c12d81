"""The lists that count, and a box in which a text is held against them."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.models import Role
from hub.review.checks.models import Passage, Report
from hub.review.checks.rules import RULES
from hub.review.checks.store import Listed
from hub.review.checks.wordlists import SHIPPED, ListKind
from web.console.call import Call
from web.statuses import status_of

__all__ = ["KEEPERS", "attempt", "home", "show"]

KEEPERS = frozenset({Role.ADMIN, Role.DISCLOSURE_OFFICE})  # of all bodies: the lists are for all
_MOST_TRIED = 20_000


async def home(call: Call) -> web.StreamResponse:
    return await show(call)


async def attempt(call: Call) -> web.StreamResponse:
    """Nothing of the text is kept; links are found, and asked nothing."""
    text = call.text("text")
    if not 0 < len(text.strip()) <= _MOST_TRIED:
        raise InvalidInput(
            Words(f"请粘贴 1 至 {_MOST_TRIED} 字", f"paste 1 to {_MOST_TRIED} characters"),
            field="text",
        )
    report = await call.desk.checks.examine([Passage(field="text", text=text)])
    return await show(call, report=report, text=text)


async def show(
    call: Call,
    problem: GongkaiError | None = None,
    *,
    report: Report | None = None,
    text: str = "",
) -> web.Response:
    version, synonyms = await call.desk.search.synonyms()
    return call.page(
        "lists/home",
        status=status_of(problem) if problem else 200,
        lists=_newest(await call.desk.checks.lists()),
        shipped=SHIPPED,
        kinds=list(ListKind),
        rules=list(RULES.values()),
        version=version,
        synonyms=synonyms,
        meant=[(said, to) for said, to in synonyms.items() if text and said in text],
        report=report,
        text=text,
        problem=problem,
    )


def _newest(heads: list[Listed]) -> list[Listed]:
    """The version of each list that counts: heads come newest first within a name."""
    found: dict[str, Listed] = {}
    for head in heads:
        found.setdefault(head.name, head)
    return list(found.values())
