"""The simulated platform's accounts, switches and time: what its calls work on.

A publication or mass send ends when the platform's clock has reached its time: a sleeper notices
it, or the next call that comes by. Its callback goes out exactly then.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from hub.kernel.clock import Clock
from publishers.simulation import Shown
from publishers.wechat.simulator_callbacks import (
    mass_event,
    publish_event,
    push,
    sealed,
    verify_address,
)
from publishers.wechat.simulator_state import (
    App,
    Article,
    Draft,
    MassJob,
    Refusal,
    Status,
    Task,
    Undelivered,
    beijing,
    new_id,
)

__all__ = ["World"]

CONFIRMATION_S = 1800  # 群发保护: the administrator has 30 minutes


class World:
    """All accounts, and the switches a test or a demonstration may turn.

    publish_delay, publish_outcome   seconds until a publication ends, and its publish_status
    draft_leaves                     at-submit | at-finish: when the draft leaves the box
    check_refuses                    a word that freepublish/submit refuses with 53503
    mass_delay, mass_confirmation    seconds; whether an administrator has to confirm
    mass_key_first                   whether a known clientmsgid is seen before a missing draft
    busy_after_commit                so many effective calls do their work and answer -1
    callbacks                        once | twice | lost | before-response
    callback_url                     for accounts without one; {handle} and {appid} are replaced
    callback_retries, callback_timeout
    check_ip                         whether tokens are only given to listed addresses
    daily_limits, minute_limits      call → number per account
    limits_pace                      how many of their minutes the limits count in one
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.apps: dict[str, App] = {}
        self.publish_delay = 0.0
        self.publish_outcome = int(Status.SUCCESS)
        self.draft_leaves = "at-submit"
        self.check_refuses = ""
        self.mass_delay = 0.0
        self.mass_confirmation = False
        self.mass_key_first = True
        self.busy_after_commit = 0
        self.callbacks = "once"
        self.callback_url = ""
        self.callback_retries = 3
        self.callback_timeout = 5.0
        self.check_ip = False
        self.daily_limits = {"token": 2000, "stable_token": 500_000, "media/upload": 5000}
        self.minute_limits = {"message/mass/sendall": 60, "stable_token": 10_000}
        self.limits_pace = 1.0
        self.undelivered: list[str] = []
        self._opened_at = clock.now().timestamp()
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        return self.clock.now().timestamp()

    def open_account(self, handle: str) -> App:
        """The account `handle`; its secrets follow from its name, so a restart keeps them."""
        digest = hashlib.sha256(f"wechat/{handle}".encode())
        name = digest.hexdigest()
        appid = handle if handle.startswith("wx") and len(handle) == 18 else f"wx{name[:16]}"
        if appid not in self.apps:
            self.apps[appid] = App(
                appid=appid,
                handle=handle,
                secret=name[16:48],
                token=name[48:60],
                aes_key=base64.b64encode(digest.digest()).decode()[:43],
                original_id=f"gh_{name[:12]}",
            )
        return self.apps[appid]

    async def connect(self, handle: str, url: str, mode: str = "secure") -> None:
        """Save the account's server settings; the address has to echo first."""
        app = self.open_account(handle)
        if not await verify_address(app, url, self.now()):
            raise ValueError(f"{url} did not echo")
        app.callback_url, app.callback_mode = url, mode

    def count(self, app: App, call: str) -> None:
        """Count one call of `app`, or refuse it for the day's or the minute's limit."""
        at = self._opened_at + (self.now() - self._opened_at) * self.limits_pace
        day, minute = beijing(at, "%Y-%m-%d"), beijing(at, "%Y-%m-%d %H:%M")
        if app.calls[day, call] >= self.daily_limits.get(call, 1 << 60):
            raise Refusal(45009)
        if app.calls[minute, call] >= self.minute_limits.get(call, 1 << 60):
            raise Refusal(45011)
        app.calls[day, call] += 1
        app.calls[minute, call] += 1

    def answer_busy(self) -> bool:
        """Whether this effective call, already done, is to answer -1."""
        if self.busy_after_commit <= 0:
            return False
        self.busy_after_commit -= 1
        return True

    def settle(self, app: App) -> None:
        """End what has reached its time, and tell the account."""
        now = self.now()
        for task in app.tasks.values():
            if task.status is Status.PUBLISHING and task.finish_at <= now:
                self._finish_task(app, task)
                self._announce(app, publish_event(app, task, now))
        for job in app.masses.values():
            if job.status == "SENDING" and job.finish_at <= now:
                job.status = "SEND_FAIL" if job.waits else "SEND_SUCCESS"
                self._announce(app, mass_event(app, job, now))

    async def settle_before_answer(self, app: App, task: Task) -> None:
        """End a task at once and deliver its callback while the caller still waits."""
        self._finish_task(app, task)
        await self._push(app, publish_event(app, task, self.now()))

    def settle_later(self, app: App, at: float) -> None:
        self._spawn(self._sleep_and_settle(app, at))

    def confirm(self, msg_id: int, *, allow: bool = True) -> None:
        """The administrator decides about a mass send."""
        for app in self.apps.values():
            if job := app.masses.get(msg_id):
                job.waits, job.finish_at = not allow, self.now()
                self.settle(app)

    def posts(self) -> list[Shown]:
        """Everything the platform holds, oldest first."""
        found: list[tuple[float, Shown]] = []
        for app in self.apps.values():
            self.settle(app)
            for draft in app.drafts.values():
                found.append((draft.created, _shown_draft(app, draft)))
            for article in app.articles.values():
                found.append((article.published, _shown_article(app, article)))
            for job in app.masses.values():
                found.append((job.created, _shown_mass(app, job)))
        return [shown for _, shown in sorted(found, key=lambda entry: entry[0])]

    async def shut(self) -> None:
        """Stop whatever still sleeps or calls back."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until every callback that is due has been delivered or given up."""
        pushes = [task for task in self._tasks if task.get_name() == "push"]
        await asyncio.gather(*pushes)

    def _finish_task(self, app: App, task: Task) -> None:
        task.status = Status(self.publish_outcome)
        if task.status is not Status.SUCCESS:
            return
        app.drafts.pop(task.draft_id, None)
        task.article_id = new_id("article", app.appid)
        task.articles = [_published(article, app.appid) for article in task.articles]
        app.articles[task.article_id] = Article(
            article_id=task.article_id, articles=task.articles, published=self.now()
        )

    def _announce(self, app: App, event: str) -> None:
        times = {"lost": 0, "twice": 2}.get(self.callbacks, 1)
        for _ in range(times):
            self._spawn(self._push(app, event), name="push")

    async def _push(self, app: App, event: str) -> None:
        url = app.callback_url or self.callback_url.format(handle=app.handle, appid=app.appid)
        if not url:
            return
        query, body = sealed(app, event, self.now())
        try:
            await push(
                url,
                query,
                body,
                retries=self.callback_retries,
                timeout_s=self.callback_timeout,
            )
        except Undelivered:
            self.undelivered.append(event)

    async def _sleep_and_settle(self, app: App, at: float) -> None:
        while (wait := at - self.now()) > 0:  # wall clock and sleeper may differ by a little
            await self.clock.sleep(wait)
        self.settle(app)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str = "wait") -> None:
        try:
            task = asyncio.get_running_loop().create_task(work, name=name)
        except RuntimeError:  # looked at from outside of any loop: nobody to call
            work.close()
            return
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _published(article: dict[str, Any], appid: str) -> dict[str, Any]:
    token = new_id("page", appid)[:22]
    return article | {"url": f"http://mp.weixin.qq.com/s/{token}", "is_deleted": False}


def _shown_draft(app: App, draft: Draft) -> Shown:
    return _shown(app, draft.media_id, draft.articles[0], draft.created, state="draft")


def _shown_article(app: App, article: Article) -> Shown:
    first = article.articles[0]
    return _shown(app, article.article_id, first, article.published, state=article.state)


def _shown_mass(app: App, job: MassJob) -> Shown:
    states = {"SEND_SUCCESS": "public", "SENDING": "sending", "DELETE": "deleted"}
    state = states.get(job.status, "failed")
    return _shown(app, str(job.msg_id), job.articles[0], job.created, state=state)


def _shown(app: App, remote_id: str, article: dict[str, Any], at: float, *, state: str) -> Shown:
    return Shown(
        account=app.handle,
        remote_id=remote_id,
        title=str(article["title"]),
        text=str(article["content"]),
        at=datetime.fromtimestamp(at, UTC),
        link=str(article["content_source_url"]),
        pictures=int(article["pictures"]),
        state=state,
        readers={"digest": article["digest"], "author": article["author"]},
    )
