"""How each account stands to an item: pure, from the rows of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.kernel.errors import Words
from hub.organisations.models import Account
from hub.publishing.afterwards.models import Sample
from hub.publishing.explanation import REASONS
from hub.publishing.models import OPEN, Delivery, DeliveryState, Purpose
from hub.publishing.ports import Measured
from hub.publishing.recall.models import (
    AccountReach,
    Followup,
    Order,
    OrderKind,
    Post,
    Reach,
    Standing,
)
from hub.publishing.recall.rules import is_public, shown, unsettled

__all__ = ["reach_of"]

_S = DeliveryState
_POSTS = (Purpose.PUBLISH, Purpose.CORRECT)


@dataclass(frozen=True, slots=True)
class _View:
    """One account's rows of one item."""

    account: Account
    posts: tuple[Post, ...]
    shown: tuple[Post, ...]
    followups: Mapping[str, Followup]
    order: Order | None
    proofs: Mapping[str, datetime]
    samples: Mapping[str, Sample]

    def led_to(self) -> list[Post]:
        """What the newest order and those like it before led to here, newest first."""
        kind = self.order.kind if self.order else None
        found = [
            post
            for post in self.posts
            if (one := self.followups.get(post.delivery.id)) is not None and one.kind is kind
        ]
        return found[::-1]


def reach_of(
    item_id: str,
    posts: Sequence[Post],
    followups: Sequence[Followup],
    orders: Sequence[Order],
    accounts: Mapping[str, Account],
    proofs: Mapping[str, datetime] | None = None,
    samples: Mapping[str, Sample] | None = None,
) -> Reach:
    """Every account with rows of the item. `proofs` says by delivery when it was last seen to
    be as it should, `samples` how it was received."""
    known = {one.delivery_id: one for one in followups}
    order = orders[-1] if orders else None
    public = _by_account(shown(posts, followups))
    rows = []
    for account_id, own in _by_account(posts).items():
        visible = tuple(public.get(account_id, ()))
        about = (proofs or {}, samples or {})
        view = _View(accounts[account_id], tuple(own), visible, known, order, *about)
        rows.append(_standing(view))
    rows.sort(key=lambda row: (row.channel, row.account))
    return Reach(item_id=item_id, order=order, accounts=tuple(rows))


def _by_account(posts: Sequence[Post]) -> dict[str, list[Post]]:
    found: dict[str, list[Post]] = {}
    for post in posts:
        found.setdefault(post.delivery.account_id, []).append(post)
    return found


def _standing(view: _View) -> AccountReach:
    if view.order is None:
        return _without_order(view)
    if view.order.kind is OrderKind.RECALL:
        return _under_recall(view, view.order)
    return _under_correction(view, view.order)


def _without_order(view: _View) -> AccountReach:
    if view.shown:
        return _showing(view, Standing.HAS)
    own = [p for p in view.posts if p.delivery.purpose in _POSTS]
    waiting = [p for p in own if p.delivery.state in OPEN]
    if waiting:
        return _row(view, Standing.WAITING, waiting[0])
    recalled = [p for p in own if p.delivery.state is _S.RECALLED]
    if recalled:
        return _row(view, Standing.RECALLED, recalled[-1])
    return _row(view, Standing.NEVER, (own or list(view.posts))[-1])


def _showing(view: _View, standing: Standing) -> AccountReach:
    """Of what is public here; where nobody can say yet, it waits."""
    settled = [p for p in view.shown if is_public(p.delivery)]
    if not settled:
        return _row(view, Standing.WAITING, view.shown[0])
    gone = [p for p in settled if p.delivery.reason == "gone"]
    if gone:
        return _row(view, Standing.GONE, gone[-1])
    return _row(view, standing, settled[-1])


def _under_recall(view: _View, order: Order) -> AccountReach:
    there = [p for p in view.shown if p.version <= order.item_version]
    if not there and view.shown:
        return _showing(view, Standing.HAS)  # a later version, which nobody recalled
    if there:
        return _pursued(view, there)
    withdrawals = [p for p in view.led_to() if p.delivery.purpose is Purpose.RECALL]
    proved = [p for p in withdrawals if p.delivery.state is _S.VERIFIED]
    if proved:
        return _row(view, Standing.RECALLED, proved[0])
    if any(p.delivery.state is _S.RECALLED for p in view.posts):
        return _row(view, Standing.RECALLED, view.posts[-1])
    return _never_left(view)


