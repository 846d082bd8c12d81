"""WeChat official accounts (微信公众号): articles published, mass-sent, or left as drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

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
from publishers.callbacks import new_aes_key, new_token
from publishers.contract import Channel, Field
from publishers.wechat.article import CONTENT_LIMIT, DIGEST_LIMIT, TITLE_LIMIT, finish
from publishers.wechat.inbox import open_inbox
from publishers.wechat.publisher import WeChatOutlet
from publishers.wechat.replying import NOTICES, WeChatReplier
from publishers.wechat.tiers import GRACE_MIN

__all__ = ["CHANNEL"]

DECLARATION = Declaration(
    name="wechat",
    title=Words("微信公众号", "WeChat official account"),
    markup="article",
    unit=LengthUnit.CHARACTERS,
    text_limit=CONTENT_LIMIT,
    title_limit=TITLE_LIMIT,
    digest_limit=DIGEST_LIMIT,
    media=MediaRule(
        # media/uploadimg: jpg or png below 1 MB. The platform names no largest number of
        # pictures; 50 addresses fit well into 20,000 characters of HTML.
        types=frozenset({"image/jpeg", "image/png"}),
        max_bytes=1024 * 1024 - 1,
        max_count=50,
    ),
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    needs_cover=True,
    # What holds for the tier `publish`; a mass send has a key for 24 hours, see README.
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.READ_BACK, Reconciling.PERSON),
    capabilities=frozenset({Capability.DELETE, Capability.PREPARE, Capability.VERIFY}),
    rates=(Rate(count=60, per=timedelta(minutes=1)),),
    # the daily number of calls of a new account; mass sends have their own, see `_quotas`
    quotas=(Quota(count=100, period="day"),),
    app=("appid",),
    calls=4,  # a picture, the cover, the draft, its submission
    call_timeout=timedelta(seconds=20),
    verify_after=timedelta(seconds=15),
    source=(
        "developers.weixin.qq.com: /doc/subscription/api/draftbox/draftmanage/api_draft_add.html, "
        "/doc/subscription/api/public/api_freepublish_submit.html, "
        "/doc/subscription/guide/product/message/Batch_Sends.html, "
        "/doc/service/api/material/permanent/api_addmaterial; read 2026-10"
    ),
)


def _variation(settings: Mapping[str, Any]) -> Mapping[str, str]:
    author = str(settings.get("author") or "")
    return {"author": author} if author else {}


def _quotas(settings: Mapping[str, Any]) -> tuple[Quota, ...]:
    """A mass send is rare: one a day for a subscription account, four a month for a service
    account, counted by user (developers.weixin.qq.com, Batch_Sends); 45028 comes beyond. A send
    to a tag is counted as one to everybody: who has which tags is not known here."""
    if settings.get("tier") != "mass":
        return DECLARATION.quotas
    if settings.get("account_type") == "service":
        return (Quota(count=4, period="month", per="user"), *DECLARATION.quotas)
    return (Quota(count=1, period="day"),)


CHANNEL = Channel(
    declaration=DECLARATION,
    default_base_url="https://api.weixin.qq.com",
    quotas=_quotas,
    rehearsal={"tier": "draft"},  # a mass send goes to every follower and is one of four
    credentials=(
        Field(name="appid", words=Words("AppID", "AppID")),
        Field(name="secret", words=Words("AppSecret", "AppSecret"), secret=True),
        Field(
            name="token",
            words=Words("服务器配置：Token（接收回调）", "server settings: Token, for callbacks"),
            secret=True,
            required=False,
            made=new_token,
        ),
        Field(
            name="aes_key",
            words=Words("服务器配置：EncodingAESKey", "server settings: EncodingAESKey"),
            secret=True,
            required=False,
            made=new_aes_key,
        ),
        Field(
            name="aes_key_previous",
            words=Words("上一个 EncodingAESKey（轮换期间）", "the previous one, while rotating"),
            secret=True,
            required=False,
        ),
    ),
    settings=(
        Field(
            name="tier",
            words=Words(
                "发布方式：publish 发布，mass 群发，draft 仅存草稿，export 人工复制",
                "publish, mass (mass send), draft (a person publishes), export (copied by hand)",
            ),
            required=False,
            default="publish",
        ),
        Field(
            name="account_type",
            words=Words(
                "账号类型：subscription 订阅号，service 服务号（群发次数按月计）",
                "subscription, or service (mass sends are counted per month)",
            ),
            required=False,
            default="subscription",
        ),
        Field(
            name="tag_id",
            words=Words("群发对象标签，空为全部粉丝", "mass send to one tag; empty: everybody"),
            required=False,
        ),
        Field(
            name="author",
            words=Words("文章作者署名，至多 16 字", "author shown, up to 16 characters"),
            required=False,
        ),
        Field(
            name="callback_mode",
            words=Words(
                "回调模式：plain 明文，compatible 兼容，secure 安全",
                "callback mode: plain, compatible, secure",
            ),
            required=False,
        ),
        Field(
            name="customer_service",
            words=Words(
                "true：账号有客服接口（已认证），带图片的答复以客服消息发送",
                "true: the account has customer-service messages (verified); answers with "
                "pictures go by them",
            ),
            required=False,
        ),
        Field(
            name="reply_hours",
            words=Words(
                "公众发来消息后多少小时内可发客服消息，空为 48",
                "for how many hours after a message it may be answered; empty: 48",
            ),
            required=False,
        ),
        Field(
            name="grace_minutes",
            words=Words(
                "结果不明时，草稿仍在多少分钟后视为未发布",
                "after how many minutes a draft still there counts as not published",
            ),
            required=False,
            default=str(GRACE_MIN),
        ),
    ),
    open=lambda wire, clock: WeChatOutlet(wire, clock, DECLARATION),
    variation=_variation,
    finish=finish,
    inbox=open_inbox,
    replier=WeChatReplier,
    notices=NOTICES,
    notes=(
        Words(
            "2025 年 7 月起，个人主体与未认证账号没有发布接口，须用 draft 或 export",
            "since July 2025 unverified accounts cannot publish by API: use draft or export",
        ),
        Words(
            "发布不推送给粉丝、不占群发次数；群发推送给粉丝",
            "publishing does not reach followers' chats and uses no mass send; mass sending does",
        ),
        Words("已发布文章不能修改，只能删除后重发", "articles cannot be edited, only deleted"),
    ),
)
