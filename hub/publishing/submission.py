"""From an item to its editions in review: rendered once, frozen, and opened for signatures."""

from __future__ import annotations

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.interpretation import gate
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.publishing import events, rules, store
from hub.publishing.models import Edition
from hub.publishing.ports import DraftEdition, Rendered
from hub.publishing.texts import draft_passages
from hub.review import store as review
from hub.review.checks.admission import Library, admit
from hub.review.checks.examining import Examiner
from hub.review.checks.files import Examined
from hub.review.models import Approval

__all__ = ["Submission"]


class Submission:
    """Works inside the caller's transaction; `examiner` looks into files before it."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._library = Library()
        self.examiner = Examiner(database, self._library)

    def open(
        self, tx: Transaction, item: Item, rendered: Rendered, examined: Examined, actor: str
    ) -> Approval:
        """Keep what was rendered and open its review; the bytes never change after this.

        Raises NotInterpreted for a document without its interpretation, BlockedByChecks for what
        must not be published and nobody has answered for, NotExamined where `examined` is not what
        holds now, and what `review.open_approval` does.
        """
        gate.check(tx.connection, item.id)
        now = self._clock.now()
        texts = draft_passages(rendered)
        admit(tx, self._library, item, texts, examined=examined, actor=actor, at=now)
        for sha256, picture in rendered.pictures.items():
            media_type = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
            catalogue.put_blob(tx, sha256, media_type, picture)
        editions = [self._edition(item, draft) for draft in rendered.editions]
        store.add_editions(tx, editions, now)
        approval_id = self._ids.new(now)
        entries = {e.name: e.payload_hash for e in editions}
        review.open_approval(
            tx,
            approval_id=approval_id,
            item=item,
            entries=entries,
            submitted_by=actor,
            at=now,
        )
        data = {"item": item.id, "version": item.version, "editions": entries}
        tx.record(Event(kind=events.SUBMITTED, subject=approval_id, actor=actor, at=now, data=data))
        return review.get_approval(tx.connection, approval_id)

    def hashes(self, rendered: Rendered) -> dict[str, str]:
        """The manifest that `open` would open: edition name → SHA-256 of its bytes."""
        return {
            rules.edition_name(draft.channel, draft.variation): rules.payload_hash(
                rules.encode_parts(draft.parts)
            )
            for draft in rendered.editions
        }

    def _edition(self, item: Item, draft: DraftEdition) -> Edition:
        payload = rules.encode_parts(draft.parts)
        return Edition(
            id=self._ids.new(self._clock.now()),
            item_id=item.id,
            item_version=item.version,
            channel=draft.channel,
            name=rules.edition_name(draft.channel, draft.variation),
            variation=dict(draft.variation),
            payload=payload,
            payload_hash=rules.payload_hash(payload),
            parts=len(draft.parts),
        )
