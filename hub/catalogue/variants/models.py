"""A channel's or an account's own words for an item."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WORDS", "Variant"]

WORDS = ("title", "summary", "body")  # what of an item a variant may say in its own way


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What `channel` is given in place of the item's own words, written by hand.

    For all accounts of the channel, or with `account_id` for one of them alone, which then has an
    edition of its own. An empty field is as the item has it; `cover` is the SHA-256 of one of the
    item's pictures, which then takes the place of the drawn cover.
    """

    channel: str
    account_id: str = ""
    title: str = ""
    summary: str = ""
    body: str = ""
    cover: str = ""

    @property
    def empty(self) -> bool:
        return not (self.title or self.summary or self.body or self.cover)
