"""Which way an order goes for one post, and what is public now: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.kernel.errors import Words
from hub.publishing.models import (
    HELD,
    Capability,
    Declaration,
    Delivery,
    DeliveryState,
    Purpose,
)
from hub.publishing.recall.models import Followup, OrderKind, Post, Way

__all__ = ["by_hand", "is_public", "may_delete", "shown", "unsettled", "way_to"]

_S = DeliveryState
_PUBLIC = (_S.ACCEPTED, _S.VERIFIED)
_POSTS = (Purpose.PUBLISH, Purpose.CORRECT, Purpose.NOTICE)


def is_public(delivery: Delivery) -> bool:
    return delivery.state in _PUBLIC


def unsettled(state: DeliveryState) -> bool:
    """Whether bytes may have left, so that nobody can say yet whether it is public."""
    return state in (*HELD, _S.UNKNOWN)


def shown(posts: Sequence[Post], known: Iterable[Followup]) -> list[Post]:
    """What is public, or may be: without what was corrected in place since, and without the
    notices that say that something is withdrawn."""
    followups = {one.delivery_id: one for one in known}
    corrected = {
        post.delivery.id
        for post in posts
        if post.delivery.purpose is Purpose.CORRECT and is_public(post.delivery)
    }
    replaced = {one.original_id for one in followups.values() if one.delivery_id in corrected}
    found = []
    for post in posts:
        one, delivery = followups.get(post.delivery.id), post.delivery
        says_so = one is not None and one.kind is OrderKind.RECALL
        # an amendment that may or may not have happened is found under the post it is for
        open_amendment = delivery.purpose is Purpose.CORRECT and not is_public(delivery)
        there = is_public(delivery) or unsettled(delivery.state)
        hidden = says_so or open_amendment or delivery.id in replaced
        if there and delivery.purpose in _POSTS and not hidden:
            found.append(post)
    return found


def may_delete(rules: Declaration, post: Delivery, now: datetime) -> bool:
    """Whether the platform still lets us delete this post."""
    if not rules.can(Capability.DELETE):
        return False
    if rules.delete_within is None or post.handed_over_at is None:
        return True
    return now - post.handed_over_at < rules.delete_within


def way_to(
    kind: OrderKind,
    rules: Declaration,
    posts: Sequence[Delivery],
    now: datetime,
    *,
    parts: int = 0,
    notice: bool = True,
) -> Way:
    """How an account's `posts` of an item (the parts of a thread) are withdrawn or corrected.

    `parts` is how many the corrected edition has: in place, one part replaces one. `notice` says
    that there may be one.
    """
    if kind is OrderKind.CORRECT and rules.can(Capability.EDIT) and len(posts) == parts:
        return Way.AMEND
    if all(may_delete(rules, post, now) for post in posts):
        return Way.WITHDRAW if kind is OrderKind.RECALL else Way.REPOST
    return Way.NOTICE if notice else Way.PERSON


def by_hand(kind: OrderKind, rules: Declaration, post: Delivery) -> Words:
    """What a person is asked to do where no program may."""
    place = post.remote_url or post.remote_id
    title, done = rules.title, "gongkai delivery done"
    if rules.delete_within is not None and rules.can(Capability.DELETE):
        hours = rules.delete_within.total_seconds() / 3600
        zh, en = (
            f"发布已超过 {hours:g} 小时，接口不能删除",
            f"older than {hours:g} h: not by its API",
        )
    else:
        zh, en = "平台接口不能删除或修改", "its API can neither delete nor change it"
    if kind is OrderKind.RECALL:
        task = Words("到平台删除", "delete it there")
    else:
        task = Words("到平台改正", "correct it there")
    return Words(
        f"{title.zh}：{zh}，请人工{task.zh} {place}，然后 {done}",
        f"{title.en}: {en}; {task.en} by hand: {place}, then {done}",
    )
