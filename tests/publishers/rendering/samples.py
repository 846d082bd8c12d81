"""Channels of every markup with narrow limits, and items of real and made-up text."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hub.catalogue.models import Attribute, Item, ItemState
from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.organisations.models import Account, Body, BodyKind
from hub.publishing.models import (
    Declaration,
    LengthUnit,
    MediaRef,
    MediaRole,
    MediaRule,
    Overflow,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Outlet
from publishers.contract import Channel, Source
from publishers.wire import Wire

REGULATIONS = [
    json.loads(line)
    for line in (Path(__file__).parent / "regulations.jsonl").read_text("utf-8").splitlines()
]
PICTURES = MediaRule(
    types=frozenset({"image/png", "image/jpeg"}), max_bytes=1_000_000, max_count=9, max_ratio=20
)
_FORMS: dict[str, dict[str, Any]] = {
    "html": {
        "unit": LengthUnit.UTF16,
        "text_limit": 4096,
        "caption_limit": 1024,
        "overflow": (Overflow.DIGEST,),
        "needs_link": True,
    },
    "text": {
        "unit": LengthUnit.WEIBO,
        "text_limit": 140,
        "overflow": (Overflow.DIGEST, Overflow.REFUSE),
        "needs_link": True,
    },
    "message": {
        "unit": LengthUnit.UTF8_BYTES,
        "text_limit": 2048,
        "overflow": (Overflow.DIGEST, Overflow.REFUSE),
        "needs_link": True,
    },
    "markdown": {
        "unit": LengthUnit.UTF8_BYTES,
        "text_limit": 4096,
        "overflow": (Overflow.DIGEST, Overflow.REFUSE),
        "needs_link": True,
    },
    "article": {
        "text_limit": 19_999,
        "title_limit": 64,
        "digest_limit": 120,
        "needs_cover": True,
        "overflow": (Overflow.DIGEST,),
    },
    "page": {"text_limit": 0},
}


def _never(wire: Wire, clock: Clock) -> Outlet:
    raise AssertionError("rendering opens no outlet")


def make_channel(markup: str, **changes: Any) -> Channel:
    """A channel of its own name for `markup`, so that no real channel's templates are used."""
    channel = {
        name: changes.pop(name) for name in ("adapt", "finish", "variation") if name in changes
    }
    values: dict[str, Any] = {
        "name": f"some-{markup}",
        "title": Words("某渠道", "some channel"),
        "markup": markup,
        "unit": LengthUnit.CHARACTERS,
        "media": PICTURES,
        "repeat": Repeat.POSTS_AGAIN,
        "reconciling": (Reconciling.PERSON,),
        "capabilities": frozenset(),
        "source": "made up",
        **_FORMS[markup],
        **changes,
    }
    declaration = Declaration(**values)
    return Channel(declaration=declaration, credentials=(), open=_never, **channel)


def make_picture(role: MediaRole = MediaRole.IMAGE, mark: str = "c", **changes: Any) -> MediaRef:
    values: dict[str, Any] = {
        "sha256": mark * 64,
        "media_type": "image/png",
        "size": 100_000,
        "width": 900,
        "height": 600,
        "alt": "图片说明",
    }
    return MediaRef(role=role, **{**values, **changes})


def make_source(**changes: Any) -> Source:
    values: dict[str, Any] = {
        "item_id": "01K3ZQ8Y5T9F3V7X2B6N4M1C0D",
        "title": "江澜市停车管理办法",
        "body": "第一条 为了规范停车秩序，制定本办法。\n\n第二条 本办法自公布之日起施行。",
        "summary": "为了规范停车秩序，制定本办法。",
        "link": "https://www.jianglan.example/i/01K3ZQ8Y5T9F3V7X2B6N4M1C0D.html",
        "organisation": "江澜市人民政府",
        "issuer": "江澜市人民政府办公室",
        "doc_no": "江政发〔2026〕12号",
        "theme": "城乡建设",
        "formed_on": date(2026, 3, 18),
        "validity": "有效",
        "cover": make_picture(MediaRole.COVER, "a", width=900, height=383),
        "card": make_picture(MediaRole.CARD, "b", width=1080, height=1080),
    }
    return Source(**{**values, **changes})


def make_item(**changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": "01K3ZQ8Y5T9F3V7X2B6N4M1C0D",
        "body_id": "jianglan",
        "external_key": "k",
        "version": 1,
        "title": "江澜市停车管理办法",
        "body": "第一条 为了规范停车秩序，制定本办法。\n\n第二条 本办法自公布之日起施行。",
        "issuer": "江澜市人民政府办公室",
        "attribute": Attribute.PROACTIVE,
        "state": ItemState.DRAFT,
        "entered_by": "p",
        "entered_at": datetime(2026, 3, 1, tzinfo=UTC),
        "content_hash": "h",
        "doc_no": "江政发〔2026〕12号",
        "formed_on": date(2026, 3, 18),
    }
    return Item(**{**values, **changes})


def make_account(channel: str, name: str = "one", **settings: Any) -> Account:
    return Account(
        id=f"{channel}-{name}",
        channel=channel,
        name=name,
        handle=name,
        body_id="jianglan",
        base_url="https://api.example",
        settings=settings,
    )


BODY = Body(id="jianglan", code="330000", name="江澜市人民政府", kind=BodyKind.CITY)
