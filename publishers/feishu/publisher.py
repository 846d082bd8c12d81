"""The declaration, the table of codes, the signature and the one call of a Feishu robot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected, Throttled, Unauthorised
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
from publishers.length import WEB_LINK
from publishers.webhooks import Post, Robot, body_within, hmac_sha256, token_of

__all__ = ["CODES", "DECLARATION", "ROBOT", "finish", "rich", "sign"]

_BODY_LIMIT = 20_000  # bytes of the whole request; the platform says 20 KB
_SIGNED = 120  # what timestamp and signature add to it
_TEXT_LIMIT = 18_000  # bytes of UTF-8; the rest is for the title and JSON's own signs

DECLARATION = Declaration(
    name="feishu",
    title=Words("飞书群机器人", "Feishu group robot"),
    markup="message",
    unit=LengthUnit.UTF8_BYTES,
    text_limit=_TEXT_LIMIT,
    media=MediaRule(types=frozenset(), max_bytes=0, max_count=0),
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.PERSON,),
    capabilities=frozenset(),
    # A robot is its webhook, which several accounts may share by mistake.
    rates=(
        Rate(count=5, per=timedelta(seconds=1), scope="app"),
        Rate(count=100, per=timedelta(minutes=1), scope="app"),
    ),
    app=("token",),
    source="open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (bot/v2/hook)",
)

_WEBHOOK = Words("到群里核对机器人，更新 Webhook 令牌", "look at the robot, store its new token")
_SIGNING = Words(
    "核对“签名校验”密钥与本机时间（误差须在一小时内）",
    "check the signing secret, and this machine's clock: within an hour",
)
_ADDRESS = Words(
    "把本机出口 IP 加入机器人的白名单", "add this machine's address to the robot's list"
)
_KEYWORD = Words(
    "在账号设置 keyword 中填写机器人的一个关键词，再重新送审",
    "set the account's keyword to one of the robot's, then have it approved again",
)
_WAITS = Words("稍后自动继续", "it continues by itself")
_REPORT = Words("请联系开发人员核对请求", "tell the developers: the request is wrong")

# Source: add-custom-bot, its table of errors; 9499 has been seen with HTTP 400 as well.
CODES = Codes(
    code="code",
    text="msg",
    statuses=frozenset({200, 400}),
    table={
        9499: (row(Rejected, "请求格式有误或过大", "malformed, or too large", _REPORT),),
        11232: (
            row(
                Throttled,
                "发送过快（每秒 5 条、每分钟 100 条）",
                "too fast: 5 a second and 100 a minute",
                _WAITS,
                wait=timedelta(seconds=10),
                scope="app",
            ),
        ),
        19001: (row(Unauthorised, "Webhook 令牌无效", "no such token", _WEBHOOK, field="token"),),
        19002: (row(Rejected, "参数不合要求", "malformed parameters", _REPORT),),
        19021: (
            row(
                Unauthorised,
                "签名不符或时间戳过期",
                "the signature or its time is refused",
                _SIGNING,
                field="secret",
            ),
        ),
        19022: (row(Unauthorised, "本机 IP 不在白名单", "the address is not listed", _ADDRESS),),
        19024: (
            row(
                Rejected,
                "消息不含机器人的关键词",
                "none of the robot's keywords is in the text",
                _KEYWORD,
                field="keyword",
            ),
        ),
    },
)


def sign(secret: str, at: datetime) -> Mapping[str, str]:
    """`timestamp` in seconds and its signature, for the body: the time and the secret are the key,
    the message is empty (on DingTalk it is the other way round)."""
    timestamp = str(int(at.timestamp()))
    return {"timestamp": timestamp, "sign": hmac_sha256(f"{timestamp}\n{secret}", "")}


def rich(part: Part) -> Mapping[str, Any]:
    """The part as a `post`: a title and paragraphs of text and links, in which nothing is read
    as markup or as a mention. A line is a paragraph; empty lines are left to the client."""
    lines = [line for line in part.text.split("\n") if line.strip()]
    paragraphs = [list(_pieces(line)) for line in lines]
    return {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": part.title, "content": paragraphs}}},
    }


def _pieces(line: str) -> Iterator[Mapping[str, str]]:
    end = 0
    for link in WEB_LINK.finditer(line):
        if link.start() > end:
            yield {"tag": "text", "text": line[end : link.start()]}
        yield {"tag": "a", "text": link[0], "href": link[0]}
        end = link.end()
    if end < len(line):
        yield {"tag": "text", "text": line[end:]}


def _post(access: Access, part: Part, pictures: Sequence[bytes], now: datetime) -> Post:
    secret = access.credentials.get("secret", "").strip()
    token = token_of(access, "token")
    return Post(
        url=f"{access.base_url}/open-apis/bot/v2/hook/{token}",
        body={**(sign(secret, now) if secret else {}), **rich(part)},
    )


finish = body_within(DECLARATION, _BODY_LIMIT - _SIGNED, rich)
ROBOT = Robot(declaration=DECLARATION, codes=CODES, rules=lambda extra: DECLARATION, post=_post)
