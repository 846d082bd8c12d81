"""E-mail to a mailing list or a few recipients, through one's own mail server."""

from __future__ import annotations

from dataclasses import replace

from hub.kernel.errors import Words
from hub.publishing.models import Part
from publishers.contract import Channel, Field, Source
from publishers.email.declaration import DECLARATION
from publishers.email.plain import plain_of
from publishers.email.polling import EmailPoller
from publishers.email.publisher import EmailOutlet
from publishers.email.replying import EmailReplier
from publishers.resting import REST

__all__ = ["CHANNEL"]


def _with_plain_text(parts: tuple[Part, ...], source: Source) -> tuple[Part, ...]:
    """What readers without HTML see is signed like the rest."""
    return tuple(replace(part, extra={"plain": plain_of(part.text)}) for part in parts)


CHANNEL = Channel(
    declaration=DECLARATION,
    credentials=(
        Field(name="username", words=Words("登录用户名", "user to log in as"), required=False),
        Field(
            name="password",
            words=Words("密码或授权码", "password or app password"),
            secret=True,
            required=False,
        ),
        Field(
            name="imap_username",
            words=Words("收信用户名，默认同上", "user of the mailbox, by default the same"),
            required=False,
        ),
        Field(
            name="imap_password",
            words=Words("收信密码，默认同上", "its password, by default the same"),
            secret=True,
            required=False,
        ),
    ),
    settings=(
        Field(
            name="to",
            words=Words(
                "邮件列表地址，或至多 100 个收件地址（逗号分隔，互不可见）",
                "the mailing list's address, or up to 100 recipients, who do not see each other",
            ),
        ),
        Field(
            name="unsubscribe",
            words=Words(
                "退订方式：https 网址、mailto 地址，或两者（逗号分隔）",
                "how to unsubscribe: an https or mailto address, or both, comma-separated",
            ),
        ),
        Field(
            name="one_click",
            words=Words("一键退订（RFC 8058）", "one-click unsubscribing (RFC 8058)"),
            required=False,
            default="false",
        ),
        Field(name="sender_name", words=Words("发件人名称", "sender's name"), required=False),
        Field(name="reply_to", words=Words("回信地址", "where replies go"), required=False),
        Field(
            name="list_id",
            words=Words("邮件列表标识（RFC 2919）", "the list's identity (RFC 2919)"),
            required=False,
        ),
        Field(
            name="security",
            words=Words(
                "加密：starttls 或 none；smtps:// 地址总是加密",
                "starttls or none; an smtps:// address is always encrypted",
            ),
            required=False,
            default="starttls",
        ),
        Field(
            name="receive",
            words=Words("poll：读取并答复来信", "poll: read letters and answer them"),
            required=False,
        ),
        Field(
            name="imap",
            words=Words(
                "收信服务器：imaps:// 或 imap:// 地址",
                "the mailbox: an imaps:// or imap:// address",
            ),
            required=False,
        ),
        Field(
            name="imap_folder",
            words=Words("收信文件夹", "the folder that letters come into"),
            required=False,
            default="INBOX",
        ),
        REST,
    ),
    schemes=frozenset({"smtp", "smtps"}),
    open=EmailOutlet,
    finish=_with_plain_text,
    replier=EmailReplier,
    poller=EmailPoller,
    notes=(
        Words(
            "邮件发出后不能撤回；结果不明的发送由人按 Message-ID 核对",
            "a message cannot be taken back; a person settles an unknown outcome by its Message-ID",
        ),
    ),
)
