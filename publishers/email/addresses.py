"""Who sends to whom: an account's settings read, and refused where they could not be a header.

An address is a dot-atom and a domain (RFC 5321, 4.1.2; other letters than ASCII by RFC 6531).
Quoted local parts and comments are not taken: nobody has them, and they are how headers are forged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.ports import Access

__all__ = ["Address", "Letterhead", "address_of", "letterhead_of", "reply_head", "unprintable"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LOCAL_OCTETS, _DOMAIN_OCTETS = 64, 255  # RFC 5321, 4.5.3.1
_LIST_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_LINK = re.compile(r"[!-;=?-~]{1,900}")  # printable ASCII without < and >; a line has 998
# A server must take a hundred (RFC 5321, 4.5.3.1.8); for more there are mailing lists.
_MOST = 100
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINER = "\u200d"  # holds emoji together
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox; `domain` is ASCII (RFC 5891's A-labels)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether it can only be said to a server that offers SMTPUTF8."""
        return not self.local.isascii()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What an account puts on each of its messages, checked."""

    sender: Address
    name: str
    recipients: tuple[Address, ...]
    reply_to: Address | None
    list_id: str
    unsubscribe: tuple[str, ...]
    one_click: bool

    @property
    def international(self) -> bool:
        every = (self.sender, *self.recipients, *([self.reply_to] if self.reply_to else []))
        return any(address.international for address in every)


def letterhead_of(access: Access) -> Letterhead:
    """Raises Rejected naming the setting that a person has to mend."""
    settings = access.settings
    recipients = tuple(address_of(one, "to") for one in _listed(settings, "to"))
    if not 0 < len(recipients) <= _MOST or len(set(recipients)) != len(recipients):
        raise _wrong(
            "to", f"应为 1 至 {_MOST} 个不重复的地址", f"needs 1 to {_MOST} addresses, each once"
        )
    reply_to = _text(settings, "reply_to")
    unsubscribe = tuple(_exit(one) for one in _listed(settings, "unsubscribe"))
    if not unsubscribe:
        raise _wrong("unsubscribe", "未填写退订方式", "says no way to unsubscribe")
    one_click = _text(settings, "one_click").lower() in _TRUE
    if one_click:
        _check_one_click(recipients, unsubscribe)
    list_id = _text(settings, "list_id")
    if list_id and not _LIST_ID.fullmatch(list_id):
        raise _wrong("list_id", "应形如 news.example.gov.cn", "is like news.example.gov.cn")
    return Letterhead(
        sender=address_of(access.handle, "handle"),
        name=_text(settings, "sender_name"),
        recipients=recipients,
        reply_to=address_of(reply_to, "reply_to") if reply_to else None,
        list_id=list_id,
        unsubscribe=unsubscribe,
        one_click=one_click,
    )


def unprintable(text: str) -> bool:
    """Whether `text` holds what ends a header, or hides or reorders the text around it."""
    return any(unicodedata.category(char) in _HIDDEN and char != _JOINER for char in text)


def _text(settings: Mapping[str, Any], name: str) -> str:
    value = str(settings.get(name) or "").strip()
    if unprintable(value):
        raise _wrong(name, "含有换行或控制字符", "has a line end or a control character")
    return value


def _listed(settings: Mapping[str, Any], name: str) -> list[str]:
    return [one.strip() for one in _text(settings, name).split(",") if one.strip()]


def reply_head(access: Access, to: Address) -> Letterhead:
    """The letterhead of an answer to one person: no list, and nothing to unsubscribe from."""
    return Letterhead(
        sender=address_of(access.handle, "handle"),
        name=_text(access.settings, "sender_name"),
        recipients=(to,),
        reply_to=None,
        list_id="",
        unsubscribe=(),
        one_click=False,
    )


def address_of(text: str, field: str) -> Address:
    """Raises Rejected naming `field` for what is no address."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or unprintable(local):
        raise _wrong(field, "不是邮件地址", "is no e-mail address")
    try:
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    sound = len(local.encode()) <= _LOCAL_OCTETS and len(ascii_domain) <= _DOMAIN_OCTETS
    if not sound or not all(_LABEL.fullmatch(label) for label in labels):
        raise _wrong(field, "不是邮件地址", "is no e-mail address")
    return Address(local, ascii_domain.lower())


def _exit(link: str) -> str:
    """A way to unsubscribe: https (RFC 8058) or mailto (RFC 2369)."""
    parts = urlsplit(link) if _LINK.fullmatch(link) else urlsplit("")
    if not (parts.scheme == "https" and parts.hostname) and parts.scheme != "mailto":
        raise _wrong(
            "unsubscribe", "应为 https 网址或 mailto 地址", "is an https or mailto address"
        )
    return link


def _check_one_click(recipients: tuple[Address, ...], unsubscribe: tuple[str, ...]) -> None:
    """RFC 8058, 3.1: the address must identify the recipient, so there can only be one."""
    if len(recipients) > 1 or sum(link.startswith("https:") for link in unsubscribe) != 1:
        raise _wrong(
            "one_click",
            "只能用于单一收件地址加一个 https 退订网址",
            "needs a single recipient and one https address to unsubscribe",
        )


def _wrong(field: str, zh: str, en: str) -> Rejected:
    return Rejected(
        Words(f"账号设置 {field} {zh}", f"the account's {field} {en}"),
        field=field,
        platform_code="setting",
        remedy=Words("改正账号设置", "correct the account's setting"),
    )
