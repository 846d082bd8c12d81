"""Somebody who speaks plain HTTP to the simulated platform."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from publishers.wechat.simulator import Platform
from tests.publishers.doubles import picture

__all__ = ["KEY", "Caller"]

KEY = "0123456789abcdef0123456789abcdef"


@dataclass(slots=True)
class Caller:
    """Somebody who speaks plain HTTP to the platform, with nothing of ours between."""

    platform: Platform
    session: aiohttp.ClientSession
    url: str
    token: str = ""

    @property
    def keys(self) -> dict[str, str]:
        return dict(self.platform.enrol("gongkai").credentials)

    async def raw(self, method: str, call: str, **options: Any) -> dict[str, Any]:
        params = {"access_token": self.token} | options.pop("params", {})
        url = f"{self.url}/cgi-bin/{call}"
        async with self.session.request(method, url, params=params, **options) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer

    async def post(self, call: str, **data: Any) -> dict[str, Any]:
        body = json.dumps(data, ensure_ascii=False).encode()
        return await self.raw("POST", call, data=body)

    async def upload(
        self, call: str, content: bytes, name: str = "a.png", **params: str
    ) -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("media", content, filename=name, content_type="image/png")
        return await self.raw("POST", call, params=params, data=form)

    async def stable(self, **more: Any) -> dict[str, Any]:
        keys = {"grant_type": "client_credential", "secret": self.keys["secret"]}
        return await self.post("stable_token", **(keys | {"appid": self.keys["appid"]} | more))

    async def plain(self) -> str:
        keys = {"appid": self.keys["appid"], "secret": self.keys["secret"]}
        params = {"grant_type": "client_credential"} | keys
        return str((await self.raw("GET", "token", params=params))["access_token"])

    async def article(self, **change: Any) -> dict[str, Any]:
        thumb = await self.upload("material/add_material", picture(), type="image")
        base = {"title": "通知", "content": "<p>正文</p>", "thumb_media_id": thumb["media_id"]}
        return base | change

    async def draft(self, **change: Any) -> dict[str, Any]:
        return await self.post("draft/add", articles=[await self.article(**change)])

    async def sendall(self, key: str | None = KEY, **change: Any) -> dict[str, Any]:
        media_id = (await self.draft()).get("media_id")
        data: dict[str, Any] = {"filter": {"is_to_all": True}, "msgtype": "mpnews"}
        data |= {"mpnews": {"media_id": media_id}} | change
        return await self.post(
            "message/mass/sendall", **(data | ({"clientmsgid": key} if key else {}))
        )
