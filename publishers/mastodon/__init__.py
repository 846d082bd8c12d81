"""Mastodon and the servers that speak its API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.kernel.errors import Words
from hub.publishing.models import Declaration
from publishers.contract import Channel, Field
from publishers.mastodon.declaration import CONTENT_WARNING, DECLARATION, leaving_room_for
from publishers.mastodon.polling import MastodonPoller
from publishers.mastodon.publisher import MastodonOutlet
from publishers.mastodon.replying import NOTICES, MastodonReplier
from publishers.resting import REST

__all__ = ["CHANNEL"]


def _variation(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """A content warning is shown with the post, so it is signed with it."""
    warning = " ".join(str(settings.get(CONTENT_WARNING) or "").split())
    return {CONTENT_WARNING: warning} if warning else {}


def _adapt(variation: Mapping[str, str]) -> Declaration:
    return leaving_room_for(variation.get(CONTENT_WARNING, ""))


CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(
        Field(
            name="access_token",
            words=Words("访问令牌 access_token", "access token"),
            secret=True,
        ),
    ),
    settings=(
        Field(
            name="visibility",
            words=Words(
                "可见范围：public、unlisted 或 private", "visibility: public, unlisted or private"
            ),
            required=False,
            default="public",
        ),
        Field(
            name="language",
            words=Words("语言代码（ISO 639）", "language code (ISO 639)"),
            required=False,
            default="zh",
        ),
        Field(
            name="receive",
            words=Words("poll：读取并答复@（须 read:notifications）", "poll: answer mentions"),
            required=False,
        ),
        REST,
        Field(
            name=CONTENT_WARNING,
            words=Words("内容提示（折叠正文，计入字数）", "content warning, counted with the text"),
            required=False,
        ),
    ),
    open=MastodonOutlet,
    replier=MastodonReplier,
    notices=NOTICES,
    poller=MastodonPoller,
    variation=_variation,
    adapt=_adapt,
    notes=(
        Words(
            "接口地址是账号所在实例的网址，例如 https://mastodon.example",
            "base_url is the address of the account's server, e.g. https://mastodon.example",
        ),
        Words(
            "不认幂等键的实例（如 GoToSocial）上，结果不明时只核对、不重发",
            "where a server ignores the idempotency key (GoToSocial), a lost answer is read back",
        ),
    ),
)