def _never_left(view: _View) -> AccountReach:
    own = [p for p in view.posts if p.delivery.purpose in _POSTS]
    stopped = [p for p in own if p.delivery.state is _S.CANCELLED]
    gone = [p for p in own if p.delivery.error_code == "gone"]
    if gone:
        return _row(view, Standing.GONE, gone[-1])
    if stopped:
        return _row(view, Standing.STOPPED, stopped[-1])
    return _row(view, Standing.NEVER, (own or list(view.posts))[-1])


def _under_correction(view: _View, order: Order) -> AccountReach:
    old = [p for p in view.shown if p.version < order.item_version]
    if old:
        return _pursued(view, old)
    if view.shown:
        return _showing(view, Standing.CORRECTED)
    pending = [p for p in view.led_to() if p.delivery.state in (*OPEN, _S.FAILED)]
    if pending:
        return _pursued(view, pending)
    if any(p.delivery.state is _S.RECALLED for p in view.posts):
        return _row(view, Standing.RECALLED, view.posts[-1])
    return _never_left(view)


def _pursued(view: _View, there: Sequence[Post]) -> AccountReach:
    """Something is still public that should not be so: what is being done about it."""
    for post in view.led_to():
        delivery = post.delivery
        if delivery.purpose is Purpose.NOTICE and is_public(delivery):
            return _row(view, Standing.NOTICED, post)
    for post in view.led_to():
        delivery = post.delivery
        if delivery.state is _S.CANCELLED:
            continue
        if delivery.reason == "by-hand" and delivery.state is _S.BLOCKED:
            return _row(view, Standing.BY_HAND, post)
        if delivery.state is _S.FAILED:
            return _row(view, Standing.CANNOT, post)
        if delivery.state in OPEN:
            return _row(view, Standing.WAITING, post)
    by_hand = [p for p in view.led_to() if p.delivery.purpose is Purpose.CORRECT]
    if by_hand and is_public(by_hand[0].delivery):
        return _row(view, Standing.CORRECTED, by_hand[0])
    if unsettled(there[0].delivery.state):
        return _row(view, Standing.WAITING, there[0])
    return _row(view, Standing.HAS, there[-1])


_WORDS: Mapping[Standing, Words] = {
    Standing.HAS: Words("已发布", "it is public there"),
    Standing.RECALLED: Words("已撤回", "withdrawn"),
    Standing.CORRECTED: Words("已更正", "shows the corrected version"),
    Standing.NOTICED: Words("原帖仍在，已发说明", "the post is still there, a notice says so"),
    Standing.STOPPED: Words("尚未发出，已取消", "had not left, was cancelled"),
    Standing.WAITING: Words("进行中", "under way"),
    Standing.BY_HAND: Words("等待人工处理", "waits for a person"),
    Standing.CANNOT: Words("未能完成", "it could not be done"),
    Standing.GONE: Words("平台上已不存在", "it is gone from the platform"),
    Standing.NEVER: Words("未曾发布", "never published there"),
}
_EXPLAINED = frozenset(
    {Standing.WAITING, Standing.BY_HAND, Standing.CANNOT, Standing.GONE, Standing.NEVER}
)


def _row(view: _View, standing: Standing, post: Post) -> AccountReach:
    delivery = post.delivery
    public = [p for p in view.shown if is_public(p.delivery)]
    place = public[-1] if public else post
    return AccountReach(
        account_id=view.account.id,
        account=view.account.name,
        channel=view.account.channel,
        standing=standing,
        why=_why(standing, delivery),
        version=place.version,
        url=place.delivery.remote_url,
        delivery_id=delivery.id,
        proof_at=view.proofs.get(delivery.id),
        measured=_measured(view),
    )


def _measured(view: _View) -> Measured | None:
    """The newest figures of the account's posts."""
    found = [s for p in view.posts if (s := view.samples.get(p.delivery.id)) is not None]
    return max(found, key=lambda sample: sample.at).measured if found else None


def _why(standing: Standing, delivery: Delivery) -> Words:
    if standing in _EXPLAINED:
        if delivery.error_zh:
            return Words(delivery.error_zh, delivery.error_en)
        if delivery.reason in REASONS:
            return REASONS[delivery.reason]
    return _WORDS[standing]
