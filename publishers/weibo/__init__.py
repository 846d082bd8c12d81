"""Sina Weibo (新浪微博) over its open platform."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import Words
from hub.publishing.models import (
    Capability,
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Quota,
    Rate,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Outlet
from publishers.contract import Channel, Field
from publishers.resting import REST
from publishers.weibo.inbox import open_inbox
from publishers.weibo.polling import WeiboPoller
from publishers.weibo.publisher import WeiboOutlet
from publishers.weibo.replying import NOTICES, WeiboReplier
from publishers.wire import Wire

__all__ = ["CHANNEL"]

DECLARATION = Declaration(
    name="weibo",
    title=Words("新浪微博", "Sina Weibo"),
    markup="text",
    unit=LengthUnit.WEIBO,
    text_limit=140,
    media=MediaRule(
        types=frozenset({"image/jpeg", "image/gif", "image/png"}),
        max_bytes=5 * 1024 * 1024 - 1,
        max_count=1,
    ),
    repeat=Repeat.REFUSED,
    reconciling=(Reconciling.READ_BACK,),
    capabilities=frozenset({Capability.DELETE, Capability.MEASURE, Capability.VERIFY}),
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    needs_link=True,
    # Calls from one address share 15,000 an hour, refused with 10022. A post costs one and its
    # verification another, so posts may use half of them.
    rates=(
        Rate(count=30, per=timedelta(hours=1)),
        Rate(count=7_500, per=timedelta(hours=1), scope="app"),
    ),
    # All calls of an account and an app share 100 a day. A post costs one, its verification one,
    # and what is left is for settling unknown outcomes and for reading mentions. Ours: a few of
    # the posts are kept for emergencies.
    quotas=(Quota(count=40, period="day", kept=4),),
    spare_calls=10,
    # the limit of calls from one address (10022) is shared even where no app key is entered
    app=("app_key",),
    source="open.weibo.com/wiki: 2/statuses/share, Rate-limiting, Error_code; read 2026-08",
)


def _open(wire: Wire, clock: Clock) -> Outlet:
    return WeiboOutlet(DECLARATION, wire, clock)


def _variation(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Apps are bound to one domain, so some accounts need the same page under another address."""
    base = str(settings.get("link_base") or "")
    return {"link_base": base} if base else {}


CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(
        Field(
            name="access_token",
            words=Words("授权令牌 access_token", "access token"),
            secret=True,
        ),
        Field(name="uid", words=Words("微博用户编号 uid", "Weibo user number")),
        Field(
            name="app_secret",
            words=Words("应用 App Secret（接收私信）", "the app's secret, to receive messages"),
            secret=True,
            required=False,
        ),
    ),
    settings=(
        Field(name="app_key", words=Words("应用 App Key", "app key"), required=False),
        Field(
            name="safe_domain",
            words=Words("应用的安全域名（逗号分隔）", "the app's safe domains, comma-separated"),
        ),
        Field(
            name="permission",
            words=Words("接口权限：share 或 high", "permission: share or high"),
            required=False,
            default="share",
        ),
        Field(
            name="rip",
            words=Words("操作者的真实公网 IP", "the operator's real public IP address"),
        ),
        Field(
            name="link_base",
            words=Words("链接须用的网址前缀", "address under which links must be"),
            required=False,
        ),
        Field(
            name="review_minutes",
            words=Words(
                "微博审核期间最长不可见分钟数", "longest time a post stays unseen, minutes"
            ),
            required=False,
            default="10",
        ),
        Field(
            name="receive",
            words=Words(
                "poll：每小时读取评论与@（占用每日调用次数）",
                "poll: read comments and mentions every hour, from the day's calls",
            ),
            required=False,
        ),
        REST,
        Field(
            name="messages_base_url",
            words=Words("私信接口地址", "the address of the message API"),
            required=False,
            default="https://m.api.weibo.com",
        ),
    ),
    default_base_url="https://api.weibo.com",
    open=_open,
    variation=_variation,
    inbox=open_inbox,
    replier=WeiboReplier,
    notices=NOTICES,
    poller=WeiboPoller,
    notes=(
        Words("授权到期后只能由本人重新授权", "only a person can renew the authorisation"),
        Words(
            "普通应用只有 statuses/share：必须带安全域名下的链接，不得含 #话题#",
            "ordinary apps only have statuses/share: a link under the safe domain, no #topic#",
        ),
    ),
)
