"""A portal with real regulations on its shelves, some of them with a past."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web

from hub.catalogue.classification.models import Genre
from hub.catalogue.keyareas.lookup import KeyAreaLookup
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.public.service import PublicCatalogue
from hub.catalogue.publication import mark_public, withdraw
from hub.catalogue.relations.models import Relation, RelationKind
from hub.catalogue.relations.store import relate
from hub.catalogue.rules import draft_of
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.organisations.models import BodyKind, NewBody
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from tests.publishers.doubles import picture
from web.portal.desk import Desk
from web.portal.portal import open_desk, portal_routes
from web.portal.site import Office, Site

DATA = Path(__file__).resolve().parents[3] / "simulators" / "data" / "regulations.jsonl"
SITE = Site(
    name="江澜市人民政府",
    url="https://www.jianglan.gov.cn",
    code="5199000001",
    icp="蜀ICP备00000000号",
    office=Office(name="江澜市人民政府办公室", phone="028-00000000", hours="工作日 9:00-17:00"),
)
BODIES = (
    NewBody(code="519900", name="江澜市人民政府", kind=BodyKind.CITY, region="川南"),
    NewBody(code="519901", name="江澜市财政局", kind=BodyKind.DEPARTMENT, parent_code="519900"),
    NewBody(code="519902", name="青溪县人民政府", kind=BodyKind.COUNTY, parent_code="519900"),
)
THEMES = (
    "综合政务\\政务公开",
    "财政、金融、审计",
    "城乡建设、环境保护",
    "综合政务\\文秘工作",
    "市场监管、安全生产监管",
)
_RELATED = Kind("test.related", Words("关联", "related"))
_MINUTE = 60


@dataclass(slots=True)
class Shelf:
    """An open portal and what stands on it, by name."""

    desk: Desk
    items: dict[str, Item] = field(default_factory=dict)

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(portal_routes(self.desk))
        return application

    def path(self, name: str) -> str:
        return f"/i/{self.items[name].id}.html"


def regulations() -> Iterator[Mapping[str, Any]]:
    """Real ones, as they are imported."""
    for line in DATA.read_text("utf-8").splitlines():
        yield json.loads(line)


class Librarian:
    """Puts items on the shelf the way publishing does, without a platform."""

    def __init__(self, database: Database, clock: ManualClock, ids: IdSource) -> None:
        self.database, self.clock = database, clock
        self.catalogue = Catalogue(database, clock, ids)

    async def show(self, item: Item) -> Item:
        """The item's current version becomes public, a minute later than the one before."""
        self.clock.advance(_MINUTE)
        at = self.clock.now()
        await self.database.write(lambda tx: mark_public(tx, item.id, item.version, at))
        return await self.catalogue.get(item.id)

    async def add(self, draft: ItemDraft) -> Item:
        return await self.show(await self.catalogue.add(draft, actor="clerk"))

    async def edit(self, item: Item, draft: ItemDraft) -> Item:
        return await self.catalogue.edit(item.id, draft, actor="clerk")

    async def withdraw(self, item: Item) -> None:
        at = self.clock.now()
        await self.database.write(lambda tx: withdraw(tx, item.id, at, "错误", upto=item.version))

    async def relate(self, one: Item, kind: RelationKind, other: Item) -> None:
        at = self.clock.now()
        relation = Relation(
            item_id=one.id, kind=kind, other_id=other.id, made_by="clerk", made_at=at
        )

        def work(tx: Transaction) -> None:
            relate(tx, relation)
            tx.record(Event(kind=_RELATED, subject=one.id, actor="clerk", at=at, data={}))

        await self.database.write(work)


async def stocked(
    database: Database, clock: ManualClock, ids: IdSource, home: Path | None = None
) -> Shelf:
    """Five regulations of three bodies: one interpreted, one superseded by another, one in its
    second version, one with a picture; besides them a draft and a withdrawn one.

    With a `home` there is an index to search.
    """
    organisations = Organisations(database, clock, ids, Vault({"k": bytes(32)}))
    await organisations.import_bodies(BODIES, actor="admin")
    bodies = {body.code: body for body in await organisations.bodies()}
    drafts = [
        ItemDraft(
            body_id=bodies[BODIES[place % 3].code].id,
            title=row["title"],
            body=row["body"],
            attribute=Attribute.PROACTIVE,
            doc_no=f"江府发〔2026〕{place + 1}号",
            genre=Genre.REGULATION,
            theme=THEMES[place],
            keywords=("公开", "规范"),
            formed_on=date.fromisoformat(row["dated"]),
        )
        for place, row in enumerate(regulations())
    ]
    public = PublicCatalogue(database)
    search = Search(database, clock, home) if home else None
    desk = open_desk(
        SITE,
        clock=clock,
        public=public,
        organisations=organisations,
        keyareas=KeyAreas(database, clock, ids),
        lookup=KeyAreaLookup(database, clock),
        search=search,
    )
    shelf = Shelf(desk)
    await _arrange(shelf.items, Librarian(database, clock, ids), drafts)
    if search:
        await search.rebuild()
    return shelf


async def _arrange(named: dict[str, Item], librarian: Librarian, drafts: list[ItemDraft]) -> None:
    named["plain"], named["old"], named["new"], edited, shown = [
        await librarian.add(draft) for draft in drafts
    ]
    named["first"] = edited
    changed = changed_draft(edited, title=f"{edited.title}（修订）")
    named["edited"] = await librarian.show(await librarian.edit(edited, changed))
    own = picture(side=900, colour="navy")
    pictured = await librarian.catalogue.add_picture(
        shown.id, own, alt="停车位布局示意图", actor="clerk"
    )
    named["pictured"] = await librarian.show(pictured)
    told = changed_draft(drafts[0], title="一图读懂：政务公开新规", body="出台背景……\n\n主要内容……")
    told = replace(told, genre=Genre.INTERPRETATION, doc_no="")
    named["interpretation"] = await librarian.add(told)
    await librarian.relate(named["interpretation"], RelationKind.INTERPRETS, named["plain"])
    await librarian.relate(named["new"], RelationKind.SUPERSEDES, named["old"])
    draft = changed_draft(drafts[0], title="尚未公开的草稿", doc_no="")
    named["draft"] = await librarian.catalogue.add(draft, actor="clerk")
    wrong = changed_draft(drafts[1], title="发错了的通知", doc_no="")
    named["withdrawn"] = await librarian.add(wrong)
    await librarian.withdraw(named["withdrawn"])


def changed_draft(base: Item | ItemDraft, **values: Any) -> ItemDraft:
    return replace(draft_of(base) if isinstance(base, Item) else base, **values)
