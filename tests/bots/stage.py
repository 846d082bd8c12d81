"""A small province that has published things: regulations, lists, a document and its successor."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image

from app.compose import Hub, open_hub
from app.settings import LogLevel, Settings
from hub.catalogue.models import Attribute, Item, ItemDraft, Validity
from hub.catalogue.publication import mark_public
from hub.catalogue.relations.models import Relation, RelationKind
from hub.catalogue.relations.store import relate
from hub.kernel.clock import Clock
from hub.organisations.models import BodyKind, NewBody

__all__ = ["ACTOR", "settings_of", "stock"]

ACTOR = "wang.lei"
_DATA = Path(__file__).parents[2] / "simulators" / "data"
_LISTS = (
    ("powers", "510000", 0), ("negatives", "510000", 0), ("budgets", "510000", 2026),
    ("expenses", "510000", 2026), ("projects", "510100", 2026), ("points", "510100", 0),
)  # fmt: skip
_OLD = "市民申领食品摊贩备案卡的，到社区服务站登记，三个工作日内发卡。备案卡有效期一年。"
_NEW = "市民申领食品摊贩备案卡的，到政务服务中心或网上登记，当场发卡。备案卡有效期三年。"


def settings_of(home: Path) -> Settings:
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'gongkai.db'}",
        redis_url="",
        secret_keys=(),
        site_url="https://www.example.gov.cn",
        portal_name="四川省人民政府",
        office_name="省政府办公厅政务公开办公室",
        office_phone="028-12345678",
        log_level=LogLevel.WARNING,
    )


def stock(home: Path, clock: Clock) -> dict[str, str]:
    """Fill an installation in `home`; the ids of what tests speak of, by name."""
    return asyncio.run(_stock(home, clock))


async def _stock(home: Path, clock: Clock) -> dict[str, str]:
    async with open_hub(settings_of(home), clock=clock) as hub:
        listed = json.loads((_DATA / "bodies.json").read_text("utf-8"))
        bodies = [NewBody(**{**row, "kind": BodyKind(row["kind"])}) for row in listed]
        await hub.organisations.import_bodies(bodies, actor=ACTOR)
        ids = {body.code: body.id for body in await hub.organisations.bodies()}
        named = await _documents(hub, ids)
        for kind, code, year in _LISTS:
            await _list(hub, kind, code, year)
        await hub.search.rebuild(processes=1)
    return named


async def _documents(hub: Hub, bodies: dict[str, str]) -> dict[str, str]:
    rows = [
        json.loads(line) for line in (_DATA / "regulations.jsonl").read_text("utf-8").splitlines()
    ]
    regulations = [
        await _add(hub, bodies["510000"], title=row["title"], body=row["body"],
                   doc_no=row["order"] or "", issuer="国务院")
        for row in rows
    ]  # fmt: skip
    old = await _add(hub, bodies["510100"], title="成都市食品摊贩备案办法（试行）", body=_OLD,
                     doc_no="成府发〔2019〕5号")  # fmt: skip
    new = await _add(hub, bodies["510100"], title="成都市食品摊贩备案办法", body=_NEW,
                     doc_no="成府发〔2025〕8号")  # fmt: skip
    await hub.catalogue.set_validity(
        old.id, Validity.SUPERSEDED, since=date(2025, 6, 1), by_item_id=new.id, actor=ACTOR
    )
    other = await _add(hub, bodies["510700"], title="绵阳市食品摊贩备案办法",
                       body="绵阳市食品摊贩备案卡由街道办事处当日核发，有效期二年。")  # fmt: skip
    explained = await _explained(hub, bodies["510000"], regulations[0])
    return {
        "business": regulations[0].id, "old": old.id, "new": new.id, "other": other.id,
        "explained": explained.id,
    }  # fmt: skip


async def _explained(hub: Hub, body_id: str, item: Item) -> Item:
    """An interpretation with an infographic."""
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), "white").save(out, "PNG")
    picture = await hub.catalogue.store_picture(
        out.getvalue(), alt="一图读懂优化营商环境条例", actor=ACTOR
    )
    made = await _add(
        hub, body_id, title="一图读懂《优化营商环境条例》", body="条例保护市场主体。",
        pictures=(picture,),
    )  # fmt: skip
    relation = Relation(
        item_id=made.id, kind=RelationKind.INTERPRETS, other_id=item.id, made_by=ACTOR,
        made_at=hub.clock.now(),
    )  # fmt: skip
    await hub.database.write(lambda tx: relate(tx, relation), audited=False)
    return made


async def _add(hub: Hub, body_id: str, **content: Any) -> Item:
    draft = ItemDraft(body_id=body_id, attribute=Attribute.PROACTIVE, **content)
    return await _public(hub, await hub.catalogue.add(draft, actor=ACTOR))


async def _public(hub: Hub, item: Item) -> Item:
    at = hub.clock.now()
    await hub.database.write(lambda tx: mark_public(tx, item.id, item.version, at))
    return item


async def _list(hub: Hub, kind: str, code: str, year: int) -> None:
    file = _DATA / "keyareas" / f"{kind}.csv"
    assert list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    key = await hub.keyareas.key(kind, code, year)
    day = date(2026, 1, 1)
    prepared = await hub.keyareas.import_file(file, key, effective_on=day, actor=ACTOR)
    assert not prepared.faults, prepared.faults[:3]
    assert prepared.version
    await _public(hub, await hub.keyareas.propose(prepared.version.id, actor=ACTOR))
