"""The declaration, the table of codes, and the one call of a WeCom group robot."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected, Throttled, Unauthorised, Unknown
from hub.publishing.models import (
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Part,
    Rate,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Access
from publishers.envelope import Codes, row
from publishers.messages import MARKDOWN, TEXT, forms
from publishers.webhooks import Post, Robot, token_of

__all__ = ["CODES", "DECLARATION", "ROBOT", "RULES"]

_TEXT_LIMIT, _MARKDOWN_LIMIT = 2048, 4096  # bytes of UTF-8

DECLARATION = Declaration(
    name="wecom_robot",
    title=Words("企业微信群机器人", "WeCom group robot"),
    markup="message",
    unit=LengthUnit.UTF8_BYTES,
    text_limit=_TEXT_LIMIT,
    media=MediaRule(
        types=frozenset({"image/jpeg", "image/png"}), max_bytes=2 * 1024 * 1024, max_count=1
    ),
    pictures_alone=True,
    max_parts=2,
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.PERSON,),
    capabilities=frozenset(),
    # A robot is its webhook, which several accounts may share by mistake.
    rates=(Rate(count=20, per=timedelta(minutes=1), scope="app"),),
    app=("key",),
    source="work.weixin.qq.com/api/doc/90000/90136/91770 (developer.work.weixin.qq.com 91770)",
)
RULES = forms(DECLARATION, _MARKDOWN_LIMIT)

_NEW_WEBHOOK = Words(
    "到群里核对机器人，换上新的 Webhook key", "look at the group's robots, store the new key"
)
_TEXT = Words("修改内容后重新送审", "change the text and have it approved again")
_PICTURE = Words("更换图片后重新送审", "replace the picture and have it approved again")
_WAITS = Words("稍后自动继续", "it continues by itself")
_LOOK = Words("请到群里核对是否已发出", "look into the group whether it is there")
_REPORT = Words("请联系开发人员核对请求", "tell the developers: the request is wrong")

# Source: 全局错误码 (developer.work.weixin.qq.com/document/path/90313) as in WxJava's
# WxCpErrorMsgEnum; that a robot too fast is answered 45009 is believed, not seen.
CODES = Codes(
    code="errcode",
    text="errmsg",
    table={
        -1: (row(Unknown, "平台系统繁忙，结果不明", "the platform is busy, maybe done", _LOOK),),
        40008: (row(Rejected, "消息类型无效", "no such type of message", _REPORT),),
        40009: (row(Rejected, "图片大小不合要求", "the picture's size is refused", _PICTURE),),
        40033: (row(Rejected, "字符编码无效", "characters are not UTF-8", _REPORT),),
        40058: (row(Rejected, "参数不合要求或内容过长", "malformed or too long", _TEXT),),
        44004: (row(Rejected, "消息内容为空", "the message is empty", _TEXT),),
        45002: (row(Rejected, "消息内容过长", "the message is too long", _TEXT),),
        45009: (
            row(
                Throttled,
                "每分钟至多 20 条",
                "at most 20 messages a minute",
                _WAITS,
                wait=timedelta(minutes=1),
                scope="app",
            ),
        ),
        45033: (
            row(
                Throttled,
                "并发调用过多",
                "too many calls at once",
                _WAITS,
                wait=timedelta(seconds=5),
                scope="app",
            ),
        ),
        93000: (
            row(
                Unauthorised,
                "Webhook 无效或机器人已被移除",
                "the webhook is not valid, or the robot was removed",
                _NEW_WEBHOOK,
                field="key",
            ),
        ),
        93004: (row(Unauthorised, "机器人已被停用", "the robot is switched off", _NEW_WEBHOOK),),
        93008: (row(Unauthorised, "机器人不在群里", "the robot left the group", _NEW_WEBHOOK),),
        301019: (row(Rejected, "图片的 MD5 不符", "the picture's MD5 differs", _REPORT),),
    },
)


def _post(access: Access, part: Part, pictures: Sequence[bytes], now: datetime) -> Post:
    return Post(
        url=f"{access.base_url}/cgi-bin/webhook/send",
        query={"key": token_of(access, "key")},
        body=_picture(pictures[0]) if pictures else _words(access, part),
    )


def _picture(content: bytes) -> Mapping[str, Any]:
    """The picture in the body itself, with the MD5 of its bytes as the platform checks it."""
    return {
        "msgtype": "image",
        "image": {
            "base64": base64.b64encode(content).decode(),
            "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        },
    }


def _words(access: Access, part: Part) -> Mapping[str, Any]:
    if part.extra.get("form") == MARKDOWN:
        return {"msgtype": MARKDOWN, MARKDOWN: {"content": part.text}}
    content: dict[str, Any] = {"content": part.text}
    mentioned = str(access.settings.get("mention") or "").replace("，", ",").split(",")
    if names := [name.strip() for name in mentioned if name.strip()]:
        content["mentioned_list"] = names
    return {"msgtype": TEXT, TEXT: content}


ROBOT = Robot(declaration=DECLARATION, codes=CODES, rules=RULES, post=_post)
