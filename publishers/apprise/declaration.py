"""What holds for every service that apprise knows, and what a service narrows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import (
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Rate,
    Reconciling,
    Repeat,
)
from publishers.apprise.services import limits_of

__all__ = ["DECLARATION", "narrowed", "variation"]

DECLARATION = Declaration(
    name="apprise",
    title=Words("通知服务（apprise）", "Notification services (apprise)"),
    markup="text",
    unit=LengthUnit.CHARACTERS,
    text_limit=32_768,  # the most that any service takes; each has its own
    title_limit=250,
    # Whether and how a picture goes along differs by service, so none does: the link leads to it.
    media=MediaRule(types=frozenset({"image/jpeg", "image/png"}), max_bytes=0, max_count=0),
    overflow=(Overflow.DIGEST, Overflow.REFUSE),
    needs_link=True,
    repeat=Repeat.POSTS_AGAIN,
    reconciling=(Reconciling.PERSON,),
    capabilities=frozenset(),
    # "Most servers do not like more than 1 request per 5 seconds": request_rate_per_sec.
    rates=(Rate(count=1, per=timedelta(seconds=5.5)),),
    call_timeout=timedelta(seconds=20),
    source="apprise 2.2.0, plugins/base.py (body_maxlen, title_maxlen, request_rate_per_sec) and "
    "each service's plugin; read 2026-11",
)


def variation(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Which service, and the limits of its titles and texts: its own, or the account's.

    A limit is left out where it depends on the address, which is secret, and nobody gave it.
    """
    service = str(settings.get("service") or "").strip().lower()
    if not service:
        return {}
    known = limits_of(service) or {}
    limits = {
        f"{name}_limit": str(settings.get(f"{name}_limit") or "").strip() or known.get(name)
        for name in ("title", "text")
    }
    told = {name: str(limit) for name, limit in limits.items() if limit is not None}
    return {"service": service, **told}


def narrowed(chosen: Mapping[str, str]) -> Declaration:
    """The declaration with the limits of one service; raises InvalidInput for one that is none,
    and where its limits have to be given."""
    if not chosen:
        return DECLARATION
    service = chosen["service"]
    if limits_of(service) is None:
        raise _unusable(
            "service",
            Words(f"apprise 没有名为“{service}”的服务", f"apprise has no service '{service}'"),
            Words(
                "填推送地址开头的协议名，如 discord、ntfy",
                "give the scheme its addresses begin with, such as discord or ntfy",
            ),
        )
    return replace(
        DECLARATION,
        title_limit=_limit(chosen, "title_limit"),
        text_limit=_limit(chosen, "text_limit"),
    )


def _limit(chosen: Mapping[str, str], name: str) -> int:
    given, service = chosen.get(name, ""), chosen["service"]
    if given.isascii() and given.isdigit() and (int(given) or name == "title_limit"):
        return int(given)
    raise _unusable(
        name,
        Words(
            f"服务“{service}”的长度上限取决于推送地址",
            f"the limits of '{service}' depend on the url",
        ),
        Words(f"在账号设置里填 {name}（字数）", f"set {name} of the account, in characters"),
    )


def _unusable(field: str, words: Words, remedy: Words) -> InvalidInput:
    return InvalidInput(words, field=f"apprise.{field}", remedy=remedy)
