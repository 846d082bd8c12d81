"""DingTalk group robots (钉钉自定义机器人): messages into a group through a signed webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.kernel.errors import Words
from publishers.contract import Channel, Field
from publishers.dingtalk.publisher import DECLARATION, ROBOT, RULES, finish
from publishers.messages import FORM, KEYWORD, form_of, keyword_of
from publishers.webhooks import WebhookOutlet

__all__ = ["CHANNEL"]


def _variation(settings: Mapping[str, Any]) -> Mapping[str, str]:
    return {**form_of(settings), **keyword_of(settings)}


CHANNEL = Channel(
    declaration=DECLARATION,
    default_base_url="https://oapi.dingtalk.com",
    credentials=(
        Field(
            name="access_token",
            words=Words(
                "Webhook 地址中 access_token= 之后的部分",
                "what follows access_token= in the webhook",
            ),
            secret=True,
        ),
        Field(
            name="secret",
            words=Words("安全设置“加签”的密钥（SEC 开头）", "the signing secret, SEC…"),
            secret=True,
            required=False,
        ),
    ),
    settings=(
        FORM,
        KEYWORD,
        Field(
            name="at_all",
            words=Words("@所有人：true 或 false", "mention everybody: true or false"),
            required=False,
            default="false",
        ),
    ),
    open=lambda wire, clock: WebhookOutlet(ROBOT, wire, clock),
    variation=_variation,
    adapt=RULES,
    finish=finish,
    notes=(
        Words(
            "超过每分钟 20 条会被限流 10 分钟", "more than 20 a minute: throttled for ten minutes"
        ),
        Words(
            "图片只能用公网地址，因此不发图片；结果不明的由人到群里核对",
            "pictures are taken by public address only, so none are sent; a person settles what "
            "is unknown",
        ),
    ),
)
