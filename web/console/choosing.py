"""A choice of accounts as the fields of a form have it: by channel, body, group, region, tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.catalogue.models import Item
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Body, Selection
from web.console.call import Call
from web.console.looking import channel_titles

__all__ = ["Chosen", "choices", "chosen", "require_channel"]

_NO_CHANNEL = "-"  # to a selection, naming none would mean all


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice as its fields have it, and what it means."""

    values: dict[str, Any]
    selection: Selection


async def chosen(call: Call, item: Item) -> Chosen:
    """As the form has it; before there is one, every channel of the item's body and below."""
    bodies = await call.desk.organisations.bodies(item.body_id)
    body = next((one for one in bodies if one.code == call.text("body")), bodies[0])
    facets = await call.desk.outreach.facets(item.body_id)
    sent = bool(call.form)
    channels = [one for one in call.chosen.get("channel", ()) if one in facets.channels]
    values: dict[str, Any] = {
        "body": body.code,
        "channels": channels if sent else list(facets.channels),
        "group": call.text("group")[:120],
        "region": call.text("region")[:64],
        "tag": call.text("tag")[:64],
    }
    selection = Selection(
        channels=tuple(values["channels"]) or (_NO_CHANNEL,),
        body_id=body.id,
        region=values["region"],
        tag=values["tag"],
        group=values["group"],
    )
    return Chosen(values=values, selection=selection)


def require_channel(told: Chosen) -> None:
    """Raises InvalidInput where nothing is ticked."""
    if not told.values["channels"]:
        raise InvalidInput(
            Words("没有选择渠道", "no channel is chosen"),
            field="channel",
            remedy=Words("至少选一个渠道", "choose one at least"),
        )


async def choices(call: Call, item: Item) -> dict[str, Any]:
    """What the fields offer."""
    bodies: list[Body] = await call.desk.organisations.bodies(item.body_id)
    return {
        "bodies": bodies,
        "facets": await call.desk.outreach.facets(item.body_id),
        "channels": channel_titles(call),
    }
