"""WeCom group robots (企业微信群机器人): messages into a group through its webhook."""

from __future__ import annotations

from hub.kernel.errors import Words
from publishers.contract import Channel, Field
from publishers.messages import FORM, form_of
from publishers.webhooks import WebhookOutlet
from publishers.wecom_robot.publisher import DECLARATION, ROBOT, RULES

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    default_base_url="https://qyapi.weixin.qq.com",
    credentials=(
        Field(
            name="key",
            words=Words("Webhook 地址中 key= 之后的部分", "what follows key= in the webhook"),
            secret=True,
        ),
    ),
    settings=(
        FORM,
        Field(
            name="mention",
            words=Words(
                "文本消息要@的成员 userid，逗号分隔；@all 为所有人",
                "user ids that a text message mentions, comma-separated; @all is everybody",
            ),
            required=False,
        ),
    ),
    open=lambda wire, clock: WebhookOutlet(ROBOT, wire, clock),
    variation=form_of,
    adapt=RULES,
    notes=(
        Words(
            "群机器人不返回消息编号，也不能撤回：结果不明的由人到群里核对",
            "a robot gives no message id and takes nothing back: a person looks into the group",
        ),
    ),
)
