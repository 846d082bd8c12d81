"""An adversarial platform: it loses answers, hides posts, forgets keys; and what it saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import Capability, Declaration, Reconciling, Repeat
from hub.publishing.ports import ABSENT_AT, Accepted, Finding, Job, Verdict
from tests.scheduler.toys import TOY

__all__ = ["KINDS", "Crooked", "Post"]

C, V = Capability, Verdict
HIDES = timedelta(minutes=5)  # for so long a post may not be shown; its publisher knows that
WINDOW = timedelta(hours=1)
MARGIN = timedelta(minutes=10)
ALL = frozenset({C.DELETE, C.EDIT, C.VERIFY})
# One that can be asked, one that remembers keys for a while, two that only a person can look at.
KINDS: tuple[Declaration, ...] = (
    replace(TOY, capabilities=ALL),
    replace(TOY, capabilities=ALL - {C.EDIT}),
    replace(
        TOY,
        repeat=Repeat.HARMLESS,
        reconciling=(Reconciling.REPEAT, Reconciling.PERSON),
        key_window=WINDOW,
    ),
    replace(TOY, reconciling=(Reconciling.PERSON,)),
    replace(TOY, reconciling=(Reconciling.PERSON,), capabilities=frozenset()),
)
W = Words("平台如是说", "so says the platform")
REFUSALS: dict[str, DeliveryError] = {
    "lost-before": Unknown(W),
    "refused": Rejected(W),
    "busy": Busy(W),
    "throttled": Throttled(W, retry_after=timedelta(minutes=3)),
    "not-sent": NotSent(W),
    "unauthorised": Unauthorised(W),
}


@dataclass(slots=True)
class Post:
    delivery_id: str
    remote_id: str
    key: str
    made_at: datetime
    shown_from: datetime
    gone: bool = False


@dataclass
class Crooked:
    """`Outlet` and platform in one. `mood` says how the next call that has an effect goes:
    `taken`, `lost-after` (done, answer lost), `hidden` (the same, not shown for a while) or one
    of REFUSALS. `vague`: reading back says that only a person can tell."""

    clock: ManualClock
    declaration: Declaration
    mood: str = "taken"
    vague: bool = False
    posts: list[Post] = field(default_factory=list)

    async def deliver(self, job: Job) -> Accepted:
        now, progress = self.clock.now(), dict(job.progress)
        known = progress.get("first_call")
        if known and self._too_old(max(known, progress.get(ABSENT_AT, "")), now):
            raise Unknown(W)  # the key is forgotten: not sent, and nobody but a person can tell
        first = progress.get(ABSENT_AT) or known or now.isoformat()
        if ABSENT_AT in progress:
            first = now.isoformat()
            del progress[ABSENT_AT]
        await job.checkpoint({**progress, "first_call": first, "last_call": now.isoformat()})
        self._refuse()
        post = self._by_key(job.key, now) or self._post(job, now)
        return self._answer(post.remote_id)

    def _too_old(self, first: str, now: datetime) -> bool:
        window = self.declaration.key_window
        return window is not None and now - datetime.fromisoformat(first) >= window - MARGIN

    def _by_key(self, key: str, now: datetime) -> Post | None:
        window = self.declaration.key_window
        same = (p for p in self.posts if p.key == key and window and now - p.made_at < window)
        return next(same, None)

    def _post(self, job: Job, now: datetime) -> Post:
        shown = now + HIDES if self.mood == "hidden" else now
        post = Post(job.delivery_id, f"r-{len(self.posts) + 1}", job.key, now, shown)
        self.posts.append(post)
        return post

    def _refuse(self) -> None:
        if self.mood in REFUSALS:
            raise REFUSALS[self.mood]

    def _answer(self, remote_id: str) -> Accepted:
        if self.mood in ("lost-after", "hidden"):
            raise Unknown(W)
        return Accepted(remote_id=remote_id)

    async def reconcile(self, job: Job) -> Finding:
        now = self.clock.now()
        if self.declaration.repeat is Repeat.HARMLESS:
            first = str(job.progress.get("first_call", ""))
            old = bool(first) and self._too_old(first, now)
            return Finding(verdict=V.PERSON if old else V.ABSENT)
        if Reconciling.PERSON in self.declaration.reconciling:
            return Finding(verdict=V.PERSON)
        found = [p for p in self.posts if p.key == job.key and p.shown_from <= now]
        if found:
            return Finding(verdict=V.FOUND, remote_id=found[-1].remote_id)
        last = job.progress.get("last_call")
        if last and now < datetime.fromisoformat(last) + HIDES + self.declaration.call_timeout:
            return Finding(verdict=V.PENDING)
        return Finding(verdict=V.ABSENT)

    def find(self, delivery_id: str) -> Post | None:
        """What a person sees who looks at the account."""
        now = self.clock.now()
        seen = (p for p in self.posts if p.delivery_id == delivery_id and p.shown_from <= now)
        return next(seen, None)

    async def verify(self, job: Job) -> Finding:
        if self.vague:
            return Finding(verdict=V.PERSON)
        post = next((p for p in self.posts if p.remote_id == job.remote_id), None)
        if post is None or post.gone:
            return Finding(verdict=V.GONE)
        hidden = post.shown_from > self.clock.now()
        return Finding(verdict=V.PENDING if hidden else V.FOUND, same=True)

    async def withdraw(self, job: Job) -> None:
        self._refuse()
        for post in self.posts:
            post.gone = post.gone or post.remote_id == job.remote_id
        self._answer(job.remote_id)

    async def amend(self, job: Job) -> Accepted:
        self._refuse()
        return self._answer(job.remote_id)

    async def close(self) -> None:
        return

    def doubled(self) -> list[str]:
        """Deliveries with more than one post."""
        counts = Counter(post.delivery_id for post in self.posts)
        return [one for one, count in counts.items() if count > 1]
