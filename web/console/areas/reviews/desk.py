"""Looking at what is to be signed: the queue, and one approval with everything that it covers."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from hub.catalogue.models import Item
from hub.catalogue.text import blocks_of
from hub.kernel.errors import GongkaiError
from hub.organisations.models import Person
from hub.publishing.models import Edition, Part
from hub.publishing.rules import decode_parts
from hub.publishing.texts import edition_passages
from hub.review.checks.markup import visible
from hub.review.models import Approval, ReviewStep, StepAction, StepRecord
from hub.review.queue.models import Waiting
from web.console.call import Call
from web.console.differences import Row, compared
from web.console.limits import limits_of
from web.console.looking import channel_titles
from web.console.naming import names_of

__all__ = ["Sheet", "approval", "queue", "show_approval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One edition as it is read: its parts with the markup taken off."""

    edition: Edition
    parts: tuple[Part, ...]


async def queue(call: Call) -> web.StreamResponse:
    waiting = await call.desk.queue.to_sign(call.login, limit=200)
    return call.page(
        "reviews/queue",
        waiting=waiting,
        due=await limits_of(call, [one.item_id for one in waiting[:50]]),
        bodies=await call.desk.organisations.body_names(one.body_id for one in waiting),
        names=await names_of(call, [one.submitted_by for one in waiting]),
    )


async def approval(call: Call) -> web.StreamResponse:
    return await show_approval(call, call.request.match_info["approval"])


async def show_approval(
    call: Call, approval_id: str, problem: GongkaiError | None = None, status: int = 200
) -> web.Response:
    """Everything that a signature covers, and what changed since somebody signed last."""
    desk = call.desk
    found = await desk.review.get(approval_id)
    await call.item(found.item_id)
    item = await desk.catalogue.version(found.item_id, found.item_version)
    editions = await desk.publishing.editions(item.id, item.version)
    history = await desk.review.history(item.id)
    waiting = await desk.queue.to_sign(call.login, limit=500)
    former = await _last_signed(call, found, history)
    return call.page(
        "reviews/approval",
        status=status,
        approval=found,
        item=item,
        blocks=blocks_of(item.body),
        body=(await desk.organisations.bodies(item.body_id))[0],
        steps=tuple(ReviewStep),
        mine=next((one for one in waiting if one.approval_id == approval_id), None),
        following=_following(waiting, approval_id),
        position=_position(waiting, approval_id),
        total=len(waiting),
        report=await desk.checks.look(item.id, edition_passages(editions)),
        sheets=[_sheet(one) for one in editions if found.entries.get(one.name) == one.payload_hash],
        former=former,
        changes=_changes(former, item) if former else [],
        history=history,
        people=await _people(call, found, history),
        names=await names_of(call, [found.submitted_by]),
        channels=channel_titles(call),
        due=(await limits_of(call, [item.id])).get(item.id),
        problem=problem,
    )


async def _last_signed(call: Call, found: Approval, history: list[StepRecord]) -> Item | None:
    """The item as it was when somebody last signed other content of it."""
    signed = [
        one
        for one in history
        if one.action is StepAction.SIGNED and one.content_hash != found.content_hash
    ]
    if not signed:
        return None
    former = await call.desk.review.get(signed[-1].approval_id)
    return await call.desk.catalogue.version(found.item_id, former.item_version)


def _changes(old: Item, new: Item) -> list[Row]:
    """Only paragraphs that changed, the title in front."""
    rows = compared(f"{old.title}\n{old.body}", f"{new.title}\n{new.body}")
    return [row for row in rows if not row.same]


async def _people(call: Call, found: Approval, history: list[StepRecord]) -> dict[str, Person]:
    ids = {one.person_id for one in history} | {one.on_behalf_of or "" for one in history}
    ids |= {person_id for signature in found.signatures for person_id in signature.people}
    return await call.desk.review.people(ids - {""})


def _sheet(edition: Edition) -> Sheet:
    parts = tuple(
        Part(text=visible(part.text), title=part.title, digest=part.digest, media=part.media)
        for part in decode_parts(edition.payload)
    )
    return Sheet(edition=edition, parts=parts)


def _position(waiting: list[Waiting], approval_id: str) -> int:
    ids = [one.approval_id for one in waiting]
    return ids.index(approval_id) + 1 if approval_id in ids else 0


def _following(waiting: list[Waiting], approval_id: str) -> Waiting | None:
    """What comes after this one, from the beginning after the last."""
    others = [one for one in waiting if one.approval_id != approval_id]
    place = _position(waiting, approval_id)
    later = waiting[place:] if place else []
    return next(iter([*later, *others]), None)
