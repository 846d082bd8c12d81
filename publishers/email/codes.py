"""What a mail server's refusal means for a delivery, and what a person should do.

A reply decides by its first digit (RFC 5321, 4.2.1): 4yz is for now, 5yz for good. The enhanced
code (RFC 3463, and the registry it founded) says why; without one the basic code does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from hub.kernel.errors import Words
from hub.publishing.errors import (
    Advice,
    Busy,
    DeliveryError,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
)

__all__ = ["readable", "refusal", "reply_code"]

_ENHANCED = re.compile(r"([245])\.(\d{1,3}\.\d{1,3})\b")
_LATER = Words("将自动重试", "it is tried again")
_GREYLIST = timedelta(minutes=5)  # RFC 6647, 5: servers ask for one minute to a day
_PASSWORD = Words(
    "用 account connect 重新录入用户名与授权码", "give user and password with account connect"
)
_RECIPIENT = Words("核对收件地址设置 to", "check the account's setting to")
_SENDER = Words(
    "核对发件地址，以及该域名的 SPF、DKIM、DMARC",
    "check the sender, and its domain's SPF, DKIM, DMARC",
)

_NO_MAILBOX = Advice(Rejected, Words("收件地址不存在", "no such recipient"), _RECIPIENT)
_CREDENTIALS = Advice(
    Unauthorised, Words("发信服务器拒绝登录", "the server refuses the log-in"), _PASSWORD
)
_POLICY = Advice(Rejected, Words("发信服务器按规则拒收", "the server's policy refuses it"), _SENDER)
_TOO_BIG = Advice(
    Rejected,
    Words("邮件超过服务器允许的大小", "the message is larger than the server takes"),
    Words("减少图片后重新送审", "leave pictures out and have it approved again"),
)
_TLS = Advice(
    Rejected,
    Words("服务器要求加密连接", "the server wants an encrypted connection"),
    Words("把账号设置 security 改为 starttls", "set the account's security to starttls"),
)
_WHY: Mapping[str, Advice] = {
    "1.1": _NO_MAILBOX,
    "1.2": _NO_MAILBOX,
    "1.3": _NO_MAILBOX,
    "1.6": _NO_MAILBOX,
    "1.7": Advice(Rejected, Words("发件地址不合法", "the sender's address is bad"), _SENDER),
    "1.8": Advice(Rejected, Words("发件域名不存在", "the sender's domain is unknown"), _SENDER),
    "1.10": _NO_MAILBOX,
    "2.1": Advice(Rejected, Words("收件邮箱已停用", "the mailbox is disabled"), _RECIPIENT),
    "2.2": Advice(Rejected, Words("收件邮箱已满", "the mailbox is full"), _RECIPIENT),
    "2.3": _TOO_BIG,
    "3.4": _TOO_BIG,
    "7.8": _CREDENTIALS,
    "7.9": _TLS,
    "7.10": _TLS,
    "7.11": _TLS,
    "7.0": _POLICY,
    "7.1": _POLICY,
    "7.26": _POLICY,
}
_BASIC: Mapping[int, Advice] = {
    530: _CREDENTIALS,
    534: _CREDENTIALS,
    535: _CREDENTIALS,
    538: _TLS,
    550: _NO_MAILBOX,
    551: _NO_MAILBOX,
    552: _TOO_BIG,
    553: Advice(Rejected, Words("地址不被接受", "the address is not taken"), _SENDER),
}
_REFUSED = Advice(
    Rejected,
    Words("发信服务器拒收", "the mail server refuses it"),
    Words("按服务器的答复处理", "see what the server says"),
)
_BUSY = Advice(Busy, Words("发信服务器暂时不收", "the mail server does not take it now"), _LATER)
_SLOWER = Advice(
    Throttled, Words("发信服务器要求放慢", "the mail server asks to slow down"), _LATER
)


def readable(text: str) -> str:
    """A server's words as they may be kept: one line, whatever bytes they were."""
    return " ".join(text.encode("utf-8", "replace").decode().split())[:200]


def reply_code(code: int, text: str) -> str:
    """`550 5.1.1`, or `550` from a server without enhanced codes."""
    found = _ENHANCED.match(text)
    return f"{code} {found[0]}" if found else str(code)


def refusal(stage: str, code: int, text: str) -> DeliveryError:
    """The error for a reply that is no yes; `stage` is the SMTP command it answers.

    What is no SMTP reply at all (a proxy's page) took nothing: it is as if nobody was there.
    """
    if not 400 <= code < 600:
        return NotSent(
            Words(
                f"{stage}：对方不像邮件服务器，未发出", f"{stage}: no mail server answers, not sent"
            ),
            platform_code=f"not-smtp ({stage})",
            remedy=Words("检查接口地址；将自动重试", "check base_url; it is tried again"),
        )
    advice = _advice(code, text)
    waits = _GREYLIST if code < 500 and text.startswith("4.7.1 ") else None
    return advice.error(
        Words(f"{stage}：{advice.words.zh}", f"{stage}: {advice.words.en}"),
        platform_code=reply_code(code, text),
        platform_message=readable(text),
        remedy=advice.remedy,
        retry_after=waits,
    )


def _advice(code: int, text: str) -> Advice:
    found = _ENHANCED.match(text)
    why = found[2] if found else ""
    if code < 500:
        return _SLOWER if code == 421 and why.startswith("7.") else _BUSY
    return _WHY.get(why) or _BASIC.get(code) or _REFUSED
