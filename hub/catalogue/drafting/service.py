"""Keeping what is being typed, and making it the item's next version.

Everybody writes in a draft of their own, so that no keystroke of one is lost to another. Whose
text becomes the item is decided when it is saved: by who looked at the version that is current.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from hub.catalogue import rules, store
from hub.catalogue.drafting import events
from hub.catalogue.drafting import store as drafts
from hub.catalogue.drafting.errors import DraftElsewhere
from hub.catalogue.drafting.models import Draft, Typed, Writer
from hub.catalogue.editing import edit_item
from hub.catalogue.errors import StaleVersion
from hub.catalogue.models import Item
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind

__all__ = ["Drafting", "as_typed"]


def as_typed(item: Item, typed: Typed) -> Item:
    """The item as it would be with what was typed; nothing of it is checked or kept."""
    return replace(
        item,
        title=typed.title,
        summary=typed.summary,
        body=typed.body,
        variants=typed.variants,
    )


class Drafting:
    """One transaction per method; who may write is asked before (`hub.review.doors`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def draft(self, item_id: str, login: str) -> Draft:
        """The person's draft, or the item as it is where they have none; raises UnknownItem."""

        def look(connection: Connection) -> Draft:
            item = store.get_item(connection, item_id)
            return drafts.find_draft(connection, item_id, login) or _begun(item, login)

        return await self._database.read(look)

    async def writers(self, item_id: str, but: str) -> list[Writer]:
        """Who else has a draft of the item, the last one first."""
        return await self._database.read(lambda c: drafts.writers(c, item_id, but))

    async def own(self, login: str, limit: int = 50) -> list[str]:
        """The ids of the items that the person has drafts of, the last kept first."""
        return await self._database.read(lambda c: drafts.drafts_of_person(c, login, limit))

    async def keep(
        self, item_id: str, login: str, typed: Typed, *, window: str, revision: int, base: int
    ) -> Draft:
        """Keep what `window` holds; `revision` is the one that it was opened with, and `base` the
        version of the item that its text began from.

        Raises DraftElsewhere where another window of the person kept another text meanwhile, and
        UnknownItem. The same text again changes nothing.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Draft:
            item = store.lock_item(tx, item_id)
            held = drafts.find_draft(tx.connection, item_id, login)
            found = held or _begun(item, login)
            if typed == found.typed and base == found.base_version:
                return found
            if held and held.window != window and held.revision != revision:
                raise DraftElsewhere(held.saved_at or at)
            new = replace(
                found,
                base_version=min(base, item.version),
                revision=found.revision + 1,
                window=window,
                typed=typed,
                saved_at=at,
            )
            drafts.keep(tx, new)
            if held is None:
                self._record(tx, events.DRAFT_BEGUN, item_id, login)
            return new

        # what follows the beginning is typing, of which nobody is told
        return await self._database.write(work, audited=False)

    async def finish(self, item_id: str, login: str, *, base: int) -> Item:
        """Make the person's draft the item's next version, whose approvals start anew.

        Raises StaleVersion where the item has gone on beyond `base`, the version they looked at,
        InvalidInput and the other errors of `Catalogue.edit`. The draft is gone only then.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Item:
            old = store.lock_item(tx, item_id)
            held = drafts.find_draft(tx.connection, item_id, login)
            if held is None:
                return old
            if base != old.version:
                raise _stale(old)
            changed = as_typed(old, held.typed)
            new = edit_item(tx, old, rules.draft_of(changed), actor=login, at=at)
            drafts.forget(tx, item_id, login)
            if new.version == old.version:
                self._record(tx, events.DRAFT_DISCARDED, item_id, login)
            return new

        return await self._database.write(work)

    async def discard(self, item_id: str, login: str) -> None:
        """Forget the person's draft; without one nothing happens."""

        def work(tx: Transaction) -> None:
            if drafts.forget(tx, item_id, login):
                self._record(tx, events.DRAFT_DISCARDED, item_id, login)

        await self._database.write(work)

    def _record(self, tx: Transaction, kind: Kind, item_id: str, login: str) -> None:
        tx.record(Event(kind=kind, subject=item_id, actor=login, at=self._clock.now()))


def _begun(item: Item, login: str) -> Draft:
    typed = Typed(title=item.title, summary=item.summary, body=item.body, variants=item.variants)
    return Draft(
        item_id=item.id,
        login=login,
        base_version=item.version,
        revision=0,
        window="",
        typed=typed,
    )


def _stale(item: Item) -> StaleVersion:
    return StaleVersion(
        Words(
            f"您写稿期间，他人已保存第 {item.version} 版",
            f"somebody saved version {item.version} while you were writing",
        ),
        field="base_version",
        remedy=Words(
            "您的文稿仍在；对比新版后，以您的文稿为准再保存，或放弃",
            "your draft is kept; compare, then save it upon that version, or discard it",
        ),
    )
