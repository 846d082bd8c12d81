"""Followers writing to an account, and what they get to see: passive replies and custom messages.

Strict as the platform: a reply must be sealed where the account's mode is secure, be XML with the
names the other way round, and fit; else the follower reads that the account does not answer.
Sources: 被动回复用户消息, 客服接口发消息.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException

from publishers.wechat.simulator_callbacks import cdata, push, sealed
from publishers.wechat.simulator_state import OK, App, Chat, Refusal, Undelivered
from publishers.wechat.simulator_world import World

__all__ = ["chosen_xml", "custom_send", "event_xml", "say", "text_xml"]

_TEXT_BYTES = 2_048
_MEDIA_LIVES_S = 3 * 86_400
_serial = itertools.count(23_456_789_012_345_678)
# trigger → messages that may follow, seconds: 客服消息 since 2023-06-12
_ALLOWANCES = {"": (5, 48 * 3600.0), "CLICK": (3, 60.0), "subscribe": (3, 60.0), "SCAN": (3, 60.0)}


def text_xml(app: App, openid: str, content: str, now: float, number: int = 0) -> str:
    inner = f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(content)}</Content>"
    return _head(app, openid, now) + f"{inner}<MsgId>{number or next(_serial)}</MsgId></xml>"


def chosen_xml(app: App, openid: str, content: str, menu_id: str, now: float) -> str:
    """A follower presses an entry of a menu that was sent."""
    inner = f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(content)}</Content>"
    inner += f"<MsgId>{next(_serial)}</MsgId><bizmsgmenuid>{cdata(menu_id)}</bizmsgmenuid>"
    return _head(app, openid, now) + f"{inner}</xml>"


def event_xml(app: App, openid: str, event: str, key: str, now: float) -> str:
    inner = f"<MsgType><![CDATA[event]]></MsgType><Event>{cdata(event)}</Event>"
    return _head(app, openid, now) + f"{inner}<EventKey>{cdata(key)}</EventKey></xml>"


def _head(app: App, openid: str, now: float) -> str:
    return (
        f"<xml><ToUserName>{cdata(app.original_id)}</ToUserName>"
        f"<FromUserName>{cdata(openid)}</FromUserName><CreateTime>{int(now)}</CreateTime>"
    )


async def say(
    world: World,
    app: App,
    openid: str,
    message: str,
    *,
    trigger: str = "",
    url: str = "",
    cut_after: float = 0.0,
) -> str:
    """Deliver `message` as the platform does and show the follower what came back; that.

    With `cut_after` the first connection breaks after so many seconds: what comes back on it, if
    anything, is lost, and the same is delivered again.
    """
    chat = app.chats.setdefault(openid, Chat())
    count, seconds = _ALLOWANCES[trigger]
    chat.allowance, chat.answerable_until = count, world.now() + seconds
    query, body = sealed(app, message, world.now())
    try:
        answer = await push(
            url or app.callback_url,
            query | {"openid": openid},
            body,
            retries=world.callback_retries,
            timeout_s=world.callback_timeout,
            cut_after=cut_after,
        )
    except Undelivered:
        answer = b"{}"
    if answer in (b"", b"success"):
        return ""
    try:
        shown = _shown(app, openid, answer)
    except (WeChatException, KeyError, TypeError, ValueError, xmltodict.expat.ExpatError):
        chat.unavailable += 1
        return "该公众号暂时无法提供服务，请稍后再试"
    chat.said.append(("passive", shown))
    return shown


def _shown(app: App, openid: str, answer: bytes) -> str:
    root = xmltodict.parse(answer)["xml"]
    if "Encrypt" in root:
        crypto = WeChatCrypto(app.token, app.aes_key, app.appid)
        plain = crypto.decrypt_message(
            answer, root["MsgSignature"], root["TimeStamp"], root["Nonce"]
        )
        root = xmltodict.parse(plain)["xml"]
    elif app.callback_mode == "secure":
        raise ValueError("a plain reply in secure mode")
    if (root["ToUserName"], root["FromUserName"]) != (openid, app.original_id):
        raise ValueError("not to whom it was from")
    int(root["CreateTime"])
    if root["MsgType"] == "text":
        return _fitting(root["Content"])
    if root["MsgType"] != "news" or int(root["ArticleCount"]) != 1:
        raise ValueError(root["MsgType"])
    item = root["Articles"]["item"]
    return "\n".join((item["Title"], item["Description"], item["Url"]))


def _fitting(text: str) -> str:
    if not text or len(text.encode()) > _TEXT_BYTES:
        raise ValueError("empty or too long")
    return text


async def custom_send(world: World, app: App, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """message/custom/send: within the window, as often as what the follower did last allows."""
    if not app.verified:
        raise Refusal(48001)
    chat = app.chats.get(str(data.get("touser", "")))
    if chat is None:
        raise Refusal(40003)
    text = _custom_text(app, world.now(), data)
    if world.now() > chat.answerable_until:
        raise Refusal(45015)
    if chat.allowance < 1:
        raise Refusal(45047)
    chat.allowance -= 1
    chat.said.append(("custom", text))
    return OK


def _image_text(app: App, now: float, content: Mapping[str, Any]) -> str:
    uploaded = app.temporary.get(str(content.get("media_id")))
    if uploaded is None or now - uploaded > _MEDIA_LIVES_S:
        raise Refusal(40007)
    return f"[图片 {content['media_id']}]"


def _menu_text(content: Mapping[str, Any]) -> str:
    """What the follower sees of a menu; each entry is a link that sends its words with its id."""
    entries = content.get("list")
    head, tail = content.get("head_content", ""), content.get("tail_content", "")
    if not isinstance(entries, list) or not entries:
        raise Refusal(40035)
    if not all(
        isinstance(one, dict) and one.get("id") and isinstance(one.get("content"), str)
        for one in entries
    ):
        raise Refusal(40035)
    shown = [head, *(f"[{one['content']}]" for one in entries), tail]
    text = "\n".join(filter(None, shown))
    if len(text.encode()) > _TEXT_BYTES:
        raise Refusal(45002)
    return text


def _custom_text(app: App, now: float, data: Mapping[str, Any]) -> str:
    kind = data.get("msgtype")
    content = data.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        raise Refusal(40035)
    if kind == "text":
        text = content.get("content")
        if not isinstance(text, str) or not text:
            raise Refusal(44004)
        if len(text.encode()) > _TEXT_BYTES:
            raise Refusal(45002)
        return text
    if kind == "image":
        return _image_text(app, now, content)
    if kind == "msgmenu":
        return _menu_text(content)
    articles = content.get("articles")
    if kind != "news" or not isinstance(articles, list) or len(articles) != 1:
        raise Refusal(45008)
    return "\n".join(str(articles[0].get(k, "")) for k in ("title", "description", "url"))
