"""The calls that wechatpy lacks or makes in an outdated form, as API classes of its own kind.

Each method names the page under developers.weixin.qq.com that describes it. All are awaited:
the client behind them is asynchronous. Ids are text; answers that carry lists come as the
platform gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from wechatpy.client.api.base import BaseWeChatAPI

__all__ = ["PAGE", "Drafts", "FreePublish", "Mass", "Material", "MediaFile"]

# The platform gives up to 20 entries with their whole text; ten of the longest stay below the
# largest answer that the wire reads.
PAGE = 10

# file name, bytes, media type: the platform refuses a form part without name or type
MediaFile = tuple[str, bytes, str]


class Drafts(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy has no types
    """草稿箱, /doc/subscription/api/draftbox/draftmanage/…"""

    async def add(self, articles: list[Mapping[str, Any]]) -> str:
        """The media_id of the new draft. Adding the same articles again makes a second draft."""
        answer: str = await self._post(
            "draft/add",
            data={"articles": articles},
            result_processor=lambda result: str(result["media_id"]),
        )
        return answer

    async def get(self, media_id: str) -> list[Mapping[str, Any]]:
        """The articles of a draft; 40007 once it was deleted, published or mass-sent."""
        answer: list[Mapping[str, Any]] = await self._post(
            "draft/get",
            data={"media_id": media_id},
            result_processor=lambda result: list(result["news_item"]),
        )
        return answer

    async def update(self, media_id: str, index: int, article: Mapping[str, Any]) -> None:
        await self._post(
            "draft/update", data={"media_id": media_id, "index": index, "articles": article}
        )

    async def delete(self, media_id: str) -> None:
        """Deleting what is not there succeeds as well."""
        await self._post("draft/delete", data={"media_id": media_id})

    async def batch(self, offset: int, count: int = PAGE) -> Mapping[str, Any]:
        """One page, newest first: total_count, item[{media_id, content, update_time}]."""
        return await _page(self, "draft/batchget", offset, count)


class FreePublish(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy has no types
    """发布能力, /doc/subscription/api/public/api_freepublish_….html"""

    async def submit(self, media_id: str) -> str:
        """The publish_id of the task. Accepted is not published: ask `get`, or wait for the event.

        There is no idempotency key; never call it twice for one draft without proof.
        """
        answer: str = await self._post(
            "freepublish/submit",
            data={"media_id": media_id},
            result_processor=lambda result: str(result["publish_id"]),
        )
        return answer

    async def get(self, publish_id: str) -> Mapping[str, Any]:
        """publish_status 0-6, article_id, article_detail.item[{idx, article_url}], fail_idx."""
        answer: Mapping[str, Any] = await self._post(
            "freepublish/get",
            data={"publish_id": publish_id},
            result_processor=lambda result: result | {"publish_status": result["publish_status"]},
        )
        return answer

    async def delete(self, article_id: str) -> None:
        """Remove every article under `article_id` for good; 53600 when there is none."""
        await self._post("freepublish/delete", data={"article_id": article_id, "index": 0})

    async def article(self, article_id: str) -> list[Mapping[str, Any]]:
        answer: list[Mapping[str, Any]] = await self._post(
            "freepublish/getarticle",
            data={"article_id": article_id},
            result_processor=lambda result: list(result["news_item"]),
        )
        return answer

    async def batch(self, offset: int, count: int = PAGE) -> Mapping[str, Any]:
        """One page, newest first: total_count, item[{article_id, content, update_time}]."""
        return await _page(self, "freepublish/batchget", offset, count)


class Mass(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy has no types
    """群发, /doc/service/api/notify/message/… ; wechatpy still sends the obsolete group_id.

    Reading and deleting work there: `client.message.get_mass`, `.delete_mass`.
    """

    async def send_draft(self, media_id: str, key: str, tag_id: int | None = None) -> str:
        """The msg_id of the job that sends a draft to everybody, or to one tag.

        `key` (clientmsgid, at most 64 bytes) is remembered for 24 hours: 45065 with the first
        job's msg_id for a repeat, 45066 for one within the first minute.
        """
        to = {"is_to_all": True} if tag_id is None else {"is_to_all": False, "tag_id": tag_id}
        answer: str = await self._post(
            "message/mass/sendall",
            data={
                "filter": to,
                "msgtype": "mpnews",
                "mpnews": {"media_id": media_id},
                "send_ignore_reprint": 0,
                "clientmsgid": key,
            },
            result_processor=lambda result: str(result["msg_id"]),
        )
        return answer


class Material(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy has no types
    """永久素材, /doc/service/api/material/permanent/api_addmaterial

    wechatpy's `material.add` fetches the token synchronously and puts the description of a video
    into the query, where the platform does not look.
    """

    async def add(
        self, kind: str, file: MediaFile, *, title: str = "", introduction: str = ""
    ) -> Mapping[str, Any]:
        """Add `file` as image, voice, video or thumb: media_id, and url for images."""
        description = {"title": title, "introduction": introduction}
        form = {"description": msgspec.json.encode(description).decode()} if title else {}
        answer: Mapping[str, Any] = await self._post(
            "material/add_material",
            params={"type": kind},
            files={"media": file},
            data=form,
            result_processor=lambda result: result | {"media_id": str(result["media_id"])},
        )
        return answer


async def _page(api: Any, endpoint: str, offset: int, count: int) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = await api._post(
        endpoint,
        data={"offset": offset, "count": count, "no_content": 0},
        result_processor=lambda result: result | {"item": list(result.get("item", []))},
    )
    return answer
