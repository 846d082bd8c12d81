"""Lists of the key areas as sources: the items that publish them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bots.citing import source_of
from bots.contract import Source
from bots.desk import Desk
from hub.catalogue.keyareas.models import Found

__all__ = ["list_sources"]


async def list_sources(desk: Desk, found: Iterable[Found]) -> tuple[Source, ...]:
    """The item that publishes each list of which there is an entry, once; its address is that of
    the list itself, which shows every entry."""
    lists = dict.fromkeys((one.kind, one.body_code, one.year, one.number) for one in found)
    sources = []
    for kind, body_code, year, number in lists:
        key = await desk.keyareas.key(kind, body_code, year)
        views = await desk.keyareas.versions(key)
        carrier = next((v.carrier for v in views if v.version.number == number), None)
        items = await desk.public.items([carrier.item_id]) if carrier and carrier.public else {}
        for item in items.values():
            source = source_of(item, desk.site_url)
            path = f"/key-areas/{kind}/{body_code}" + (f"/{year}" if year else "")
            address = f"{desk.site_url.rstrip('/')}{path}"
            sources.append(replace(source, citation=replace(source.citation, url=address)))
    return tuple(sources)
