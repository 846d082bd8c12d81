"""Which of an item's editions an account is given, by the name it has in the manifest."""

from __future__ import annotations

from hub.catalogue.models import Item
from hub.catalogue.variants.rules import own_variation
from hub.organisations.models import Account
from hub.publishing.ports import ChannelBook
from hub.publishing.rules import edition_name

__all__ = ["name_for"]


def name_for(book: ChannelBook, item: Item, account: Account) -> str:
    """The edition that accounts of its variation share, or its own where words of `item` were
    written for it alone."""
    shared = book.variation(account.channel, account.settings)
    return edition_name(
        account.channel, own_variation(item.variants, account.channel, account.id, shared)
    )
