"""The platform calling an application: members' messages and events, sealed, with its retries.

Encryption and signatures are wechatpy's, so that our own door is tested against another hand.
Sources: 接收消息与事件, 消息格式 (developer.work.weixin.qq.com/document/path/90238, 90239); that it
tries three times more is believed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import aiohttp
import xmltodict
from wechatpy.enterprise.crypto import WeChatCrypto

from publishers.wecom.simulator_corp import Application

__all__ = ["event_xml", "message_xml", "push", "sealed", "text_xml", "verify_address"]

_RETRIES = 3
_PATIENCE_S = 5.0


def cdata(value: object) -> str:
    return "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def message_xml(app: Application, member: str, kind: str, now: float, inner: str) -> str:
    return (
        f"<xml><ToUserName>{cdata(app.corpid)}</ToUserName>"
        f"<FromUserName>{cdata(member)}</FromUserName><CreateTime>{int(now)}</CreateTime>"
        f"<MsgType>{cdata(kind)}</MsgType>{inner}<AgentID>{app.agent_id}</AgentID></xml>"
    )


def text_xml(app: Application, member: str, words: str, now: float, number: int) -> str:
    inner = f"<Content>{cdata(words)}</Content><MsgId>{number}</MsgId>"
    return message_xml(app, member, "text", now, inner)


def event_xml(app: Application, member: str, event: str, key: str, now: float) -> str:
    inner = f"<Event>{cdata(event)}</Event><EventKey>{cdata(key)}</EventKey>"
    return message_xml(app, member, "event", now, inner)


def sealed(app: Application, message: str, now: float) -> tuple[dict[str, str], bytes]:
    """Query and body of a callback with `message` in it."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(10**9) + 1)
    crypto = WeChatCrypto(app.callback_token, app.aes_key, app.corpid)
    envelope = xmltodict.parse(crypto.encrypt_message(message, nonce, timestamp))["xml"]
    query = {
        "msg_signature": envelope["MsgSignature"],
        "timestamp": timestamp,
        "nonce": nonce,
    }
    body = (
        f"<xml><ToUserName>{cdata(app.corpid)}</ToUserName>"
        f"<AgentID>{cdata(app.agent_id)}</AgentID>"
        f"<Encrypt>{cdata(envelope['Encrypt'])}</Encrypt></xml>"
    )
    return query, body.encode()


async def push(url: str, query: Mapping[str, str], body: bytes) -> int:
    """Deliver a callback, the same bytes again when nobody answers in time; how often it took.
    Raises ConnectionError when nobody ever did."""
    limit = aiohttp.ClientTimeout(total=_PATIENCE_S)
    async with aiohttp.ClientSession(timeout=limit) as session:
        for times in range(1, 2 + _RETRIES):
            try:
                async with session.post(
                    url, params=query, data=body, headers={"Content-Type": "text/xml"}
                ) as response:
                    if response.status == 200:
                        await response.read()
                        return times
            except (aiohttp.ClientError, TimeoutError, OSError):
                continue
    raise ConnectionError(url)


async def verify_address(app: Application, url: str, now: float) -> bool:
    """What happens when the application's settings are saved: the sealed text comes back plain,
    without quotes or a line's end."""
    echo = secrets.token_hex(10)
    timestamp, nonce = str(int(now)), secrets.token_hex(5)
    crypto = WeChatCrypto(app.callback_token, app.aes_key, app.corpid)
    envelope = xmltodict.parse(crypto.encrypt_message(echo, nonce, timestamp))["xml"]
    query = {
        "msg_signature": envelope["MsgSignature"],
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": envelope["Encrypt"],
    }
    limit = aiohttp.ClientTimeout(total=_PATIENCE_S)
    async with (
        aiohttp.ClientSession(timeout=limit) as session,
        session.get(url, params=query) as response,
    ):
        return response.status == 200 and await response.read() == echo.encode()
