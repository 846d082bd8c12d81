"""The discrete-event model of the dispatcher: which post begins when. Pure and deterministic.

It keeps to what the engine keeps to: urgent and early first, one post at a time per account, so
many calls at a time, moving windows, quotas of calendar periods, and nothing after its last moment.
What it does not foretell is failure: every call succeeds and takes as long as it usually does.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from datetime import UTC, datetime

from hub.publishing.forecast.models import Job, Load, Machine, Played, Reason, Window
from hub.publishing.models import Quota
from hub.publishing.rules import quota_period

__all__ = ["play"]

_Order = tuple[int, float, str]  # what is sent first


def play(load: Load, machine: Machine) -> list[Played]:
    """What becomes of every job, in the order of `load.jobs`."""
    return _Run(load, machine).to_the_end()


class _Run:
    """The state at `_now`: who is ready, who calls, and who waits for what."""

    def __init__(self, load: Load, machine: Machine) -> None:
        self._now = load.now
        self._played = {job.id: Played(job) for job in load.jobs}
        self._gap = 1.0 / machine.per_second
        self._next_start = {False: load.now, True: load.now}
        self._free = {False: machine.connections, True: machine.connections}
        self._windows = _Windows(load)
        self._quotas = _Quotas(load)
        self._groups = _Groups(load.jobs)
        self._events: list[tuple[float, int, str, str]] = []
        self._ready: dict[bool, list[tuple[_Order, str]]] = {False: [], True: []}
        self._busy: set[str] = set()
        self._parked: dict[str, list[tuple[_Order, str]]] = defaultdict(list)  # by account
        self._limited: dict[str, list[tuple[_Order, str]]] = defaultdict(list)  # by window key
        self._wakes: dict[str, float] = {}
        for job in load.jobs:
            if not job.held and (not job.after or self._groups.over(job.after)):
                self._at(max(job.ready_at, load.now), "ready", job.id)

    def to_the_end(self) -> list[Played]:
        while self._events:
            self._now = self._events[0][0]
            while self._events and self._events[0][0] <= self._now:
                _, _, kind, name = heapq.heappop(self._events)
                self._happen(kind, name)
            for urgent in (True, False):
                self._start_some(urgent)
        return list(self._played.values())

    def _at(self, moment: float, kind: str, name: str) -> None:
        # ends before beginnings of the same moment, so that what is free then counts as free
        rank = 0 if kind == "end" else 1
        heapq.heappush(self._events, (moment, rank, kind, name))

    def _happen(self, kind: str, name: str) -> None:
        if kind == "ready":
            self._line_up(self._played[name].job)
        elif kind == "end":
            self._end(self._played[name].job)
        elif kind == "window":
            self._release(name)

    def _line_up(self, job: Job) -> None:
        heapq.heappush(self._ready[job.urgent], (_order(job), job.id))

    def _end(self, job: Job) -> None:
        self._free[job.urgent] += 1
        self._over(job)
        self._busy.discard(job.account)
        waiting = self._parked.get(job.account)
        if waiting:
            self._line_up(self._played[heapq.heappop(waiting)[1]].job)

    def _over(self, job: Job) -> None:
        """It was sent or never will be: what waits for its group may come."""
        for following in self._groups.end(job):
            self._at(max(self._now + following.settle_s, following.ready_at), "ready", following.id)

    def _start_some(self, urgent: bool) -> None:
        """Begin what may begin now, in its order; the machine begins one after the other."""
        ready = self._ready[urgent]
        while ready and self._free[urgent] > 0:
            if self._next_start[urgent] > self._now:
                self._at(self._next_start[urgent], "turn", "")
                return
            self._try(self._played[heapq.heappop(ready)[1]].job)

    def _try(self, job: Job) -> None:
        """Begin it, or put it where it waits for what it lacks."""
        if job.not_after < self._now:
            self._expire(job)
        elif job.account in self._busy:
            heapq.heappush(self._parked[job.account], (_order(job), job.id))
        elif (until := self._quotas.free_at(job, self._now)) > self._now:
            self._wait(job, Reason.QUOTA, until)
            self._at(min(until, _just_after(job.not_after)), "ready", job.id)
            self._pass_account(job)
        elif (held := self._windows.held(job, self._now)) is not None:
            window, until = held
            self._wait(job, Reason.RATE, until)
            heapq.heappush(self._limited[window.key], (_order(job), job.id))
            self._wake(window.key, until)
            self._pass_account(job)
        else:
            self._start(job)

    def _start(self, job: Job) -> None:
        self._windows.take(job, self._now)
        self._quotas.take(job, self._now)
        self._free[job.urgent] -= 1
        self._busy.add(job.account)
        self._next_start[job.urgent] = self._now + self._gap
        played = self._played[job.id]
        played.started, played.finished = self._now, self._now + job.call_s
        if Reason.RATE in played.waited:  # until its turn came, not only until there was a permit
            played.waited = {**played.waited, Reason.RATE: self._now}
        self._at(played.finished, "end", job.id)

    def _expire(self, job: Job) -> None:
        self._played[job.id].expired = True
        self._over(job)
        self._pass_account(job)

    def _pass_account(self, job: Job) -> None:
        """Who waits for the account's turn is not held up by one that does not call."""
        waiting = self._parked.get(job.account)
        if waiting and job.account not in self._busy:
            self._line_up(self._played[heapq.heappop(waiting)[1]].job)

    def _wait(self, job: Job, reason: str, until: float) -> None:
        played = self._played[job.id]
        played.waited = {**played.waited, reason: max(until, played.waited.get(reason, 0.0))}

    def _wake(self, key: str, at: float) -> None:
        if self._wakes.get(key, float("inf")) > at:
            self._wakes[key] = at
            self._at(at, "window", key)

    def _release(self, key: str) -> None:
        """Let as many line up as the window has permits for, and wake again for the next."""
        if self._wakes.get(key) != self._now:
            return  # an earlier call has taken its place
        del self._wakes[key]
        parked, taken = self._limited[key], 0
        while parked:
            job = self._played[parked[0][1]].job
            until = self._windows.free_at(job, key, self._now, taken)
            if until > self._now:
                self._wake(key, until)
                return
            heapq.heappop(parked)
            taken += 1
            self._line_up(job)


