"""One item: its record and text, two versions side by side, and everything that happened to it."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.classification.models import GENRES
from hub.catalogue.models import Item
from hub.catalogue.rules import content_of
from hub.catalogue.text import blocks_of
from hub.catalogue.validity.rules import standing
from hub.kernel.errors import GongkaiError
from hub.kernel.events import read_events
from hub.organisations.authority.rules import ENTERING, PLANNING
from hub.organisations.models import Account, Selection
from hub.publishing.texts import edition_passages
from hub.review.determination.errors import NotDetermined
from hub.review.determination.models import Determination
from web.console.areas.items.labels import LABELS
from web.console.call import Call
from web.console.differences import compared
from web.console.kinds import kind_words
from web.console.limits import limits_of
from web.console.looking import channel_titles
from web.console.naming import names_of

__all__ = ["audit", "determination_of", "may_enter", "show", "show_item", "versions"]

_EVENTS = 200


async def show(call: Call) -> web.StreamResponse:
    return await show_item(call, await call.item(call.request.match_info["item"]))


async def show_item(
    call: Call, item: Item, problem: GongkaiError | None = None, status: int = 200
) -> web.Response:
    desk = call.desk
    editions = await desk.publishing.editions(item.id, item.version)
    approval = await desk.review.current(item.id, item.version)
    history = await desk.review.history(item.id)
    signed = {person for s in (approval.signatures if approval else ()) for person in s.people}
    ids = {one.person_id for one in history} | signed
    accounts = {account.id: account for account in await _accounts(call, item)}
    return call.page(
        "items/item",
        status=status,
        item=item,
        blocks=blocks_of(item.body),
        body=(await desk.organisations.bodies(item.body_id))[0],
        genre=GENRES[item.genre][0] if item.genre else "",
        standing=standing(item, desk.catalogue.today()),
        determination=await determination_of(call, item.id),
        kept=await desk.catalogue.attachments(item.id),
        report=await desk.checks.look(item.id, edition_passages(editions)),
        approval=approval,
        history=history,
        people=await desk.review.people(ids),
        names=await names_of(call, [item.entered_by]),
        deliveries=await desk.operations.find(item_id=item.id, limit=50),
        accounts=accounts,
        channels=sorted({account.channel for account in accounts.values()}),
        due=(await limits_of(call, [item.id])).get(item.id),
        entering=may_enter(call, item),
        planning=call.visitor.holds(PLANNING),
        scheduling=bool(call.visitor.roles.get(item.body_id, frozenset()) & PLANNING),
        titles=channel_titles(call),
        problem=problem,
    )


async def versions(call: Call) -> web.StreamResponse:
    """Two versions side by side: the last two unless others are chosen."""
    item = await call.item(call.request.match_info["item"])
    new = _number(call.asked("b"), item.version, item.version)
    old = _number(call.asked("a"), max(1, new - 1), item.version)
    left, right = [await call.desk.catalogue.version(item.id, one) for one in (old, new)]
    return call.page(
        "items/versions",
        item=item,
        old=old,
        new=new,
        numbers=range(item.version, 0, -1),
        fields=_changed_fields(left, right),
        rows=compared(left.body, right.body),
        labels=LABELS,
    )


async def audit(call: Call) -> web.StreamResponse:
    """What the chain says of it, oldest first; the seq is what `gongkai audit` names it by."""
    item = await call.item(call.request.match_info["item"])
    after = _number(call.asked("after"), 0, 2**62)
    found = await call.desk.database.read(
        lambda c: read_events(c, subject=item.id, after=after, limit=_EVENTS + 1)
    )
    return call.page(
        "items/audit",
        item=item,
        events=found[:_EVENTS],
        more=len(found) > _EVENTS,
        kinds=kind_words(),
        people=await names_of(call, (one["actor"] for one in found)),
    )


async def determination_of(call: Call, item_id: str) -> Determination | None:
    try:
        return await call.desk.determinations.get(item_id)
    except NotDetermined:
        return None


def may_enter(call: Call, item: Item) -> bool:
    return bool(call.visitor.roles.get(item.body_id, frozenset()) & ENTERING)


async def _accounts(call: Call, item: Item) -> list[Account]:
    """The accounts that the item can go out on: those of its body and the bodies below it."""
    chosen = Selection(body_id=item.body_id)
    return await call.desk.organisations.accounts(chosen, active_only=True)


def _changed_fields(left: Item, right: Item) -> list[tuple[str, str, str]]:
    """(field, before, after) of what differs beside the text."""
    old, new = content_of(left), content_of(right)
    names = [name for name in old.keys() | new.keys() if name not in ("body", "body_id")]
    return [
        (name, _told(old.get(name)), _told(new.get(name)))
        for name in sorted(names)
        if old.get(name) != new.get(name)
    ]


def _told(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "、".join(map(_told, value))
    if isinstance(value, dict):
        return str(value.get("name") or value.get("alt") or value.get("sha256", ""))
    return "" if value is None else str(value)


def _number(text: str, default: int, most: int) -> int:
    """A whole number from 0 to `most`, else the default."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else default
    return number if 0 < number <= most else default
