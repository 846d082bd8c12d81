"""What the staff API does with the words that single channels and accounts are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from hub.catalogue.models import Item
from hub.catalogue.variants.models import Variant
from hub.kernel.errors import NotFound, Words
from hub.organisations.authority.rules import ENTERING
from web.staff.asked import Version
from web.staff.desk import Call

__all__ = ["StaffVariant", "StaffVariants", "WriteVariant", "list_variants", "write_variant"]

Channel = Annotated[str, Meta(min_length=1, max_length=64)]


class WriteVariant(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Words of its own for `channel`, or for one `account` of it, made from version
    `base_version`; what is empty is as the item has it, and all empty takes them away. `cover` is
    the SHA-256 of one of the item's pictures."""

    channel: Channel
    base_version: Version
    account: Annotated[str, Meta(max_length=26)] = ""
    title: Annotated[str, Meta(max_length=300)] = ""
    summary: Annotated[str, Meta(max_length=1_500)] = ""
    text: Annotated[str, Meta(max_length=500_000)] = ""
    cover: Annotated[str, Meta(max_length=64)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffVariant:
    channel: str
    account: str
    title: str
    summary: str
    text: str
    cover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffVariants:
    """Of the item's version `version`."""

    item: str
    version: int
    variants: tuple[StaffVariant, ...]


async def list_variants(call: Call) -> StaffVariants:
    return _told(await call.item())


async def write_variant(call: Call) -> StaffVariants:
    """A new version: what was signed before is void."""
    told: WriteVariant = call.told
    item = await call.item(ENTERING)
    if told.channel not in call.services.channels:
        raise NotFound(
            Words(f"没有渠道“{told.channel}”", f"no channel '{told.channel}'"),
            field="channel",
            remedy=Words(
                "、".join(sorted(call.services.channels)), ", ".join(sorted(call.services.channels))
            ),
        )
    variant = Variant(
        channel=told.channel,
        account_id=told.account,
        title=told.title,
        summary=told.summary,
        body=told.text,
        cover=told.cover,
    )
    changed = await call.services.catalogue.write_variant(
        item.id, variant, actor=call.login, base_version=told.base_version
    )
    return _told(changed)


def _told(item: Item) -> StaffVariants:
    variants = tuple(
        StaffVariant(
            channel=one.channel,
            account=one.account_id,
            title=one.title,
            summary=one.summary,
            text=one.body,
            cover=one.cover,
        )
        for one in item.variants
    )
    return StaffVariants(item=item.id, version=item.version, variants=variants)
