"""The words of quotas, and which slot numbers are free. Pure."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from zoneinfo import ZoneInfo

from hub.kernel.errors import Conflict, Words
from hub.publishing.models import Quota
from hub.publishing.quota.models import Holder, Refused

__all__ = ["free_numbers", "full", "lost_race", "why_full"]

_SHOWN = 3  # holders that a refusal names


def free_numbers(quota: Quota, taken: Collection[int], wanted: int, urgent: bool) -> list[int]:
    """The lowest `wanted` numbers that are free, or as many as there are."""
    last = quota.count if urgent else quota.count - quota.kept
    return list(islice((n for n in range(1, last + 1) if n not in taken), wanted))


def why_full(refused: Refused) -> Words:
    """Why an account gets no slot: who has them, and from when there are new ones."""
    quota, name = refused.quota, refused.account.name
    zh = "当月" if quota.period == "month" else "当日"
    end = refused.until.astimezone(ZoneInfo(quota.zone)).strftime("%Y-%m-%d %H:%M")
    names = [_named(holder) for holder in refused.holders[:_SHOWN]]
    more = len(refused.holders) - len(names)
    held_zh = "、".join(n.zh for n in names) + (f" 等 {more + len(names)} 条" if more > 0 else "")
    held_en = "; ".join(n.en for n in names) + (f" and {more} more" if more > 0 else "")
    return Words(
        f"账号“{name}”{zh}额度 {quota.count} 次已排满"
        + (f"：{held_zh}" if names else "")
        + f"；{end} 起有新额度",
        f"'{name}' has no more of its {quota.count} posts for this {quota.period}"
        + (f": {held_en}" if names else "")
        + f"; new ones from {end}",
    )


def _named(holder: Holder) -> Words:
    """The item and body that have a slot, and the plan to look at."""
    return Words(
        f"{holder.body}《{holder.title}》（计划 {holder.plan_id}）",
        f"'{holder.title}' of {holder.body} (plan {holder.plan_id})",
    )


def full(refused: Refused) -> Conflict:
    """The refusal of a single account's plan."""
    return Conflict(
        why_full(refused),
        field="account",
        remedy=Words("改期，或先取消已排的一条", "choose another day, or cancel one planned"),
    )


def lost_race() -> Conflict:
    """Another plan, made at this very moment, took the last slot."""
    return Conflict(
        Words("额度刚刚被另一计划占用", "another plan has just taken the last slot"),
        field="account",
        remedy=Words("重新排定，可看到被谁占用", "plan again to see who has it"),
    )
