"""Feishu group robots (飞书自定义机器人): messages into a group through a signed webhook."""

from __future__ import annotations

from hub.kernel.errors import Words
from publishers.contract import Channel, Field
from publishers.feishu.publisher import DECLARATION, ROBOT, finish
from publishers.messages import KEYWORD, keyword_of
from publishers.webhooks import WebhookOutlet

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    default_base_url="https://open.feishu.cn",
    credentials=(
        Field(
            name="token",
            words=Words("Webhook 地址末尾的令牌", "the token at the end of the webhook"),
            secret=True,
        ),
        Field(
            name="secret",
            words=Words("安全设置“签名校验”的密钥", "the signing secret"),
            secret=True,
            required=False,
        ),
    ),
    settings=(KEYWORD,),
    open=lambda wire, clock: WebhookOutlet(ROBOT, wire, clock),
    variation=keyword_of,
    finish=finish,
    notes=(
        Words(
            "图片须先由应用上传取得 image_key，Webhook 机器人做不到，因此不发图片",
            "a picture needs an image_key that only an app can get, so none are sent",
        ),
        Words(
            "机器人不返回消息编号：结果不明的由人到群里核对",
            "a robot gives no message id: a person looks into the group",
        ),
    ),
)
