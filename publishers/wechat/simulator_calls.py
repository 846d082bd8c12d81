"""The simulated platform's calls, one function each: account and request in, answer out.

Sources: the pages of the single calls under developers.weixin.qq.com/doc/subscription/api and
/doc/service/api.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from publishers.wechat.simulator_articles import (
    Upload,
    check_upload,
    checked_article,
    checked_articles,
)
from publishers.wechat.simulator_chat import custom_send
from publishers.wechat.simulator_mass import mass_delete, mass_get, mass_sendall
from publishers.wechat.simulator_state import (
    OK,
    App,
    Draft,
    Refusal,
    Status,
    Task,
    beijing,
    draft_named,
    need_permission,
    new_id,
    new_number,
)
from publishers.wechat.simulator_world import World

__all__ = ["FORMS", "JSON_CALLS", "PLAIN", "Form"]

Json = Mapping[str, Any]
_LIBRARY = {"image": 100_000, "thumb": 100_000}
_OTHERS = 1000
_PAGE = 20
_CLEARINGS = 10
_PUBLISH_BASE, _DATA_BASE = 2_247_483_647, 2_650_000_000


class Form:
    """A multipart request: query, files and text fields."""

    def __init__(self, query: Json, files: dict[str, Upload], fields: dict[str, str]) -> None:
        self.query = query
        self.files = files
        self.fields = fields


async def draft_add(world: World, app: App, data: Json) -> Json:
    articles = checked_articles(app, data.get("articles"))
    now = int(world.now())
    media_id = new_id("draft", app.appid)
    app.drafts[media_id] = Draft(media_id=media_id, articles=articles, created=now, updated=now)
    return {"media_id": media_id}


async def draft_get(world: World, app: App, data: Json) -> Json:
    draft = draft_named(app, data)
    articles = [_visible(article) for article in draft.articles]
    return {"news_item": articles, "create_time": draft.created, "update_time": draft.updated}


async def draft_update(world: World, app: App, data: Json) -> Json:
    draft = draft_named(app, data)
    index = data.get("index", 0)
    if not isinstance(index, int) or not 0 <= index < len(draft.articles):
        raise Refusal(40035)
    draft.articles[index] = checked_article(app, data.get("articles"))
    draft.updated = int(world.now())
    return OK


async def draft_delete(world: World, app: App, data: Json) -> Json:
    app.drafts.pop(str(data.get("media_id", "")), None)
    return OK


async def draft_batchget(world: World, app: App, data: Json) -> Json:
    entries = sorted(app.drafts.values(), key=lambda draft: draft.updated, reverse=True)
    return _page(
        data,
        [
            {
                "media_id": draft.media_id,
                "content": {
                    "news_item": [_visible(article) for article in draft.articles],
                    "create_time": draft.created,
                    "update_time": draft.updated,
                },
                "update_time": draft.updated,
            }
            for draft in entries
        ],
    )


async def draft_count(world: World, app: App, data: Json) -> Json:
    return {"total_count": len(app.drafts)}


async def publish_submit(world: World, app: App, data: Json) -> Json:
    need_permission(app)
    draft = draft_named(app, data)
    if world.check_refuses and world.check_refuses in draft.articles[0]["content"]:
        raise Refusal(53503)
    task = Task(
        publish_id=str(new_number(_PUBLISH_BASE)),
        draft_id=draft.media_id,
        articles=[dict(article) for article in draft.articles],
        finish_at=world.now() + world.publish_delay,
    )
    app.tasks[task.publish_id] = task
    if world.draft_leaves == "at-submit":
        del app.drafts[draft.media_id]
    if world.callbacks == "before-response":
        await world.settle_before_answer(app, task)
    else:
        world.settle_later(app, task.finish_at)
    if world.answer_busy():
        raise Refusal(-1)
    return OK | {"publish_id": task.publish_id, "msg_data_id": new_number(_DATA_BASE)}


async def publish_get(world: World, app: App, data: Json) -> Json:
    task = app.tasks.get(str(data.get("publish_id", "")))
    if task is None:
        raise Refusal(40035)
    status = _later_status(app, task)
    answer: dict[str, Any] = {"publish_id": task.publish_id, "publish_status": int(status)}
    answer["fail_idx"] = []
    if task.article_id:
        items = [
            {"idx": index, "article_url": article["url"]}
            for index, article in enumerate(task.articles, 1)
        ]
        answer["article_id"] = task.article_id
        answer["article_detail"] = {"count": len(items), "item": items}
    elif status is not Status.PUBLISHING:
        answer["fail_idx"] = list(range(1, len(task.articles) + 1))
    return answer


def _later_status(app: App, task: Task) -> Status:
    """A published task also says what became of its article."""
    article = app.articles.get(task.article_id)
    states = {"deleted": Status.DELETED, "blocked": Status.BLOCKED}
    return states.get(article.state, task.status) if article else task.status


async def publish_article(world: World, app: App, data: Json) -> Json:
    article = app.articles.get(str(data.get("article_id", "")))
    if article is None:
        raise Refusal(53600)
    gone = article.state != "public"
    return {"news_item": [_visible(entry) | {"is_deleted": gone} for entry in article.articles]}


async def publish_delete(world: World, app: App, data: Json) -> Json:
    article = app.articles.get(str(data.get("article_id", "")))
    if article is None or article.state != "public":
        raise Refusal(53600)
    index = data.get("index") or 0
    if not isinstance(index, int) or not 0 <= index <= len(article.articles):
        raise Refusal(40035)
    if index == 0 or len(article.articles) == 1:
        article.state = "deleted"
    else:
        article.articles[index - 1]["is_deleted"] = True
    return OK


async def publish_batchget(world: World, app: App, data: Json) -> Json:
    public = [article for article in app.articles.values() if article.state == "public"]
    return _page(
        data,
        [
            {
                "article_id": article.article_id,
                "content": {"news_item": [_visible(entry) for entry in article.articles]},
                "update_time": int(article.published),
            }
            for article in sorted(public, key=lambda article: article.published, reverse=True)
        ],
    )


async def clear_quota(world: World, app: App, data: Json) -> Json:
    month = beijing(world.now(), "%Y-%m")
    if data.get("appid") != app.appid:
        raise Refusal(40013)
    if app.calls[month, "clear_quota"] >= _CLEARINGS:
        raise Refusal(48006)
    used = app.calls[month, "clear_quota"] + 1
    kept = {key: times for key, times in app.calls.items() if key[1] == "sent to all"}
    app.calls.clear()
    app.calls.update(kept)
    app.calls[month, "clear_quota"] = used
    return OK


async def material_add(world: World, app: App, form: Form) -> Json:
    kind = str(form.query.get("type", ""))
    check_upload("material", kind, form.files.get("media"))
    if kind == "video":
        _check_description(form.fields.get("description", ""))
    held = sum(1 for other in app.materials.values() if other == kind)
    if held >= _LIBRARY.get(kind, _OTHERS):
        raise Refusal(45001)
    media_id = new_id("material", app.appid)
    app.materials[media_id] = kind
    address = {"url": _address(media_id)} if kind in ("image", "thumb") else {}
    return {"media_id": media_id, **address}


def _check_description(text: str) -> None:
    try:
        description = json.loads(text)
    except ValueError:
        raise Refusal(47001) from None
    if not isinstance(description, dict) or not description.get("title"):
        raise Refusal(40035)


async def image_upload(world: World, app: App, form: Form) -> Json:
    check_upload("uploadimg", "image", form.files.get("media"))
    address = _address(new_id("image", app.appid))
    app.addresses.add(address)
    return {"url": address}


async def media_upload(world: World, app: App, form: Form) -> Json:
    kind = str(form.query.get("type", ""))
    check_upload("temporary", kind, form.files.get("media"))
    media_id = new_id("temporary", app.appid)
    app.temporary[media_id] = world.now()
    return {"type": kind, "media_id": media_id, "created_at": int(world.now())}


async def callback_addresses(world: World, app: App, data: Json) -> Json:
    return {"ip_list": ["127.0.0.1"]}


def _visible(article: Json) -> dict[str, Any]:
    return {name: value for name, value in article.items() if name != "pictures"}


def _address(name: str) -> str:
    return f"http://mmbiz.qpic.cn/mmbiz_png/{name}/0?wx_fmt=png"


def _page(data: Json, entries: list[dict[str, Any]]) -> Json:
    offset, count = data.get("offset", 0), data.get("count", _PAGE)
    if not isinstance(offset, int) or not isinstance(count, int) or offset < 0:
        raise Refusal(40035)
    if not 1 <= count <= _PAGE:
        raise Refusal(40035)
    shown = entries[offset : offset + count]
    return {"total_count": len(entries), "item_count": len(shown), "item": shown}


JsonCall = Callable[[World, App, Json], Awaitable[Json]]
FormCall = Callable[[World, App, Form], Awaitable[Json]]

JSON_CALLS: Mapping[str, JsonCall] = {
    "message/custom/send": custom_send,
    "draft/add": draft_add,
    "draft/get": draft_get,
    "draft/update": draft_update,
    "draft/delete": draft_delete,
    "draft/batchget": draft_batchget,
    "freepublish/submit": publish_submit,
    "freepublish/get": publish_get,
    "freepublish/getarticle": publish_article,
    "freepublish/delete": publish_delete,
    "freepublish/batchget": publish_batchget,
    "message/mass/sendall": mass_sendall,
    "message/mass/get": mass_get,
    "message/mass/delete": mass_delete,
    "clear_quota": clear_quota,
}
FORMS: Mapping[str, FormCall] = {
    "material/add_material": material_add,
    "media/uploadimg": image_upload,
    "media/upload": media_upload,
}
PLAIN: Mapping[str, JsonCall] = {
    "draft/count": draft_count,
    "getcallbackip": callback_addresses,
}
