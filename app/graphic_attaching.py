"""An infographic becomes part of an item: its slices as pictures, its data as a file."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from graphics.infographic.slicing import Slice
from hub.catalogue.models import Item, Picture
from hub.catalogue.rules import draft_of, with_attachment
from hub.catalogue.service import Catalogue

__all__ = ["attached"]


async def attached(
    catalogue: Catalogue,
    item: Item,
    slices: Sequence[Slice],
    name: str,
    data: bytes,
    actor: str,
    *,
    instead: bool = False,
    without: Set[str] = frozenset(),
) -> Item:
    """One new version of the item: the slices behind its pictures, or `instead` of all of them;
    those whose hash is in `without` go. Raises StaleVersion where somebody else edited the item
    while this was drawn."""
    pictures = [await catalogue.store_picture(s.picture, alt=s.alt, actor=actor) for s in slices]
    kept = await catalogue.store_attachment(name, data, actor=actor)
    held = () if instead else tuple(p for p in item.pictures if p.sha256 not in without)
    draft = replace(
        draft_of(item),
        pictures=_with(held, pictures),
        attachments=with_attachment(item.attachments, kept),
    )
    return await catalogue.edit(item.id, draft, actor=actor, base_version=item.version)


def _with(held: tuple[Picture, ...], new: Sequence[Picture]) -> tuple[Picture, ...]:
    """The pictures, those that are new behind the others, each once."""
    hashes = {picture.sha256 for picture in new}
    return (*(picture for picture in held if picture.sha256 not in hashes), *new)
