"""The pure rules of rings: who is in which, when one is passed and when it stops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import Priority
from hub.publishing.rings.models import Ring, RingEvent, RingOrder, RingState, RingView, Tally

__all__ = ["Member", "check_order", "divide", "verdict", "waits_for"]


@dataclass(frozen=True, slots=True)
class Member:
    """One account of a plan: its channel, and when its first delivery is due."""

    account_id: str
    channel: str
    due_at: datetime


def check_order(order: RingOrder, priority: int) -> None:
    """Raises InvalidInput for shares that make no sense, and for an emergency."""
    if priority >= Priority.EMERGENCY:
        raise InvalidInput(
            Words("应急发布直达全部账号，不分批", "an emergency goes to everybody at once"),
            field="rings",
            remedy=Words("去掉 --rings 或 --emergency", "leave out --rings or --emergency"),
        )
    if not (0 < order.share < 1 and 0 <= order.error_share < 1 and order.errors >= 1):
        raise InvalidInput(
            Words("分批比例须在 0 与 100% 之间", "shares of a ring are between 0 and 100 %"),
            field="rings",
        )


def divide(members: Iterable[Member], order: RingOrder) -> list[list[str]]:
    """The account ids of each ring; empty rings are left out, so that few accounts have few.

    Each channel has accounts in each ring as far as it has enough: what one platform takes says
    nothing about the next. Raises InvalidInput for a first account that is not in the plan.
    """
    by_channel: dict[str, list[str]] = {}
    for member in sorted(members, key=lambda m: (m.due_at, m.account_id)):
        by_channel.setdefault(member.channel, []).append(member.account_id)
    known = {account for accounts in by_channel.values() for account in accounts}
    if strange := sorted(set(order.first) - known):
        raise InvalidInput(
            Words(
                f"首批账号 {strange[0]} 不在本计划内", f"account {strange[0]} is not in the plan"
            ),
            field="canary",
            remedy=Words("从计划选中的账号里选", "choose one that the plan publishes on"),
        )
    rings: list[list[str]] = [[], [], []]
    for accounts in by_channel.values():
        first = [account for account in accounts if account in order.first] or accounts[:1]
        rest = [account for account in accounts if account not in first]
        some = min(len(rest), math.ceil(order.share * len(accounts)))
        for ring, part in zip(rings, (first, rest[:some], rest[some:]), strict=True):
            ring += part
    return [ring for ring in rings if ring]


def verdict(ring: Ring, tally: Tally, *, more_waits: bool) -> RingEvent | None:
    """Whether a running ring is passed or stops; None while too little is known.

    It stops by the accounts that failed after a person resumed it, if one did. It passes when so
    many are proven that the rest could not stop it. Where all were cancelled nothing is proven.
    """
    there = tally.accounts - tally.cancelled
    if there == 0:
        return RingEvent.STOPPED if more_waits and not ring.waived else RingEvent.PASSED
    failed = max(0, tally.failed - ring.excused)
    allowed = ring.error_share * there
    if failed >= ring.errors and failed > allowed:
        return RingEvent.STOPPED
    asked = there - min(ring.excused, tally.failed)
    return RingEvent.PASSED if tally.proven >= asked - math.floor(allowed) else None


def waits_for(number: int, views: Sequence[RingView], not_after: str) -> Words:
    """Which ring a delivery of ring `number` waits for, until when, or for which person."""
    by_number: Mapping[int, RingView] = {view.ring.number: view for view in views}
    stopped = [v for v in views if v.ring.state is RingState.STOPPED]
    if stopped:
        at, failed = stopped[0].ring.number, stopped[0].tally.failed
        plan = stopped[0].ring.plan_id
        return Words(
            f"第 {at} 批有 {failed} 个账号失败，已停止；查明后由人放行：gongkai plan resume {plan}",
            f"ring {at} was stopped, {failed} of its accounts failed; a person lets it go on: "
            f"gongkai plan resume {plan}",
        )
    view = by_number[number - 1] if number - 1 in by_number else views[0]
    proven, all_of_it = view.tally.proven, view.tally.accounts
    return Words(
        f"等待第 {number} 批放行（共 {view.of} 批）：第 {number - 1} 批"
        f"已核实 {proven}/{all_of_it}，完成后自动继续；最晚 {not_after}",
        f"waits for ring {number} of {view.of}: ring {number - 1} has {proven} of {all_of_it} "
        f"published and checked, then it goes on by itself; at the latest {not_after}",
    )
