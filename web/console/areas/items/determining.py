"""The gate before the review: public or not and on what ground, interpreted or not and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from hub.catalogue.models import Attribute, Item
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.authority.rules import ENTERING
from hub.review.determination.grounds import FORCE_WORDS, GROUNDS
from hub.review.determination.models import Determination, Limit, Matter, Proposal, Starts
from web.console.areas.items.pages import determination_of
from web.console.call import Call
from web.statuses import status_of

__all__ = ["ask", "take"]


async def ask(call: Call) -> web.StreamResponse:
    item = await call.item(call.request.match_info["item"], ENTERING)
    held = await determination_of(call, item.id)
    return _form(call, item, _values(item, held))


async def take(call: Call) -> web.StreamResponse:
    item = await call.item(call.request.match_info["item"], ENTERING)
    held = await determination_of(call, item.id)
    try:
        proposal = _proposal(call, held)
        await call.desk.determinations.determine(item.id, proposal, actor=call.login)
    except GongkaiError as error:
        return _form(call, item, call.form, error)
    return call.go(f"/items/{item.id}", said="determined")


def _proposal(call: Call, held: Determination | None) -> Proposal:
    """What was chosen; what starts the clock is kept as it was entered."""
    attribute, matter, limit = call.text("attribute"), call.text("matter"), call.text("limit")
    interpret = {"yes": True, "no": False}.get(call.text("interpret"))
    return Proposal(
        attribute=Attribute(attribute) if attribute in set(Attribute) else None,
        ground=call.text("ground"),
        reason=call.text("reason").strip(),
        interpret=interpret,
        no_interpretation_reason=call.text("no_interpretation_reason").strip(),
        documents=held.documents if held else (),
        unit=call.text("unit").strip(),
        matter=Matter(matter) if matter in set(Matter) else None,
        limit=Limit(limit) if limit in set(Limit) else None,
        limit_on=_day(call.text("limit_on"), "limit_on"),
        review_on=held.review_on if held else None,
        starts=held.starts if held else Starts(),
    )


def _values(item: Item, held: Determination | None) -> Mapping[str, object]:
    if held is None:
        return {
            "attribute": item.attribute.value,
            "unit": item.unit,
            "limit": Limit.STATUTORY.value,
        }
    return {
        "attribute": held.attribute.value,
        "ground": held.ground,
        "reason": held.reason,
        "interpret": "yes" if held.interpret else "no",
        "no_interpretation_reason": held.no_interpretation_reason,
        "unit": held.unit,
        "matter": held.matter.value,
        "limit": held.limit.value,
        "limit_on": held.limit_on.isoformat() if held.limit_on else "",
    }


def _form(
    call: Call, item: Item, values: Mapping[str, object], problem: GongkaiError | None = None
) -> web.Response:
    names = (
        "attribute", "ground", "reason", "interpret", "no_interpretation_reason", "unit",
        "matter", "limit", "limit_on",
    )  # fmt: skip
    return call.page(
        "items/determination",
        status=status_of(problem) if problem else 200,
        item=item,
        values={name: values.get(name, "") for name in names},
        grounds=[
            (ground.key, f"{call.say(ground.article)} {call.say(ground.words)}")
            for ground in GROUNDS.values()
        ],
        forces=FORCE_WORDS,
        matters=tuple(Matter),
        limits=tuple(Limit),
        attributes=tuple(Attribute),
        problem=problem,
    )


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            Words("日期不合法", "that is no date"),
            field=field,
            remedy=Words("如 2026-12-01", "such as 2026-12-01"),
        ) from None
