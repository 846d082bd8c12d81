"""The callback door of one account: who is speaking, when, and what about: a post, or a question.

Modes (消息加解密说明): `plain` signs only token, time and nonce, never the body; `compatible`
carries the message twice; `secure` encrypts it. In the latter two only the encrypted copy counts:
whoever saw one signed address could put any plain body behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from hub.conversation.models import Answer, Arrival
from hub.kernel.chance import random_bytes
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured, Words
from publishers.callbacks import decrypt, encrypt, parse_xml, same_signature, sign
from publishers.contract import Report, Response
from publishers.wechat.arrivals import arrival_of
from publishers.wechat.findings import MASS_PREFIX, mass_event_finding, publication_finding
from publishers.wechat.replying import passive_xml

__all__ = ["Mode", "WeChatInbox", "open_inbox"]

_FRESH_S = 600
_TRUE = frozenset({"1", "true", "yes", "on"})
_LARGEST = 1024 * 1024
# The platform waits five seconds (被动回复用户消息); the rest is for the way there and back.
_PATIENCE_S = 4.2
_XML = "text/xml"
_ENVELOPE = re.compile(
    rb"<xml>\s*<ToUserName><!\[CDATA\[\w+\]\]></ToUserName>"
    rb"\s*<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>\s*</xml>\s*"
)
# the one answer that the platform takes for "received": no retry, nothing shown to the citizen
_RECEIVED = Response(b"success")


class Mode(StrEnum):
    PLAIN = "plain"  # 明文
    COMPATIBLE = "compatible"  # 兼容
    SECURE = "secure"  # 安全


def open_inbox(credentials: Mapping[str, str], settings: Mapping[str, Any]) -> WeChatInbox:
    """The door of an account; raises Misconfigured where its token or key is missing."""
    key = credentials.get("aes_key", "")
    mode = str(settings.get("callback_mode") or (Mode.SECURE if key else Mode.PLAIN))
    if mode not in set(Mode):
        raise _misconfigured("callback_mode", "plain, compatible, secure")
    if not credentials.get("token"):
        raise _misconfigured("token", "Token")
    if mode != Mode.PLAIN and not key:
        raise _misconfigured("aes_key", "EncodingAESKey")
    return WeChatInbox(
        appid=credentials.get("appid", ""),
        token=credentials["token"],
        mode=Mode(mode),
        aes_keys=tuple(filter(None, (key, credentials.get("aes_key_previous", "")))),
        customer_service=str(settings.get("customer_service") or "").lower() in _TRUE,
    )


class WeChatInbox:
    """`Inbox` of one official account; see publishers.contract for the contract."""

    def __init__(
        self,
        *,
        appid: str,
        token: str,
        mode: Mode,
        aes_keys: tuple[str, ...] = (),
        customer_service: bool = False,
    ) -> None:
        self._appid = appid
        self._token = token
        self._mode = mode
        self._aes_keys = aes_keys
        self._customer_service = customer_service

    def handshake(self, query: Mapping[str, str]) -> bytes:
        """Echo `echostr`; it is not encrypted in any mode."""
        self._check_signature(query)
        return query.get("echostr", "").encode()

    @property
    def patience(self) -> float:
        return _PATIENCE_S

    def parse(
        self,
        query: Mapping[str, str],
        body: bytes,
        now: datetime,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Report | Arrival | None:
        self._check_signature(query)
        self._check_time(query, now)
        if len(body) > _LARGEST:
            raise InvalidInput(Words("回调过大", "the callback is too large"), field="body")
        message = self._opened(query, body)
        if not message.get("MsgType"):
            raise InvalidInput(Words("回调缺少 MsgType", "MsgType is missing"), field="MsgType")
        if message["MsgType"] == "event":
            reader = _REPORTS.get(str(message.get("Event", "")).upper())
            if reader:
                return reader(message)
        arrival = arrival_of(message)
        if arrival is None or not self._customer_service:
            return arrival
        return replace(arrival, pictures_by_call=True)

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Response:
        """`success`, or the answer; sealed wherever the account's mode is not plain."""
        if arrival is None or answer is None:
            return _RECEIVED
        xml = passive_xml(arrival, answer, now)
        if self._mode is Mode.PLAIN:
            return Response(xml.encode(), _XML)
        sealed = encrypt(xml.encode(), self._aes_keys[0], self._appid)
        timestamp, nonce = str(int(now.timestamp())), random_bytes(8).hex()
        signature = sign(self._token, timestamp, nonce, sealed)
        envelope = (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )
        return Response(envelope.encode(), _XML)

    def _opened(self, query: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """The message itself, decrypted where the account's mode says so."""
        if self._mode is Mode.PLAIN:
            return parse_xml(body)
        plain = _ENVELOPE.fullmatch(body)  # as the platform writes it: nothing there to parse
        encrypted = plain[1].decode("ascii") if plain else parse_xml(body).get("Encrypt")
        if not isinstance(encrypted, str) or not encrypted:
            raise _forbidden("应加密的回调是明文", "a plain callback where a sealed one is due")
        signed = (self._token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
        if not same_signature(query.get("msg_signature", ""), *signed):
            raise _forbidden("回调 msg_signature 不符", "msg_signature does not match")
        return parse_xml(self._decrypted(encrypted))

    def _decrypted(self, encrypted: str) -> bytes:
        """With the new key, or with the one before it: the platform changes over gradually."""
        failure: Forbidden | None = None
        for key in self._aes_keys:
            try:
                return decrypt(encrypted, key, self._appid)
            except Forbidden as error:
                failure = error
        raise failure or _forbidden("没有可用的密钥", "no key to decrypt with")

    def _check_signature(self, query: Mapping[str, str]) -> None:
        signed = (self._token, query.get("timestamp", ""), query.get("nonce", ""))
        if not same_signature(query.get("signature", ""), *signed):
            raise _forbidden("回调签名不符", "the callback's signature does not match")

    def _check_time(self, query: Mapping[str, str], now: datetime) -> None:
        """The signature never expires by itself; an old one is a replay."""
        sent = query.get("timestamp", "")
        if not (sent.isascii() and sent.isdecimal() and len(sent) <= 12):
            raise _forbidden("回调时间戳无效", "the callback's timestamp is invalid")
        if abs(now.timestamp() - int(sent)) > _FRESH_S:
            raise _forbidden("回调时间戳过旧或超前", "the callback's timestamp is not fresh")


def _publication(message: Mapping[str, Any]) -> Report:
    """PUBLISHJOBFINISH, 发布任务完成通知."""
    info = message.get("PublishEventInfo")
    task = str(info.get("publish_id", "")) if isinstance(info, Mapping) else ""
    if not isinstance(info, Mapping) or not task.isdecimal():
        raise _incomplete("PublishEventInfo.publish_id")
    status = str(info.get("publish_status", ""))
    if not status.isdecimal():
        raise _incomplete("PublishEventInfo.publish_status")
    detail = info.get("article_detail")
    finding = publication_finding(
        int(status),
        article_id=str(info.get("article_id") or task),
        items=detail.get("item") if isinstance(detail, Mapping) else None,
    )
    return Report(remote_id=task, finding=finding)


def _mass_send(message: Mapping[str, Any]) -> Report:
    """MASSSENDJOBFINISH, 群发结果事件推送."""
    job = str(message.get("MsgID") or message.get("MsgId") or "")
    if not job.isdecimal():
        raise _incomplete("MsgID")
    remote_id = f"{MASS_PREFIX}{job}"
    return Report(remote_id=remote_id, finding=mass_event_finding(remote_id, message))


_REPORTS = {"PUBLISHJOBFINISH": _publication, "MASSSENDJOBFINISH": _mass_send}


def _forbidden(zh: str, en: str) -> Forbidden:
    return Forbidden(
        Words(zh, en),
        remedy=Words("核对公众平台“服务器配置”", "check the server settings on the website"),
    )


def _incomplete(field: str) -> InvalidInput:
    return InvalidInput(Words(f"回调缺少 {field}", f"{field} is missing"), field=field)


def _misconfigured(field: str, what: str) -> Misconfigured:
    return Misconfigured(
        Words(f"回调未配置：{what}", f"the callback is not configured: {what}"),
        field=field,
        remedy=Words(
            "填写公众平台“服务器配置”中的值", "enter the value from the website's server settings"
        ),
    )
