"""What may be done with canned answers. One is said only while everything it rests on holds: each
item is public in the version that was looked over, and in force."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.models import Item
from hub.catalogue.public.store import public_items, related
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.validity.rules import STANDING_WORDS, in_effect, standing
from hub.conversation.desk import events
from hub.conversation.desk.canned import store
from hub.conversation.desk.canned.errors import BadCanned, Stale, UnknownCanned
from hub.conversation.desk.canned.models import Canned, CannedView, NewCanned
from hub.conversation.desk.stepping import officer_of
from hub.conversation.models import Citation
from hub.kernel.clock import CHINA, Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.review.checks.models import Passage, Severity
from hub.review.checks.rules import examine

__all__ = ["CannedAnswers"]

_LIMITS = (("key", 64), ("title", 200), ("text", 2_000))
_MOST_ITEMS = 5
_AFTER = frozenset({RelationKind.SUPERSEDES, RelationKind.REPEALS})


class CannedAnswers:
    """`site_url` is where the public reads items."""

    def __init__(self, *, database: Database, clock: Clock, ids: IdSource, site_url: str) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._site = site_url.rstrip("/")

    async def set(self, new: NewCanned, *, actor: str) -> Canned:
        """Make a canned answer, or write one anew, by somebody who answers for the body. Raises
        BadCanned, Stale where an item does not hold now, UnknownItem."""
        text = _checked(new)
        now = self._clock.now()

        def work(tx: Transaction) -> Canned:
            officer_of(tx.connection, actor, new.body_id)
            items = self._holding(tx.connection, new.items)
            known = store.find(tx.connection, new.body_id, new.key.strip())
            canned = Canned(
                id=known.id if known else self._ids.new(now),
                body_id=new.body_id,
                key=new.key.strip(),
                title=new.title.strip(),
                text=text,
                items={item.id: item.version for item in items},
                set_by=actor,
                set_at=now,
            )
            store.put(tx, canned)
            data = {"body": new.body_id, "key": canned.key, "items": dict(canned.items)}
            tx.record(
                Event(kind=events.CANNED_SET, subject=canned.id, actor=actor, at=now, data=data)
            )
            return canned

        return await self._database.write(work)

    async def retire(self, body_id: str, key: str, *, actor: str) -> Canned:
        """Take it out of use. Raises UnknownCanned."""
        now = self._clock.now()

        def work(tx: Transaction) -> Canned:
            officer_of(tx.connection, actor, body_id)
            canned = _known(tx.connection, body_id, key)
            store.retire(tx, canned.id, now)
            data = {"body": body_id, "key": key}
            kind = events.CANNED_RETIRED
            tx.record(Event(kind=kind, subject=canned.id, actor=actor, at=now, data=data))
            return canned

        return await self._database.write(work)

    async def listed(self, body_id: str) -> list[CannedView]:
        """Those in use, by key, each with what keeps it from being said now."""

        def look(connection: Connection) -> list[CannedView]:
            found = []
            for canned in store.of_body(connection, body_id):
                try:
                    self._holding(connection, tuple(canned.items), canned.items)
                except Stale as error:
                    found.append(CannedView(canned=canned, stale=error.words))
                else:
                    found.append(CannedView(canned=canned, stale=None))
            return found

        return await self._database.read(look)

    def usable(
        self, connection: Connection, body_id: str, key: str
    ) -> tuple[str, tuple[Citation, ...]]:
        """The text and what it rests on, at this moment. Raises UnknownCanned, and Stale naming
        the successor."""
        canned = _known(connection, body_id, key)
        items = self._holding(connection, tuple(canned.items), canned.items)
        return canned.text, tuple(self._cited(item) for item in items)

    def cited(self, connection: Connection, ids: tuple[str, ...]) -> tuple[Citation, ...]:
        """These items as sources of an answer. Raises BadCanned for too many, and Stale for one
        that the public does not see or that is not in force."""
        if len(ids) > _MOST_ITEMS:
            raise BadCanned(
                Words(f"最多引用 {_MOST_ITEMS} 条信息", f"at most {_MOST_ITEMS} items"),
                field="items",
                remedy=Words("去掉几条", "leave some out"),
            )
        return tuple(self._cited(item) for item in self._holding(connection, ids))

    async def public(self, ids: tuple[str, ...]) -> list[Item]:
        """Those of the items that the public sees, in the order asked for."""
        shown = await self._database.read(lambda c: public_items(c, ids))
        return [shown[one] for one in dict.fromkeys(ids) if one in shown]

    def _holding(
        self,
        connection: Connection,
        ids: tuple[str, ...],
        versions: Mapping[str, int] | None = None,
    ) -> list[Item]:
        """The items as the public sees them, in order; raises Stale for one that does not hold."""
        today = self._clock.now().astimezone(CHINA).date()
        shown = public_items(connection, ids)
        held = []
        for item_id in ids:
            item = shown.get(item_id)
            if item is None:
                raise Stale(_gone(connection, item_id))
            if not in_effect(item, today):
                raise Stale(_ended(connection, item, STANDING_WORDS[standing(item, today)]))
            if versions is not None and versions[item_id] != item.version:
                raise Stale(
                    Words(
                        f"《{item.title}》已更新，答复须复核",
                        f"'{item.title}' has a new version: look the answer over",
                    )
                )
            held.append(item)
        return held

    def _cited(self, item: Item) -> Citation:
        day = item.published_at.astimezone(CHINA).date() if item.published_at else None
        return Citation(
            title=item.title,
            index_no=item.index_no,
            published_on=day,
            url=f"{self._site}/i/{item.id}.html",
        )


def _known(connection: Connection, body_id: str, key: str) -> Canned:
    found = store.find(connection, body_id, key)
    if found is None or found.retired_at is not None:
        raise UnknownCanned(key)
    return found


def _gone(connection: Connection, item_id: str) -> Words:
    """Why the public does not see the item; raises UnknownItem where there is none."""
    title = catalogue.get_item(connection, item_id).title
    after = _successor(connection, item_id)
    return Words(f"《{title}》未公开或已撤回{after.zh}", f"'{title}' is not public{after.en}")


def _ended(connection: Connection, item: Item, how: Words) -> Words:
    after = _successor(connection, item.id)
    return Words(f"《{item.title}》{how.zh}{after.zh}", f"'{item.title}' is {how.en}{after.en}")


def _successor(connection: Connection, item_id: str) -> Words:
    """What the public reads in its place, where that is known."""
    for one in related(connection, item_id):
        if one.inverse and one.kind in _AFTER:
            title, name = one.item.title, one.item.doc_no or one.item.index_no or one.item.id
            return Words(f"，现行为《{title}》（{name}）", f"; now '{title}' ({name})")
    return Words("", "")


def _checked(new: NewCanned) -> str:
    """The text as it is kept; raises BadCanned."""
    for name, limit in _LIMITS:
        value = str(getattr(new, name)).strip()
        if not 0 < len(value) <= limit:
            raise BadCanned(
                Words(f"{name} 须为 1 至 {limit} 字", f"{name}: 1 to {limit} characters"),
                field=name,
            )
    if not 0 < len(set(new.items)) <= _MOST_ITEMS:
        raise BadCanned(
            Words(f"须依据 1 至 {_MOST_ITEMS} 条信息", f"rests on 1 to {_MOST_ITEMS} items"),
            field="items",
            remedy=Words("用 --item 指明", "name them with --item"),
        )
    text = new.text.strip()
    grave = [f for f in examine([Passage(field="text", text=text)]) if f.severity is Severity.BLOCK]
    if grave:
        zh = "、".join(dict.fromkeys(f.words.zh for f in grave))
        raise BadCanned(
            Words(f"常用答复中有：{zh}", f"it has {grave[0].words.en}"),
            field="text",
            remedy=Words("删去", "leave it out"),
        )
    return text
