"""Files of an item: added, looked into, taken off, read."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web
from aiohttp.web_request import FileField

from hub.catalogue import store
from hub.catalogue.attachments.errors import UnknownAttachment
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.authority.rules import ENTERING
from web.console.areas.items.pages import show_item
from web.console.call import Call
from web.statuses import status_of

__all__ = ["MOST_BYTES", "attach", "detach", "download"]

MOST_BYTES = 52 * 1024**2  # the largest kind of file and the form around it


async def attach(call: Call) -> web.StreamResponse:
    """The file is looked into before it is kept; what hides in it stands among the findings."""
    item = await call.item(call.request.match_info["item"], ENTERING)
    sent = call.form.get("file")
    try:
        if not isinstance(sent, FileField) or not sent.filename:
            raise InvalidInput(
                Words("没有选择文件", "no file was chosen"),
                field="file",
                remedy=Words("选择一个文件再上传", "choose one, then send it"),
            )
        data = sent.file.read()
        await call.desk.catalogue.attach(item.id, sent.filename, data, actor=call.login)
    except GongkaiError as error:
        return await show_item(call, item, error, status_of(error))
    return call.go(f"/items/{item.id}", said="attached")


async def detach(call: Call) -> web.StreamResponse:
    item = await call.item(call.request.match_info["item"], ENTERING)
    try:
        await call.desk.catalogue.detach(item.id, call.text("name"), actor=call.login)
    except GongkaiError as error:
        return await show_item(call, item, error, status_of(error))
    return call.go(f"/items/{item.id}", said="detached")


async def download(call: Call) -> web.StreamResponse:
    """The bytes as they were stored, to be saved and never shown as a page of ours."""
    item = await call.item(call.request.match_info["item"])
    sha256 = call.request.match_info["sha256"]
    found = next((one for one in item.attachments if one.sha256 == sha256), None)
    if found is None:
        raise UnknownAttachment(sha256[:64])
    data = await call.desk.database.read(lambda c: store.read_blob(c, sha256))
    name = f"attachment; filename*=UTF-8''{quote(found.name)}"
    headers = {"Content-Disposition": name, "Content-Security-Policy": "sandbox"}
    return web.Response(body=data, content_type="application/octet-stream", headers=headers)
