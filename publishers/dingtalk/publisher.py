"""The declaration, the table of codes, the signature and the one call of a DingTalk robot."""

from __future__ import annotations

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
from publishers.webhooks import Post, Robot, body_within, hmac_sha256, token_of

__all__ = ["CODES", "DECLARATION", "ROBOT", "RULES", "finish", "sign"]

_BODY_LIMIT = 20_000  # bytes of the whole request
_TEXT_LIMIT = 18_000  # bytes of UTF-8; the rest is for the title and JSON's own signs
_TRUE = frozenset({"1", "true", "yes", "on"})

DECLARATION = Declaration(
    name="dingtalk",
    title=Words("钉钉群机器人", "DingTalk group robot"),
    markup="message",
    unit=LengthUnit.UTF8_BYTES,
    text_limit=_TEXT_LIMIT,
    media=MediaRule(types=frozenset(), max_bytes=0, max_count=0),
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.PERSON,),
    capabilities=frozenset(),
    # A robot is its webhook, which several accounts may share by mistake.
    rates=(Rate(count=20, per=timedelta(minutes=1), scope="app"),),
    app=("access_token",),
    source="open.dingtalk.com/document/orgapp/custom-robot-access",
)
RULES = forms(DECLARATION, _TEXT_LIMIT)

_WEBHOOK = Words("到群里核对机器人，更新 Webhook 令牌", "look at the robot, store its new token")
_SIGNING = Words(
    "核对“加签”密钥与本机时间（误差须在一小时内）",
    "check the signing secret, and this machine's clock: within an hour",
)
_ADDRESS = Words(
    "把本机出口 IP 加入机器人的 IP 地址段", "add this machine's address to the robot's list"
)
_KEYWORD = Words(
    "在账号设置 keyword 中填写机器人的一个关键词，再重新送审",
    "set the account's keyword to one of the robot's, then have it approved again",
)
_SECURITY = Words("核对机器人的安全设置", "check the robot's security settings")
_TEXT = Words("修改内容后重新送审", "change the text and have it approved again")
_REST = Words("十分钟后自动继续", "it continues by itself in ten minutes")
_LOOK = Words("请到群里核对是否已发出", "look into the group whether it is there")
_REPORT = Words("请联系开发人员核对请求", "tell the developers: the request is wrong")
_TOO_FAST = row(
    Throttled,
    "每分钟超过 20 条，被限流 10 分钟",
    "more than 20 a minute: throttled for ten minutes",
    _REST,
    wait=timedelta(minutes=10),
    scope="app",
)
_NO_KEYWORD = (Rejected, "消息不含机器人的关键词", "none of the robot's keywords is in the text")
_BAD_SIGN = (Unauthorised, "签名不符或时间戳过期", "the signature or its time is refused")
_BAD_ADDRESS = (Unauthorised, "本机 IP 不在机器人的名单", "this machine's address is not listed")

# Source: custom-robot-access, its table of errors. The platform changes its sentences, hence two
# pieces for each; the general row comes last.
CODES = Codes(
    code="errcode",
    text="errmsg",
    table={
        -1: (row(Unknown, "平台系统繁忙，结果不明", "the platform is busy, maybe done", _LOOK),),
        40035: (row(Rejected, "参数不合要求", "malformed parameters", _REPORT),),
        43004: (row(Rejected, "请求类型无效", "the content type is refused", _REPORT),),
        130101: (_TOO_FAST,),
        300001: (row(Unauthorised, "令牌不存在", "no such token", _WEBHOOK, field="access_token"),),
        310000: (
            row(*_NO_KEYWORD, _KEYWORD, says="keyword", field="keyword"),
            row(*_NO_KEYWORD, _KEYWORD, says="关键词", field="keyword"),
            row(*_BAD_SIGN, _SIGNING, says="sign", field="secret"),
            row(*_BAD_SIGN, _SIGNING, says="签名", field="secret"),
            row(*_BAD_SIGN, _SIGNING, says="timestamp", field="secret"),
            row(*_BAD_ADDRESS, _ADDRESS, says="whitelist"),
            row(*_BAD_ADDRESS, _ADDRESS, says="白名单"),
            row(Unauthorised, "未通过安全校验", "refused by its security settings", _SECURITY),
        ),
        400013: (row(Unauthorised, "群已解散", "the group was dissolved", _WEBHOOK),),
        400101: (row(Unauthorised, "令牌不存在", "no such token", _WEBHOOK, field="access_token"),),
        400102: (row(Unauthorised, "机器人已停用", "the robot is switched off", _WEBHOOK),),
        400105: (row(Rejected, "消息类型不受支持", "no such type of message", _REPORT),),
        400106: (row(Unauthorised, "机器人不存在", "there is no such robot", _WEBHOOK),),
        410100: (_TOO_FAST,),
        430101: (row(Rejected, "含有不安全的链接", "a link is called unsafe", _TEXT),),
        430102: (row(Rejected, "文字未通过平台审核", "the text is called improper", _TEXT),),
        430104: (row(Rejected, "内容未通过平台审核", "the content is called improper", _TEXT),),
    },
)


def sign(secret: str, at: datetime) -> Mapping[str, str]:
    """`timestamp` in milliseconds and its signature, for the query: the secret is the key, the
    time and the secret are the message."""
    timestamp = str(int(at.timestamp() * 1000))
    return {"timestamp": timestamp, "sign": hmac_sha256(secret, f"{timestamp}\n{secret}")}


def _post(access: Access, part: Part, pictures: Sequence[bytes], now: datetime) -> Post:
    secret = access.credentials.get("secret", "").strip()
    everybody = str(access.settings.get("at_all") or "").strip().lower() in _TRUE
    return Post(
        url=f"{access.base_url}/robot/send",
        query={
            "access_token": token_of(access, "access_token"),
            **(sign(secret, now) if secret else {}),
        },
        body={**_body(part), "at": {"isAtAll": everybody}},
    )


def _body(part: Part) -> Mapping[str, Any]:
    if part.extra.get("form") == MARKDOWN:
        return {"msgtype": MARKDOWN, MARKDOWN: {"title": part.title, "text": part.text}}
    return {"msgtype": TEXT, TEXT: {"content": part.text}}


# 100: what `at` adds, with room to spare
finish = body_within(DECLARATION, _BODY_LIMIT - 100, _body)
ROBOT = Robot(declaration=DECLARATION, codes=CODES, rules=RULES, post=_post)
