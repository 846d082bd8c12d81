"""Renders what every channel would be given, by the renderer that makes what is signed.

Nothing is kept in the database. The last editions are held in memory for the frames and pictures
that a page asks for after it: they come from the very bytes that were shown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.catalogue.variants.rules import OWN_ACCOUNT, chosen, own_variation
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput, Unavailable
from hub.organisations import store as organisations
from hub.organisations.models import Account, Body, Selection
from hub.publishing.ports import ChannelBook, Renderer
from hub.publishing.previewing.models import Preview, Seat, TemplateText
from hub.publishing.previewing.ports import Gauging
from hub.publishing.rules import edition_name, encode_parts, payload_hash

__all__ = ["Previews"]

_FRESH = timedelta(seconds=60)  # for so long an account that was just added may be missing
_HELD = 300  # editions; a page has some twenty
_BODIES = 50


class Previews:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        renderer: Renderer,
        gauging: Gauging,
        channels: ChannelBook,
    ) -> None:
        self._database = database
        self._clock = clock
        self._renderer = renderer
        self._gauging = gauging
        self._channels = channels
        self._accounts: OrderedDict[str, tuple[datetime, Body, list[Account]]] = OrderedDict()
        self._held: OrderedDict[tuple[str, str], Preview] = OrderedDict()

    async def look(self, item: Item) -> list[Preview]:
        """What each channel of the item's body and the bodies below it would be given, by channel,
        those that everybody shares first. `item` may be as somebody types it."""
        body, accounts = await self._known(item.body_id)
        made = [await self._preview(item, body, seat) for seat in self._seats(item, accounts)]
        for one in made:
            if one.payload_hash:
                self._hold((item.id, one.payload_hash), one)
        return made

    async def gallery(self, item: Item, channels: Iterable[str]) -> list[Preview]:
        """What every one of `channels` would be given of the item, with the accounts' own words
        left aside; for a channel of which its body has no account, one that bears its name."""
        body, accounts = await self._known(item.body_id)
        seats: dict[str, Seat] = {}
        for seat in self._seats(item, accounts):
            if OWN_ACCOUNT not in seat.variation:
                seats.setdefault(seat.channel, seat)
        shown = [seats.get(name) or self._stand_in(name, body) for name in channels]
        made = [await self._preview(item, body, seat) for seat in shown]
        for one in made:
            if one.payload_hash:
                self._hold((item.id, one.payload_hash), one)
        return made

    def templates(self, one: Preview) -> tuple[TemplateText, ...]:
        """What a preview was made from."""
        return self._gauging.templates(one.seat.channel, one.seat.variation)

    def _stand_in(self, channel: str, body: Body) -> Seat:
        """Nobody's account: as one is that has no settings."""
        account = Account(
            id="", channel=channel, name=body.name, handle="preview", body_id=body.id, base_url=""
        )
        variation = self._channels.variation(channel, {})
        name = edition_name(channel, variation)
        return Seat(name=name, channel=channel, variation=variation, count=0, account=account)

    def held(self, item_id: str, digest: str) -> Preview | None:
        """The edition of the item with that payload hash, if it was shown a while ago."""
        return self._held.get((item_id, digest))

    def picture(self, item_id: str, sha256: str) -> bytes | None:
        """A picture that was drawn for an edition of the item shown a while ago."""
        for (owner, _), one in reversed(self._held.items()):
            if owner == item_id and sha256 in one.pictures:
                return one.pictures[sha256]
        return None

    async def _known(self, body_id: str) -> tuple[Body, list[Account]]:
        """Asked again after a minute: there are thousands, and a page asks at every pause."""
        now = self._clock.now()
        kept = self._accounts.get(body_id)
        if kept is not None and now - kept[0] <= _FRESH:
            return kept[1], kept[2]

        def look(connection: Connection) -> tuple[Body, list[Account]]:
            all_of_it = Selection(body_id=body_id)
            found = organisations.select_accounts(connection, all_of_it, sealed=False)
            return organisations.get_body(connection, body_id), found

        body, accounts = await self._database.read(look)
        self._accounts[body_id] = (now, body, accounts)
        while len(self._accounts) > _BODIES:
            self._accounts.popitem(last=False)
        return body, accounts

    def _seats(self, item: Item, accounts: Iterable[Account]) -> list[Seat]:
        found: dict[str, Seat] = {}
        counts: dict[str, int] = {}
        for account in accounts:
            shared = self._channels.variation(account.channel, account.settings)
            variation = own_variation(item.variants, account.channel, account.id, shared)
            name = edition_name(account.channel, variation)
            counts[name] = counts.get(name, 0) + 1
            if name not in found:
                found[name] = Seat(
                    name=name,
                    channel=account.channel,
                    variation=variation,
                    count=1,
                    account=account,
                )
        seats = [_counted(seat, counts[name]) for name, seat in found.items()]
        return sorted(seats, key=lambda s: (s.channel, OWN_ACCOUNT in s.variation, -s.count))

    async def _preview(self, item: Item, body: Body, seat: Seat) -> Preview:
        own = chosen(item.variants, seat.channel, seat.variation.get(OWN_ACCOUNT, ""))
        declaration = self._gauging.rules(seat.channel, seat.variation)
        try:
            rendered = await self._renderer.render(item, body, [seat.account])
        except (InvalidInput, Unavailable) as problem:
            return Preview(
                seat=seat,
                declaration=declaration,
                problem=problem,
                passing=isinstance(problem, Unavailable),
                written=own is not None,
            )
        [draft] = rendered.editions
        payload = encode_parts(draft.parts)
        return Preview(
            seat=seat,
            declaration=declaration,
            payload=payload,
            payload_hash=payload_hash(payload),
            parts=draft.parts,
            gauges=self._gauging.gauge(seat.channel, seat.variation, draft.parts),
            written=own is not None,
            unfinished=rendered.unfinished,
            pictures=rendered.pictures,
        )

    def _hold(self, key: tuple[str, str], one: Preview) -> None:
        self._held[key] = one
        self._held.move_to_end(key)
        while len(self._held) > _HELD:
            self._held.popitem(last=False)


def _counted(seat: Seat, count: int) -> Seat:
    return replace(seat, count=count)
