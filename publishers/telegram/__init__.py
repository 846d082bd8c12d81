"""Telegram: channels and groups through the Bot API."""

from __future__ import annotations

from datetime import timedelta

from hub.conversation.notices.models import Reach
from hub.kernel.errors import Words
from hub.publishing.models import Rate
from publishers.contract import Channel, Field
from publishers.deferred import Deferred, deferred_replier
from publishers.telegram.declaration import DECLARATION
from publishers.telegram.inbox import open_inbox
from publishers.telegram.markup import checked
from publishers.telegram.polling import TelegramPoller

__all__ = ["CHANNEL"]

CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(
        Field(
            name="bot_token",
            words=Words("机器人令牌（@BotFather 提供）", "the bot's token, from @BotFather"),
            secret=True,
        ),
        Field(
            name="webhook_secret",
            words=Words("webhook 密钥（接收消息）", "the webhook's secret, to receive messages"),
            secret=True,
            required=False,
        ),
    ),
    settings=(
        Field(
            name="receive",
            words=Words(
                "如何接收公众消息：空（webhook）或 poll（轮询）",
                "how messages come: empty (webhook) or poll",
            ),
            required=False,
        ),
        Field(
            name="silent",
            words=Words("静默发送，不响提示音", "send without a sound"),
            required=False,
            default="false",
        ),
        Field(
            name="thread_id",
            words=Words("话题编号（论坛群组）", "the topic's number, in a forum group"),
            required=False,
        ),
    ),
    default_base_url="https://api.telegram.org",
    # aiogram has some 700 pydantic models: a second or two of CPU even with none of them built
    open=Deferred(DECLARATION, "publishers.telegram.publisher", "TelegramOutlet"),
    finish=checked,
    inbox=open_inbox,
    replier=deferred_replier("publishers.telegram.replying", "TelegramReplier"),
    # core.telegram.org/bots/faq: 30 messages a second to different chats, one a second to each;
    # posts and answers are counted with them
    notices=Reach(rates=(Rate(count=20, per=timedelta(seconds=1), scope="app"),)),
    poller=TelegramPoller,
    notes=(
        Words(
            "机器人读不到历史消息：结果不明的发送由人核对后处理",
            "a bot cannot read history: a person settles a post whose outcome is unknown",
        ),
    ),
)
