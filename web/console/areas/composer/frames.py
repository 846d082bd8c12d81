"""Articles and pages of a preview: documents of their own, in a sandbox of their own.

A frame runs nothing, sends nothing, and loads nothing but what stands in it: its pictures are in
the document, its styles are those that will be published.
"""

from __future__ import annotations

import base64
import io
import re
from functools import lru_cache
from html import escape

from aiohttp import web
from PIL import Image

from hub.catalogue import store
from hub.catalogue.drafting.service import as_typed
from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError, NotFound, Words
from hub.organisations.authority.rules import ENTERING
from hub.publishing.models import MediaRole
from hub.publishing.previewing.models import Preview
from web.console.call import Call

__all__ = ["framing", "gone", "picture", "picture_of", "sheet", "sheet_of", "small"]

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'; sandbox"
)
_CID = re.compile(r"cid:([0-9a-f]{64})(?:@[A-Za-z0-9.-]+)?")  # a letter's has its domain
_WIDE = 720  # pixels: what a preview needs of a picture
_STYLE = (
    "body{margin:0;padding:18px 16px 28px;background:#fff;color:#191919;overflow-wrap:anywhere;"
    "font:16px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif}"
    "h1{font-size:22px;line-height:1.4;margin:0 0 10px}img{max-width:100%;height:auto}"
    ".by{margin:0 0 20px;font-size:14px;color:#6a6a6a}.by b{font-weight:500;color:#3d5a86}"
    ".cover{margin:-18px -16px 18px}.cover img{display:block;width:100%}"
    ".more{margin:24px 0 0;font-size:15px;color:#3d5a86}"
)


def framing(response: web.Response) -> web.Response:
    """A page that may frame: the frames of its previews are pages of ours."""
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    policy += " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    response.headers["Content-Security-Policy"] = f"{policy} frame-src 'self'"
    return response


async def sheet(call: Call) -> web.StreamResponse:
    """The edition with that payload hash, as a document in its sandbox."""
    item = await _item(call)
    found = await _edition(call, item, call.request.match_info["digest"][:64])
    return await sheet_of(call, item, found)


async def sheet_of(call: Call, item: Item, found: Preview) -> web.Response:
    """An edition of the item as a document in its sandbox; who may see it was asked."""
    text = await _document(call, item, found)
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "private, max-age=600",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


async def picture(call: Call) -> web.StreamResponse:
    """A picture of an edition, made small."""
    return await picture_of(call, await _item(call))


async def picture_of(call: Call, item: Item) -> web.Response:
    """The picture of the address; who may see it was asked."""
    data = await _picture(call, item, call.request.match_info["sha256"][:64])
    if data is None:
        raise gone()
    response = web.Response(body=small(data), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@lru_cache(maxsize=64)
def small(data: bytes) -> bytes:
    """The picture as a JPEG, at most _WIDE wide."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.thumbnail((_WIDE, _WIDE * 6))
        made = io.BytesIO()
        opened.convert("RGB").save(made, "JPEG", quality=82)
        return made.getvalue()


async def _item(call: Call) -> Item:
    return await call.item(call.request.match_info["item"], ENTERING)


async def _edition(call: Call, item: Item, digest: str) -> Preview:
    """From memory, else made anew from the reader's draft: whoever restarts loses nothing."""
    found = call.desk.previews.held(item.id, digest)
    if found is None:
        draft = await call.desk.drafting.draft(item.id, call.login)
        made = await call.desk.previews.look(as_typed(item, draft.typed))
        found = next((one for one in made if one.payload_hash == digest), None)
    if found is None:
        raise gone()
    return found


async def _picture(call: Call, item: Item, sha256: str) -> bytes | None:
    """Drawn for an edition that was just shown, or one of the item's own."""
    drawn = call.desk.previews.picture(item.id, sha256)
    if drawn is not None or sha256 not in {one.sha256 for one in item.pictures}:
        return drawn
    return await call.desk.database.read(lambda c: store.read_blob(c, sha256))


async def _document(call: Call, item: Item, found: Preview) -> str:
    part = found.parts[0]
    text = part.text
    if found.declaration.markup != "page":
        text = _article(found)
    shown = {}
    for sha256 in set(_CID.findall(text)):
        data = await _picture(call, item, sha256)
        shown[sha256] = base64.b64encode(small(data)).decode() if data else ""
    return _CID.sub(lambda found: f"data:image/jpeg;base64,{shown[found[1]]}", text)


def _article(found: Preview) -> str:
    """An article's text with its title and account above it, as its platform frames it."""
    part = found.parts[0]
    covers = [one for one in part.media if one.role is MediaRole.COVER]
    covers = [one for one in covers if one.sha256 not in part.text]
    cover = f'<p class="cover"><img src="cid:{covers[0].sha256}" alt=""></p>' if covers else ""
    more = f'<p class="more">阅读原文 → {escape(part.link)}</p>' if part.link else ""
    return (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(part.title)}</title><style>{_STYLE}</style></head><body>{cover}"
        f"<h1>{escape(part.title)}</h1>"
        f'<p class="by"><b>{escape(found.seat.account.name)}</b></p>{part.text}{more}'
        "</body></html>"
    )


def gone() -> GongkaiError:
    return NotFound(
        Words("这份预览已更新", "this preview has been replaced"),
        remedy=Words("稍候，或重新打开本页", "wait a moment, or open the page again"),
    )
