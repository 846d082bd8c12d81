"""The steps of composing, as far as somebody takes part in them."""

from __future__ import annotations

from hub.catalogue.models import Item
from hub.organisations.authority.rules import ENTERING
from web.console.call import Call
from web.console.looking import SCHEDULING

__all__ = ["stages_of"]


def stages_of(call: Call, item: Item) -> list[tuple[str, str]]:
    """(name, path below the item) of the steps that are theirs."""
    held = call.visitor.roles.get(item.body_id, frozenset())
    found = [("write", "/compose"), ("accounts", "/compose/accounts")] if held & ENTERING else []
    return [*found, ("schedule", "/compose/schedule")] if held & SCHEDULING else found
