"""The request of a message: to whom, what, and how the platform knows a repeat.

The platform compares requests: the same JSON within `duplicate_check_interval` is not delivered
twice. So the bytes are made once per delivery and kept, and they differ from those of any other
delivery with the same text: the interval itself, a few minutes under four hours, carries a mark
made from the delivery's key. A deliberate second publication is thus not swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from hub.kernel.errors import Words
from hub.publishing.errors import Rejected
from hub.publishing.models import Part
from hub.publishing.ports import Access
from publishers.messages import MARKDOWN, TEXT
from publishers.wecom.declaration import DUPLICATE_CHECK, SPREAD_S

__all__ = ["agent_id", "request_of"]

_EVERYBODY = "@all"
_BETWEEN = re.compile(r"[,，|\s]+")
# setting → member of the request, and how many it may name
_RECIPIENTS = {"to_user": ("touser", 1000), "to_party": ("toparty", 100), "to_tag": ("totag", 100)}


def request_of(access: Access, part: Part, key: str, media_id: str = "") -> str:
    """The request as JSON text; raises Rejected for settings that cannot be sent to."""
    request = {
        **_recipients(access.settings),
        **_content(part, media_id),
        "agentid": agent_id(access.settings),
        "safe": 0,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": _interval(key),
    }
    return msgspec.json.encode(request).decode()


def _content(part: Part, media_id: str) -> Mapping[str, Any]:
    if media_id:
        return {"msgtype": "image", "image": {"media_id": media_id}}
    form = MARKDOWN if part.extra.get("form") == MARKDOWN else TEXT
    return {"msgtype": form, form: {"content": part.text}}


def _recipients(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Users, departments and tags; everybody where none is named."""
    named: dict[str, str] = {}
    for setting, (member, most) in _RECIPIENTS.items():
        names = [name for name in _BETWEEN.split(str(settings.get(setting) or "")) if name]
        if len(names) > most:
            raise _wrong(
                setting,
                Words(f"{setting} 至多 {most} 个", f"{setting} has at most {most} entries"),
                Words("改用部门或标签，或拆成几个账号", "name departments or tags, or split it"),
            )
        if names:
            named[member] = "|".join(names)
    if not named or named.get("touser") == _EVERYBODY:
        return {"touser": _EVERYBODY}
    return named


def agent_id(settings: Mapping[str, Any]) -> int:
    """The application's number; raises Rejected for what is none."""
    value = str(settings.get("agent_id") or "").strip()
    if value.isascii() and value.isdigit():
        return int(value)
    raise _wrong(
        "agent_id",
        Words("AgentId 应为数字", "the AgentId must be a number"),
        Words("填写应用详情页的 AgentId", "enter the AgentId of the application's page"),
    )


def _wrong(field: str, words: Words, remedy: Words) -> Rejected:
    return Rejected(words, platform_code="settings", field=field, remedy=remedy)


def _interval(key: str) -> int:
    return int(DUPLICATE_CHECK.total_seconds()) - int(key[:8], 16) % SPREAD_S
