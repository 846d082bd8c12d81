"""The platform's words about a post as findings of ours; callbacks and polls share these tables.

Sources: 发布状态轮询接口 (freepublish/get, PUBLISHJOBFINISH) and 群发接口 (mass/get,
MASSSENDJOBFINISH).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hub.kernel.errors import Words
from hub.publishing.ports import Finding, Verdict

__all__ = [
    "DRAFT_PREFIX",
    "MASS_PREFIX",
    "mass_event_finding",
    "mass_poll_finding",
    "publication_finding",
]

# A publish_id and a mass msg_id are both plain digits; an article_id and a draft's media_id are
# both opaque text. The prefixes keep a recall from deleting the wrong thing.
MASS_PREFIX = "mass:"
DRAFT_PREFIX = "draft:"

_POLL_S = 15.0

_PUBLICATION: Mapping[int, tuple[Verdict, Words]] = MappingProxyType(
    {
        0: (Verdict.FOUND, Words("已发布", "published")),
        1: (Verdict.PENDING, Words("平台发布中", "the platform is still publishing")),
        2: (Verdict.GONE, Words("原创声明失败", "the declaration of originality failed")),
        3: (Verdict.GONE, Words("发布失败", "publishing failed")),
        4: (Verdict.GONE, Words("平台审核不通过", "rejected by the platform's review")),
        5: (Verdict.GONE, Words("发布后被账号删除", "deleted by the account afterwards")),
        6: (Verdict.GONE, Words("发布后被平台封禁", "blocked by the platform afterwards")),
    }
)
_MASS_POLL: Mapping[str, tuple[Verdict, Words]] = MappingProxyType(
    {
        "SEND_SUCCESS": (Verdict.FOUND, Words("群发成功", "sent")),
        "SENDING": (
            Verdict.PENDING,
            Words(
                "群发中；若开启了群发保护，须管理员在 30 分钟内确认",
                "being sent; under mass-send protection an administrator confirms within 30 min",
            ),
        ),
        "SEND_FAIL": (
            Verdict.GONE,
            Words(
                "群发失败，或管理员拒绝、30 分钟内未确认",
                "sending failed, or an administrator refused or did not confirm within 30 min",
            ),
        ),
        "DELETE": (Verdict.GONE, Words("群发已删除", "deleted")),
    }
)
_MASS_EVENT: Mapping[str, tuple[Verdict, Words]] = MappingProxyType(
    {
        "send success": (Verdict.FOUND, Words("群发成功", "sent")),
        "send fail": (Verdict.GONE, Words("群发失败", "sending failed")),
        "err(10001)": (Verdict.GONE, Words("涉嫌广告", "judged to be advertising")),
        "err(20001)": (Verdict.GONE, Words("涉嫌政治", "judged political")),
        "err(20004)": (Verdict.GONE, Words("涉嫌社会", "judged a social matter")),
        "err(20002)": (Verdict.GONE, Words("涉嫌色情", "judged pornographic")),
        "err(20006)": (Verdict.GONE, Words("涉嫌违法犯罪", "judged illegal")),
        "err(20008)": (Verdict.GONE, Words("涉嫌欺诈", "judged fraudulent")),
        "err(20013)": (Verdict.GONE, Words("涉嫌版权", "judged to infringe copyright")),
        "err(22000)": (Verdict.GONE, Words("涉嫌互推", "judged mutual promotion")),
        "err(21000)": (Verdict.GONE, Words("涉嫌其他违规", "judged in breach of the rules")),
    }
)
_COUNTS = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")


def publication_finding(status: int, *, article_id: str = "", items: object = None) -> Finding:
    """A task's `publish_status` with its article; `items` are {idx, article_url} in any form."""
    verdict, words = _PUBLICATION.get(
        status, (Verdict.PERSON, Words(f"未知发布状态 {status}", f"unknown status {status}"))
    )
    return Finding(
        verdict=verdict,
        remote_id=article_id,
        url=_first_address(items, "article_url"),
        detail=str(words),
        retry_after=_POLL_S,
        receipt={"publish_status": status},
    )


def mass_poll_finding(remote_id: str, status: str) -> Finding:
    """What mass/get says. It knows no address: that comes with the event."""
    verdict, words = _MASS_POLL.get(
        status, (Verdict.PERSON, Words(f"未知群发状态 {status}", f"unknown status {status}"))
    )
    return Finding(
        verdict=verdict,
        remote_id=remote_id,
        detail=str(words),
        retry_after=_POLL_S * 4,
        receipt={"msg_status": status},
    )


def mass_event_finding(remote_id: str, event: Mapping[str, Any]) -> Finding:
    """What MASSSENDJOBFINISH says: counts, and the address of the first article."""
    status = str(event.get("Status", ""))
    failed = Words(f"群发失败：{status}", f"sending failed: {status}")
    verdict, words = _MASS_EVENT.get(status, (Verdict.GONE, failed))
    result = event.get("ArticleUrlResult")
    entries = result.get("ResultList") if isinstance(result, Mapping) else None
    counts = {name: _whole(event.get(name)) for name in _COUNTS if event.get(name)}
    return Finding(
        verdict=verdict,
        remote_id=remote_id,
        url=_first_address(
            entries.get("item") if isinstance(entries, Mapping) else None, "ArticleUrl"
        ),
        detail=str(words),
        receipt={"status": status, **counts},
    )


def _whole(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _first_address(items: object, name: str) -> str:
    """The address in a list of articles, or in the single one that XML makes of a list of one."""
    first = items[0] if isinstance(items, list) and items else items
    return str(first.get(name) or "") if isinstance(first, Mapping) else ""
