"""Which editions three people have signed, as the database has it at this moment.

An item may be approved again for more channels; every complete approval of its current version
counts. Where two of them name the same edition, the newer one's bytes are planned, and what was
planned from the older one stays good: three people signed those bytes too.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.kernel.errors import Conflict, Words
from hub.publishing import store
from hub.publishing.errors import UnsignedEdition, Unsubmitted
from hub.publishing.models import Delivery, Edition
from hub.publishing.recall import store as recalls
from hub.publishing.rules import refuse_unsigned
from hub.review import store as review

__all__ = ["refuse_recalled", "refuse_recalled_version", "signed_editions", "why_unsigned"]


def signed_editions(connection: Connection, item: Item) -> dict[str, Edition]:
    """The signed editions of the item's version by name.

    Raises UnsignedEdition, saying why, when there is none, and Unsubmitted before any submission.
    """
    refuse_recalled_version(connection, item.id, item.version)
    known = store.editions_of(connection, item.id, item.version)
    entries: dict[str, str] = {}
    for approval in review.approvals_for(connection, item.id, item.version):
        if approval.complete:
            entries |= approval.entries
    signed = [e for e in known if entries.get(e.name) == e.payload_hash]
    for edition in signed or (_any_of(known),):
        if (refusal := why_unsigned(connection, edition)) is not None:
            raise refusal
    return {edition.name: edition for edition in signed}


def refuse_recalled(connection: Connection, delivery: Delivery) -> None:
    """Raise Conflict for a delivery of a version that was recalled."""
    edition = store.editions_by_ids(connection, [delivery.edition_id])[delivery.edition_id]
    refuse_recalled_version(connection, edition.item_id, edition.item_version)


def refuse_recalled_version(connection: Connection, item_id: str, version: int) -> None:
    """Raise Conflict for a version that was recalled: it goes out again only changed and signed."""
    if version <= recalls.recalled_versions(connection, [item_id]).get(item_id, -1):
        raise Conflict(
            Words("该版信息已撤稿", "this version was recalled"),
            field="item",
            remedy=Words("修改后重新送审", "change it and have it signed anew"),
        )


def why_unsigned(connection: Connection, edition: Edition) -> UnsignedEdition | None:
    """Why these bytes must not be sent now, or None."""
    about = (edition.item_id, edition.item_version)
    approval = review.approval_covering(connection, *about, edition.name, edition.payload_hash)
    if approval is None:
        approval = review.approval_for(connection, *about)
    try:
        refuse_unsigned(edition, approval, catalogue.current_version(connection, edition.item_id))
    except UnsignedEdition as error:
        return error
    return None


def _any_of(known: Sequence[Edition]) -> Edition:
    if not known:
        raise Unsubmitted(
            Words("尚未送审，没有稿件", "it was never submitted, there is no edition"),
            field="item",
            remedy=Words("先送审并完成三审", "submit it and have it signed"),
        )
    return known[0]
