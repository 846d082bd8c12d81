"""The callback door of one application: its members' messages, always sealed.

Source: 接收消息与事件 (developer.work.weixin.qq.com/document/path/90238), 加解密方案说明 (90968).
Unlike an official account's, the address is verified with `msg_signature` over an encrypted
`echostr`, whose plain text is the answer, and the receiver named in what is sealed is the
corporation. Answers go by calls of ours, so the platform is told "received" by an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hub.conversation.models import Answer, Arrival
from hub.kernel.errors import Forbidden, InvalidInput, Misconfigured, Words
from publishers.callbacks import decrypt, parse_xml, same_signature
from publishers.contract import Response
from publishers.wecom.arrivals import arrival_of

__all__ = ["WeComInbox", "open_inbox"]

_FRESH_S = 600
_LARGEST = 256 * 1024
_RECEIVED = Response(b"")


def open_inbox(credentials: Mapping[str, str], settings: Mapping[str, Any]) -> WeComInbox:
    """Raises Misconfigured where token or key are missing."""
    for name, what in (("token", "Token"), ("aes_key", "EncodingAESKey"), ("corpid", "corpid")):
        if not credentials.get(name):
            raise Misconfigured(
                Words(f"未配置接收消息的 {what}", f"the callback has no {what}"),
                field=name,
                remedy=Words(
                    "填写应用“接收消息服务器配置”中的值",
                    "enter the value from the application's page, 接收消息服务器配置",
                ),
            )
    keys = (credentials["aes_key"], credentials.get("aes_key_previous", ""))
    return WeComInbox(
        corpid=credentials["corpid"],
        agent_id=str(settings.get("agent_id") or ""),
        token=credentials["token"],
        aes_keys=tuple(filter(None, keys)),
    )


class WeComInbox:
    """`Inbox` of one application; see publishers.contract for the contract."""

    def __init__(
        self, *, corpid: str, agent_id: str, token: str, aes_keys: tuple[str, ...]
    ) -> None:
        self._corpid = corpid
        self._agent_id = agent_id
        self._token = token
        self._aes_keys = aes_keys

    @property
    def patience(self) -> float:
        return 0.0

    def handshake(self, query: Mapping[str, str]) -> bytes:
        return self._opened(query, query.get("echostr", ""))

    def parse(
        self,
        query: Mapping[str, str],
        body: bytes,
        now: datetime,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Arrival | None:
        _check_time(query, now)
        if len(body) > _LARGEST:
            raise InvalidInput(Words("回调过大", "the callback is too large"), field="body")
        encrypted = parse_xml(body).get("Encrypt")
        if not isinstance(encrypted, str):
            raise _forbidden("回调没有加密内容", "the callback has nothing sealed")
        message = parse_xml(self._opened(query, encrypted))
        agent = message.get("AgentID", "")
        if agent and self._agent_id and agent != self._agent_id:
            raise _forbidden("回调属于另一个应用", "the callback is of another application")
        return arrival_of(message)

    def respond(self, arrival: Arrival | None, answer: Answer | None, now: datetime) -> Response:
        return _RECEIVED

    def _opened(self, query: Mapping[str, str], encrypted: str) -> bytes:
        """What is sealed, once the signature over it is right; by the new key or the one before."""
        signed = (self._token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
        given = query.get("msg_signature", "")
        if not encrypted or not same_signature(given, *signed):
            raise _forbidden("回调 msg_signature 不符", "msg_signature does not match")
        failure: Forbidden | None = None
        for key in self._aes_keys:
            try:
                return decrypt(encrypted, key, self._corpid)
            except Forbidden as error:
                failure = error
        raise failure or _forbidden("没有可用的密钥", "no key to decrypt with")


def _check_time(query: Mapping[str, str], now: datetime) -> None:
    """The signature never expires by itself; an old one is a replay."""
    sent = query.get("timestamp", "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= 12):
        raise _forbidden("回调时间戳无效", "the callback's timestamp is invalid")
    if abs(now.timestamp() - int(sent)) > _FRESH_S:
        raise _forbidden("回调时间戳过旧或超前", "the callback's timestamp is not fresh")


def _forbidden(zh: str, en: str) -> Forbidden:
    return Forbidden(
        Words(zh, en),
        remedy=Words(
            "核对应用的接收消息服务器配置",
            "check the application's settings for receiving messages",
        ),
    )
