"""What is refused before a call is spent on it: the rules of statuses/share.

Source: https://open.weibo.com/wiki/2/statuses/share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.models import Declaration, Part
from publishers.length import WEB_LINK, length

__all__ = ["check_part", "has_safe_link"]

_TOPIC = re.compile(r"#[^#\s][^#]*#")


def check_part(part: Part, settings: Mapping[str, Any], declaration: Declaration) -> None:
    """Raise Rejected, naming the field, for what Weibo would refuse anyway."""
    if not part.text.strip():
        raise _refused("text", "文字为空", "the text is empty", _TEXT)
    size = length(part.text, declaration.unit)
    if size > declaration.text_limit:
        limit = declaration.text_limit
        raise _refused("text", f"{size} 字，上限 {limit}", f"{size} characters of {limit}", _TEXT)
    _check_media(part, declaration)
    permission = settings.get("permission") or "share"
    if permission not in {"share", "high"}:
        raise _refused("permission", "权限设置应为 share 或 high", "share or high", _SETTING)
    if permission == "share":
        _check_share(part.text, str(settings.get("safe_domain", "")))


def has_safe_link(text: str, safe_domains: str) -> bool:
    """Whether `text` has a link on one of the comma-separated domains or below it."""
    domains = [domain.strip().lower() for domain in safe_domains.split(",") if domain.strip()]
    hosts = [(urlsplit(link).hostname or "").lower() for link in WEB_LINK.findall(text)]
    return any(
        host == domain or host.endswith(f".{domain}") for host in hosts for domain in domains
    )


def _check_share(text: str, safe_domains: str) -> None:
    if not has_safe_link(text, safe_domains):
        raise _refused(
            "safe_domain",
            f"文字中没有安全域名 {safe_domains} 下的链接",
            f"no link under the app's safe domain {safe_domains}",
            Words("链接须在应用的安全域名下", "the link must be under the app's safe domain"),
        )
    if _TOPIC.search(WEB_LINK.sub(" ", text)):
        raise _refused("text", "普通应用不能发 #话题#", "a #topic# needs more permission", _TEXT)


def _check_media(part: Part, declaration: Declaration) -> None:
    rule = declaration.media
    if len(part.media) > rule.max_count:
        raise _refused("media", "只能带一张图片", "one picture at most", _PICTURE)
    for media in part.media:
        if media.media_type not in rule.types:
            kind = media.media_type
            raise _refused("media", f"不支持 {kind}", f"{kind} is not accepted", _PICTURE)
        if media.size > rule.max_bytes:
            raise _refused("media", "图片超过 5 MB", "the picture is over 5 MB", _PICTURE)


_TEXT = Words("修改文字后重新送审", "change the text and have it approved again")
_SETTING = Words("改正账号设置", "correct the account's settings")
_PICTURE = Words("改用一张小于 5 MB 的 JPEG、GIF 或 PNG", "use one JPEG, GIF or PNG under 5 MB")


def _refused(field: str, zh: str, en: str, remedy: Words) -> Rejected:
    return Rejected(Words(f"微博：{zh}", f"Weibo: {en}"), field=field, remedy=remedy)
