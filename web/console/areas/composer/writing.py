"""Writing: one text, words of their own for channels and accounts, and what becomes of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.catalogue.drafting.errors import DraftElsewhere
from hub.catalogue.drafting.models import Draft, Typed
from hub.catalogue.drafting.service import as_typed
from hub.catalogue.errors import StaleVersion
from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Account, Selection
from hub.organisations.roster.models import Wanted
from hub.publishing.previewing.models import Preview
from web.console.areas.composer.frames import framing
from web.console.areas.composer.showing import Shown, shown
from web.console.areas.composer.stages import stages_of
from web.console.areas.composer.typed import number, read_typed, slots_of
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["discard", "find_accounts", "keep", "rebase", "save", "show"]

_FOUND = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A form as it came: the item as it is, and the text that was typed."""

    item: Item
    typed: Typed
    base: int
    revision: int
    window: str


async def show(call: Call) -> web.StreamResponse:
    item = await _item(call)
    return await _page(call, item, await call.desk.drafting.draft(item.id, call.login))


async def keep(call: Call) -> web.StreamResponse:
    """At every pause: what was typed is kept, and the previews of it go beside it. Where another
    window has kept another text, nothing is kept, which is told; the text stays in its fields."""
    sent = await _sent(call)
    problem: GongkaiError | None = None
    try:
        draft = await _kept(call, sent)
    except DraftElsewhere as error:
        problem = error
        draft = await call.desk.drafting.draft(sent.item.id, call.login)
    if not call.partial:
        if problem is None:
            return call.go(f"/items/{sent.item.id}/compose", said="kept")
        return await _page(call, sent.item, _as_sent(draft, sent), problem)
    live = await _live(call, sent.item, sent.typed, draft)
    shown_there = {one.key: call.text(f"seen-{one.key}") for one in live["previews"]}
    return call.page(
        "composer/_live",
        **live,
        whole=not all(shown_there.values()),
        changed=[one for one in live["previews"] if shown_there[one.key] != one.mark],
        revision=sent.revision if problem else draft.revision,
        problem=problem,
    )


async def save(call: Call) -> web.StreamResponse:
    """The text becomes the item's next version, and its review begins anew."""
    sent = await _sent(call)
    draft = None
    try:
        draft = await _kept(call, sent)
        await call.desk.drafting.finish(sent.item.id, call.login, base=draft.base_version)
    except GongkaiError as error:
        held = draft or await call.desk.drafting.draft(sent.item.id, call.login)
        return await _page(call, sent.item, _as_sent(held, sent), error)
    return call.go(f"/items/{sent.item.id}/compose", said="saved")


async def rebase(call: Call) -> web.StreamResponse:
    """This window's text stands: over another window's, and upon a version saved meanwhile."""
    sent = await _sent(call)
    held = await call.desk.drafting.draft(sent.item.id, call.login)
    await call.desk.drafting.keep(
        sent.item.id,
        call.login,
        sent.typed,
        window=sent.window,
        revision=held.revision,
        base=number(call.text("seen")) or sent.item.version,
    )
    return call.go(f"/items/{sent.item.id}/compose", said="rebased")


async def discard(call: Call) -> web.StreamResponse:
    item = await _item(call)
    await call.desk.drafting.discard(item.id, call.login)
    return call.go(f"/items/{item.id}/compose", said="discarded")


async def find_accounts(call: Call) -> web.StreamResponse:
    """Accounts that may be given words of their own, by a part of their name."""
    item = await _item(call)
    codes = {body.id: body.code for body in await call.desk.organisations.bodies(item.body_id)}
    sight = await call.desk.sights.of(call.login, under=codes[item.body_id])
    text = call.asked("q").strip()[:60]
    page = await call.desk.register.page(Wanted(sight=sight, text=text, limit=_FOUND))
    return call.page(
        "composer/_accounts",
        item=item,
        accounts=page.accounts,
        more=bool(page.next),
        channels=channel_titles(call),
    )


async def _item(call: Call) -> Item:
    return await call.item(call.request.match_info["item"], ENTERING)


async def _sent(call: Call) -> _Sent:
    item = await _item(call)
    return _Sent(
        item=item,
        typed=read_typed(call),
        base=number(call.text("base_version")) or item.version,
        revision=number(call.text("revision")),
        window=call.text("window")[:64],
    )


async def _kept(call: Call, sent: _Sent) -> Draft:
    return await call.desk.drafting.keep(
        sent.item.id,
        call.login,
        sent.typed,
        window=sent.window,
        revision=sent.revision,
        base=sent.base,
    )


def _as_sent(held: Draft, sent: _Sent) -> Draft:
    """The fields as they were typed, whatever is kept."""
    return Draft(
        item_id=held.item_id,
        login=held.login,
        base_version=sent.base,
        revision=sent.revision,
        window=sent.window,
        typed=sent.typed,
        saved_at=held.saved_at,
    )


async def _page(
    call: Call, item: Item, draft: Draft, problem: GongkaiError | None = None
) -> web.Response:
    live = await _live(call, item, draft.typed, draft)
    previews: Sequence[Preview] = [one.preview for one in live["previews"]]
    own = await _own_accounts(call, item, draft.typed)
    response = call.page(
        "composer/write",
        status=status_of(problem) if problem else 200,
        revision=draft.revision,
        window=draft.window if problem else secrets.token_urlsafe(12),
        slots=slots_of(draft, sorted({one.seat.channel for one in previews}), own),
        opened={account.id for account in own} - {v.account_id for v in draft.typed.variants},
        stale=isinstance(problem, StaleVersion),
        problem=problem,
        **live,
    )
    return framing(response)


async def _own_accounts(call: Call, item: Item, typed: Typed) -> list[Account]:
    """Those that have words of their own, and the one for which somebody is about to write."""
    ids = {one.account_id for one in typed.variants if one.account_id}
    if asked := call.asked("own")[:26]:
        ids.add(asked)
    if not ids:
        return []
    chosen = Selection(ids=tuple(sorted(ids)), body_id=item.body_id)
    return await call.desk.organisations.accounts(chosen)


async def _live(call: Call, item: Item, typed: Typed, draft: Draft) -> dict[str, Any]:
    """What stands beside the text: every channel's preview, and who else is writing."""
    desk = call.desk
    made = await desk.previews.look(as_typed(item, typed))
    saved = None
    if item.version > draft.base_version:
        saved = (await desk.catalogue.versions(item.id))[-1]
    previews: list[Shown] = [shown(one, item.id) for one in made]
    return {
        "item": item,
        "draft": draft,
        "previews": previews,
        "refused": sum(1 for one in made if one.problem),
        "writers": await desk.drafting.writers(item.id, call.login),
        "newer": saved,
        "channels": channel_titles(call),
        "stages": stages_of(call, item),
    }
