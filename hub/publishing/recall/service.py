"""Ordering that an item is withdrawn or corrected wherever it is, and saying how far that got."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Attribute, Item
from hub.catalogue.publication import withdraw
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Account
from hub.publishing import events
from hub.publishing import store as ledger_store
from hub.publishing.afterwards import store as afterwards
from hub.publishing.models import Edition
from hub.publishing.naming import name_for
from hub.publishing.ports import Announcing, ChannelBook, Rendered
from hub.publishing.recall import store
from hub.publishing.recall.drafting import Desk, Sheet, notice_name
from hub.publishing.recall.models import Order, Ordered, OrderKind, Post, Reach, Way
from hub.publishing.recall.reach import reach_of
from hub.publishing.recall.rules import shown, way_to
from hub.publishing.signing import signed_editions
from hub.publishing.submission import Submission
from hub.review import store as review
from hub.review.checks.files import NOTHING, Examined

__all__ = ["Recalling"]


@dataclass(slots=True)
class _Scene:
    """What the database says about an item when an order is given."""

    item: Item
    posts: list[Post]
    # by account and occurrence: what is public there, or may be
    targets: dict[tuple[str, str], list[Post]]
    accounts: Mapping[str, Account]
    editions: Mapping[str, Edition] = field(default_factory=dict)  # signed, by name
    orders: list[Order] = field(default_factory=list)
    examined: Examined = NOTHING


class Recalling:
    """`on_change` is called after what may have made something due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        channels: ChannelBook,
        announcer: Announcing,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._announcer = announcer
        self._desk = Desk(clock, ids, channels)
        self._submission = Submission(database, clock, ids)
        self._ids = ids
        self.on_change = on_change

    async def recall(self, item_id: str, actor: str, reason: str = "") -> Ordered:
        """Withdraw an item from exactly the accounts that have it, or may have it.

        Each account's way is its channel's: deletion, else a notice (which needs three signatures
        of its own), else a task for a person. What has not left is cancelled, and nothing of these
        versions is ever sent again. A post whose outcome is unknown is withdrawn once it is
        found. Ordered twice, only what failed is begun anew. Raises NotFound, and Conflict when
        there is nothing to withdraw or to stop.
        """
        return await self._order(OrderKind.RECALL, item_id, actor, reason)

    async def correct(self, item_id: str, actor: str, reason: str = "") -> Ordered:
        """Bring the item's current version to exactly the accounts that show an earlier one.

        In place where the channel can, else deleted and posted again, else a notice, else a task
        for a person. Raises UnsignedEdition before the third signature on the new version,
        Conflict when no account shows an earlier one, NotFound.
        """
        return await self._order(OrderKind.CORRECT, item_id, actor, reason)

    async def reach(self, item_id: str) -> Reach:
        """Every account that ever had to do with the item, and where it stands."""

        def work(connection: Connection) -> Reach:
            catalogue.get_item(connection, item_id)
            posts = store.posts_of(connection, item_id)
            ids = {post.delivery.account_id for post in posts}
            return reach_of(
                item_id,
                posts,
                store.followups_about(connection, item_id),
                store.orders_of(connection, item_id),
                organisations.get_accounts(connection, ids),
                afterwards.proofs(connection, item_id),
                afterwards.latest_samples(connection, item_id),
            )

        return await self._database.read(work)

    async def _order(self, kind: OrderKind, item_id: str, actor: str, reason: str) -> Ordered:
        scene = await self._database.read(lambda c: self._look(c, kind, item_id))
        rendered = await self._announced(kind, scene)

        def work(tx: Transaction, examined: Examined) -> Ordered:
            current = replace(self._look(tx.connection, kind, item_id), examined=examined)
            return self._give(tx, kind, current, rendered, actor, reason)

        if rendered.editions:  # they are reviewed, and with them the item's files
            ordered = await self._submission.examiner.write(item_id, work)
        else:
            ordered = await self._database.write(lambda tx: work(tx, NOTHING))
        self.on_change()
        return ordered

    def _look(self, connection: Connection, kind: OrderKind, item_id: str) -> _Scene:
        item = catalogue.get_item(connection, item_id)
        posts = store.posts_of(connection, item_id)
        targets: dict[tuple[str, str], list[Post]] = {}
        for post in shown(posts, store.followups_about(connection, item_id)):
            if kind is OrderKind.RECALL or post.version < item.version:
                key = post.delivery.account_id, post.delivery.occurrence
                targets.setdefault(key, []).append(post)
        return _Scene(
            item=item,
            posts=posts,
            targets=targets,
            accounts=organisations.get_accounts(connection, {account for account, _ in targets}),
            editions=signed_editions(connection, item) if kind is OrderKind.CORRECT else {},
            orders=store.orders_of(connection, item_id),
        )

    async def _announced(self, kind: OrderKind, scene: _Scene) -> Rendered:
        """The notices for accounts where nothing better is possible now."""
        if scene.item.attribute is not Attribute.PROACTIVE:
            return Rendered(editions=())  # what is not public any more is not written about
        needing = [
            scene.accounts[account_id]
            for (account_id, _), posts in scene.targets.items()
            if self._way(kind, scene, account_id, posts, notice=True) is Way.NOTICE
        ]
        if not needing:
            return Rendered(editions=())
        owner = scene.item.body_id
        body = await self._database.read(lambda c: organisations.get_body(c, owner))
        return await self._announcer.announce(scene.item, body, needing, kind.value)

    def _way(
        self,
        kind: OrderKind,
        scene: _Scene,
        account_id: str,
        posts: Sequence[Post],
        *,
        notice: bool,
    ) -> Way:
        account = scene.accounts[account_id]
        edition = scene.editions.get(name_for(self._channels, scene.item, account))
        if kind is OrderKind.CORRECT and edition is None:
            return Way.NOTICE if notice else Way.PERSON
        return way_to(
            kind,
            self._channels.declaration(account.channel),
            [post.delivery for post in posts],
            self._clock.now(),
            parts=edition.parts if edition else 0,
            notice=notice,
        )

    def _give(
        self,
        tx: Transaction,
        kind: OrderKind,
        scene: _Scene,
        rendered: Rendered,
        actor: str,
        reason: str,
    ) -> Ordered:
        now = self._clock.now()
        order = self._new_order(kind, scene, actor, reason, now)
        upto = order.item_version if kind is OrderKind.RECALL else order.item_version - 1
        cancelled = store.cancel_waiting(tx, scene.item.id, upto)
        notices, approval_id = self._open_review(tx, scene, rendered, kind, actor)
        sheet = Sheet(order)
        for (account_id, _), posts in scene.targets.items():
            account = scene.accounts[account_id]
            variation = self._channels.variation(account.channel, account.settings)
            notice = notices.get(notice_name(account.channel, variation, kind))
            way = self._way(kind, scene, account_id, posts, notice=notice is not None)
            own = name_for(self._channels, scene.item, account)
            edition = notice if way is Way.NOTICE else scene.editions.get(own)
            self._desk.draft(sheet, way, account, [p.delivery for p in posts], edition)
        ordered = self._keep(tx, sheet, scene, cancelled, approval_id)
        if kind is OrderKind.RECALL:  # what is ours to show is gone before any platform is asked
            withdraw(tx, scene.item.id, now, reason, upto=order.item_version, actor=actor)
        return ordered

    def _new_order(
        self, kind: OrderKind, scene: _Scene, actor: str, reason: str, now: datetime
    ) -> Order:
        """A recall is of every version that ever went out or was to."""
        versions = [post.version for post in scene.posts]
        recall = kind is OrderKind.RECALL
        return Order(
            id=self._ids.new(now),
            kind=kind,
            item_id=scene.item.id,
            item_version=max(versions, default=0) if recall else scene.item.version,
            reason=reason,
            ordered_by=actor,
            ordered_at=now,
        )

    def _open_review(
        self, tx: Transaction, scene: _Scene, rendered: Rendered, kind: OrderKind, actor: str
    ) -> tuple[dict[str, Edition], str]:
        """The notices as editions by name, and the review that they wait for, if they do."""
        if not rendered.editions:
            return {}, ""
        item = scene.item
        hashes = self._submission.hashes(rendered)
        waiting = ""
        for approval in review.approvals_for(tx.connection, item.id, item.version):
            alive = approval.complete or approval.next_step is not None
            if alive and all(approval.entries.get(n) == h for n, h in hashes.items()):
                waiting = "" if approval.complete else approval.id
                break
        else:
            waiting = self._submission.open(tx, item, rendered, scene.examined, actor).id
        held = ledger_store.editions_of(tx.connection, item.id, item.version)
        notices = {e.name: e for e in held if hashes.get(e.name) == e.payload_hash}
        return notices, waiting

    def _keep(
        self,
        tx: Transaction,
        sheet: Sheet,
        scene: _Scene,
        cancelled: Sequence[str],
        approval_id: str,
    ) -> Ordered:
        """Write the order down, unless it would change nothing."""
        order, now = sheet.order, self._clock.now()
        rows, again = self._desk.settle(tx, sheet, scene.posts)
        earlier = [o for o in scene.orders if o.kind is order.kind]
        if not rows and not again and not cancelled:
            if not earlier:
                raise _nothing(order.kind)
            order = earlier[-1]
        elif rows or cancelled:
            self._desk.write(tx, order, scene.item, sheet, rows)
        if rows or again or cancelled:
            recall = order.kind is OrderKind.RECALL
            data = {
                "order": order.id,
                "ways": {way.value: count for way, count in sheet.counts(rows).items()},
                "cancelled": cancelled,
                "again": again,
                "reason": order.reason,
            }
            kind = events.RECALL_ORDERED if recall else events.CORRECTION_ORDERED
            subject, actor = order.item_id, order.ordered_by
            tx.record(Event(kind=kind, subject=subject, actor=actor, at=now, data=data))
        return Ordered(
            order_id=order.id,
            kind=order.kind,
            ways=sheet.counts(rows),
            cancelled=len(cancelled),
            again=len(again),
            approval_id=approval_id,
        )


def _nothing(kind: OrderKind) -> Conflict:
    if kind is OrderKind.RECALL:
        words = Words("没有可撤回的投递", "nothing is published that could be recalled")
    else:
        words = Words("没有账号仍显示旧版", "no account shows an earlier version")
    return Conflict(words, field="item")