class _Windows:
    """When posts began, by key; forgotten when no window reaches back to them."""

    def __init__(self, load: Load) -> None:
        longest: dict[str, float] = {}
        for job in load.jobs:
            for window in job.windows:
                longest[window.key] = max(window.per_s, longest.get(window.key, 0.0))
        self._longest = longest
        self._begun = {key: deque(load.begun.get(key, ())) for key in longest}

    def held(self, job: Job, now: float) -> tuple[Window, float] | None:
        """The window that keeps the job longest, and until when; None when all let it through."""
        waits = [(self._free_at(window, job, now, 0), window) for window in job.windows]
        until, window = max(waits, key=lambda wait: wait[0], default=(now, None))
        return None if window is None or until <= now else (window, until)

    def free_at(self, job: Job, key: str, now: float, ahead: int) -> float:
        """When the windows of `key` let the job through after `ahead` others."""
        mine = (window for window in job.windows if window.key == key)
        return max((self._free_at(window, job, now, ahead) for window in mine), default=now)

    def take(self, job: Job, now: float) -> None:
        for key in {window.key for window in job.windows}:
            begun = self._begun[key]
            begun.append(now)
            while begun and begun[0] <= now - self._longest[key]:
                begun.popleft()

    def _free_at(self, window: Window, job: Job, now: float, ahead: int) -> float:
        """The permit that has to run out first is the one `allowed` posts before this one."""
        begun, allowed = self._begun[window.key], window.allowed(job.urgent)
        place = len(begun) - allowed + ahead
        if place < 0:
            return now
        # more are ahead than the window lets through at all: they wake again when they have begun
        oldest = begun[place] if place < len(begun) else now
        return max(now, oldest + window.per_s)


class _Quotas:
    """The slots of calendar periods, others' and ours."""

    def __init__(self, load: Load) -> None:
        self._spent = Counter(dict(load.spent))
        self._running: dict[Quota, tuple[float, float]] = {}

    def free_at(self, job: Job, now: float) -> float:
        """When the job has a slot of each of its quotas: now, or when the next period begins."""
        ends = [
            self._period(quota, now)[1] for quota in job.quotas if not self._left(quota, job, now)
        ]
        return max(ends, default=now)

    def take(self, job: Job, now: float) -> None:
        for quota in job.quotas:
            self._spent[job.account, quota.kind, self._period(quota, now)[0]] += 1

    def _left(self, quota: Quota, job: Job, now: float) -> bool:
        count = quota.count if job.urgent else quota.count - quota.kept
        return self._spent[job.account, quota.kind, self._period(quota, now)[0]] < count

    def _period(self, quota: Quota, now: float) -> tuple[float, float]:
        known = self._running.get(quota)
        if known is None or not known[0] <= now < known[1]:
            start, end = quota_period(quota, datetime.fromtimestamp(now, UTC))
            known = self._running[quota] = start.timestamp(), end.timestamp()
        return known


class _Groups:
    """Who waits for whom: a thread's parts, a plan's rings."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self._left = Counter(group for job in jobs for group in job.groups)
        self._following: dict[str, list[Job]] = defaultdict(list)
        for job in jobs:
            if job.after:
                self._following[job.after].append(job)

    def over(self, group: str) -> bool:
        return self._left[group] <= 0

    def end(self, job: Job) -> list[Job]:
        """One member has ended; who may come now."""
        free: list[Job] = []
        for group in job.groups:
            self._left[group] -= 1
            if self.over(group):
                free += self._following.pop(group, [])
        return free


def _order(job: Job) -> _Order:
    return -job.priority, job.ready_at, job.id


def _just_after(moment: float) -> float:
    return moment + 1e-3
