"""Weibo's open platform as its documents describe it, in memory.

Source: https://open.weibo.com/wiki (2/statuses/share, update, user_timeline, Rate-limiting,
Error_code). Where the documents are silent (how long a text counts as repeated, how long a review
hides a post) the behaviour is a switch: see the attributes of `Platform`.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hub.kernel.clock import CHINA, Clock
from publishers.simulation import Enrolment, Shown
from publishers.weibo.simulator_calls import (
    LINK,
    WORDS,
    App,
    Call,
    Grant,
    Post,
    Refusal,
    check_link,
    check_picture,
    checked_text,
    digest,
    number_of,
    read_call,
    refused,
    told,
)
from publishers.weibo.simulator_fans import FANS, FansPlatform

__all__ = ["App", "Platform"]

_FIRST_ID, _ID_STEP = 5_100_000_000_000_000, 104_729

# How long a new authorisation lives, by the app's level.
_LIFETIMES = {
    "test": timedelta(days=1),
    "normal": timedelta(days=30),
    "high": timedelta(days=90),
}
_READING = {"statuses/user_timeline", "statuses/show", "statuses/destroy", "statuses/share"} | FANS
_ALLOWED = {
    "test": _READING,
    "normal": _READING,
    "high": _READING | {"statuses/update", "statuses/upload"},
}


_Answer = Callable[["Platform", Call], dict[str, Any]]


class Platform(FansPlatform):
    """Weibo. The switches that `tune` may change are the public attributes set below."""

    name = "weibo"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.app = App("1234567890")
        self.calls_per_day = 100  # per app and user
        self.posts_per_hour = 30  # per user
        self.calls_per_hour_and_ip = 15_000
        self.repeat_window = 1  # how many of the user's last posts a new one is compared with
        self.repeat_code = 20019  # or 20017, 20111
        self.review_delay_s = 0.0  # how long a post stays invisible to everyone
        self.slow_success = 0  # so many next posts are created and answered with 20032
        self.clock_ahead_s = 0.0  # the platform's clock against ours
        self.limits_pace = 1.0  # so many of the limits' hours pass in one
        self._opened_at = clock.now()
        self._uids: dict[str, str] = {}
        self._grants: dict[str, Grant] = {}
        self._posts: list[Post] = []
        self._posts_of: dict[str, list[int]] = defaultdict(list)  # places in `_posts`
        self._tokens: dict[tuple[str, str], str] = {}  # the newest, by uid and app
        self._links: dict[str, str] = {}
        self._counters: Counter[tuple[str, ...]] = Counter()

    # --- what people do on the site -----------------------------------------------------------

    def enrol(self, handle: str) -> Enrolment:
        self._uids.setdefault(handle, str(1_000_000_000 + number_of(handle) % 6_000_000_000))
        return self.authorise(handle)

    def authorise(self, handle: str, app: App | None = None) -> Enrolment:
        """The account's owner authorises an app; a living authorisation is prolonged."""
        app, uid = app or self.app, self._uids[handle]
        token = self._tokens.get((uid, app.key), "")
        known = self._grants.get(token)
        if known is None or known.app != app or not self._lives(known):
            token = f"2.00{digest(handle, app.key, str(len(self._grants)))[:28]}"
        self._tokens[uid, app.key] = token
        self._grants[token] = Grant(uid, app, self._now() + _LIFETIMES[app.level])
        return Enrolment(
            handle=handle,
            credentials={"access_token": token, "uid": uid},
            settings={
                "app_key": app.key,
                "safe_domain": ",".join(app.safe_domains),
                "permission": "high" if app.level == "high" else "share",
                "rip": "203.0.113.7",
            },
        )

    def revoke(self, handle: str) -> None:
        """The owner changes the password: every authorisation of the account dies."""
        for grant in self._grants.values():
            grant.revoked = grant.revoked or grant.uid == self._uids[handle]

    def over_limit(self) -> web.Response:
        refusal = Refusal(10024, WORDS[10024] % "share")
        return refused(refusal, "/2/statuses/share.json", self._now())

    def end_tokens(self) -> None:
        for grant in self._grants.values():
            grant.ends_at = min(grant.ends_at, self._now())

    def tamper(self, remote_id: str, text: str) -> None:
        """Somebody edits the post by hand."""
        index = self._index(int(remote_id))
        self._posts[index] = replace(self._posts[index], text=text, stored=self._shorten(text))

    def receive(self, remote_id: str, *, likes: int, comments: int, shares: int) -> None:
        index = self._index(int(remote_id))
        counts = {"attitudes": likes, "comments": comments, "reposts": shares}
        self._posts[index] = replace(self._posts[index], **counts)  # type: ignore[arg-type]

    def write_by_hand(self, handle: str, text: str) -> str:
        """The account's owner posts on the site, without any app; returns the post's id."""
        return str(self._store(self._uids[handle], text, pictured=False).id)

    def shown(self) -> list[Shown]:
        handles = {uid: handle for handle, uid in self._uids.items()}
        return [
            Shown(
                account=handles[post.uid],
                remote_id=str(post.id),
                title="",
                text=post.text,
                at=post.written_at,
                link=next(iter(LINK.findall(post.text)), ""),
                pictures=int(post.pictured),
                state=self._state(post),
                readers=post.readers,
            )
            for post in self._posts
        ]

    # --- the API ------------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/2/statuses/share.json", self._open("statuses/share", _share)),
            web.post("/2/statuses/update.json", self._open("statuses/update", _update)),
            web.post("/2/statuses/upload.json", self._open("statuses/upload", _upload)),
            web.post("/2/statuses/destroy.json", self._open("statuses/destroy", _destroy)),
            web.get("/2/statuses/show.json", self._open("statuses/show", _show)),
            web.get(
                "/2/statuses/user_timeline.json", self._open("statuses/user_timeline", _timeline)
            ),
            web.get("/2/account/rate_limit_status.json", self._open("", _limits)),
            web.post("/oauth2/get_token_info", self._open("", _token_info)),
        ]

    def _open(
        self, endpoint: str, answer: _Answer
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The door of one endpoint; the ones without a name are not counted and always open."""

        async def handle(request: web.Request) -> web.Response:
            try:
                call = await self._admit(request, endpoint)
                return told(answer(self, call), self._now())
            except Refusal as refusal:
                return refused(refusal, request.path, self._now())

        return handle

    async def _admit(self, request: web.Request, endpoint: str) -> Call:
        fields, files = await read_call(request)
        grant = self._grant(fields.get("access_token", ""))
        if endpoint:
            self._count(grant, request.remote or "")
            if endpoint not in _ALLOWED[grant.app.level]:
                raise Refusal(10014)
            if grant.app.level == "test" and grant.uid not in grant.app.test_users:
                raise Refusal(21321)
        return Call(grant, fields, files)

    def _grant(self, token: str) -> Grant:
        if not token:
            raise Refusal(21301)
        grant = self._grants.get(token)
        if grant is None:
            raise Refusal(21332)
        if grant.revoked:
            raise Refusal(21319)
        if not self._lives(grant):
            raise Refusal(21327)
        return grant

    def _lives(self, grant: Grant) -> bool:
        return not grant.revoked and self._now() < grant.ends_at

    def _count(self, grant: Grant, ip: str) -> None:
        here = self._time_of_limits()
        day = ("calls", grant.app.key, grant.uid, here.strftime("%F"))
        hour = ("ip", ip, here.strftime("%F %H"))
        if self._counters[hour] >= self.calls_per_hour_and_ip:
            raise Refusal(10022)
        if self._counters[day] >= self.calls_per_day:
            raise Refusal(10023)
        self._counters.update([day, hour])

    def _count_post(self, uid: str, endpoint: str) -> None:
        hour = ("posts", uid, self._time_of_limits().strftime("%F %H"))
        if self._counters[hour] >= self.posts_per_hour:
            raise Refusal(10024, WORDS[10024] % endpoint)
        self._counters[hour] += 1

    # --- posts --------------------------------------------------------------------------------

    def _publish(self, call: Call, endpoint: str, *, pictured: bool = False) -> dict[str, Any]:
        uid, text = call.grant.uid, call.fields["status"]
        mine = [post for post in self._posts_by(uid) if not post.deleted]
        if any(post.text == text for post in mine[-self.repeat_window :] if self.repeat_window):
            raise Refusal(self.repeat_code)
        self._count_post(uid, endpoint)
        post = self._store(uid, text, pictured=pictured)
        if self.slow_success > 0:
            self.slow_success -= 1
            raise Refusal(20032)
        return self._as_json(post)

    def _store(self, uid: str, text: str, *, pictured: bool) -> Post:
        now = self._now()
        post = Post(
            id=_FIRST_ID + len(self._posts) * _ID_STEP,
            uid=uid,
            text=text,
            stored=self._shorten(text),
            written_at=now,
            visible_at=now + timedelta(seconds=self.review_delay_s),
            pictured=pictured,
        )
        self._posts_of[uid].append(len(self._posts))
        self._posts.append(post)
        return post

    def _posts_by(self, uid: str) -> list[Post]:
        return [self._posts[place] for place in self._posts_of.get(uid, ())]

    def _shorten(self, text: str) -> str:
        """Links become t.cn links, markup is escaped, and an invisible mark ends the text."""

        def short(match: re.Match[str]) -> str:
            address = f"http://t.cn/A6{digest(match[0])[:6]}"
            self._links[address] = match[0]
            return address

        return f"{html.escape(LINK.sub(short, text.strip()), quote=False)} \u200b"

    def _index(self, post_id: int) -> int:
        index, strange = divmod(post_id - _FIRST_ID, _ID_STEP)
        if strange or not 0 <= index < len(self._posts):
            raise Refusal(20101)
        return index

    def _visible(self, post: Post) -> bool:
        return not post.deleted and post.visible_at <= self._now()

    def _state(self, post: Post) -> str:
        if post.deleted:
            return "deleted"
        return "public" if self._visible(post) else "in-review"

    def _as_json(self, post: Post) -> dict[str, Any]:
        picture = f"http://wx1.sinaimg.cn/thumbnail/{digest(str(post.id))[:24]}.jpg"
        written_at = post.written_at.astimezone(CHINA)
        shown: dict[str, Any] = {
            "created_at": written_at.strftime("%a %b %d %H:%M:%S %z %Y"),
            "id": post.id,
            "mid": str(post.id),
            "idstr": str(post.id),
            "text": post.stored,
            "truncated": False,
            "pic_urls": [{"thumbnail_pic": picture}] if post.pictured else [],
            "reposts_count": post.reposts,
            "comments_count": post.comments,
            "attitudes_count": post.attitudes,
            "user": {"id": int(post.uid), "idstr": post.uid},
        }
        return shown | ({"original_pic": picture} if post.pictured else {})

    def _now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.clock_ahead_s)

    def _time_of_limits(self) -> datetime:
        """The hour and day, in China, that a call counts for."""
        begun, now = self._opened_at, self._now()
        return (begun + (now - begun) * self.limits_pace).astimezone(CHINA)


def _share(platform: Platform, call: Call) -> dict[str, Any]:
    checked_text(call)
    check_link(call)
    pictured = "pic" in call.files
    if pictured:
        check_picture(call.files["pic"])
    return platform._publish(call, "statuses/share", pictured=pictured)


def _update(platform: Platform, call: Call) -> dict[str, Any]:
    checked_text(call)
    return platform._publish(call, "statuses/update")


def _upload(platform: Platform, call: Call) -> dict[str, Any]:
    checked_text(call)
    if "pic" not in call.files:
        raise Refusal(10016, "miss required parameter (pic), see doc for more info")
    check_picture(call.files["pic"])
    return platform._publish(call, "statuses/upload", pictured=True)


def _timeline(platform: Platform, call: Call) -> dict[str, Any]:
    """Only the authorising user's own posts; somebody else's timeline is empty."""
    uid = call.fields.get("uid") or call.grant.uid
    count = min(call.number("count", 20) or 20, 100)
    newest, after = call.number("max_id"), call.number("since_id")
    listed = platform._posts_by(uid)[::-1] if uid == call.grant.uid else []
    mine = [post for post in listed if platform._visible(post)]
    page = [post for post in mine if post.id > after and (not newest or post.id <= newest)]
    skip = (max(1, call.number("page", 1)) - 1) * count
    shown = [platform._as_json(post) for post in page[skip : skip + count]]
    for status in shown:
        if call.fields.get("trim_user") == "1":
            status["user"] = status["user"]["id"]
    total = len(mine)
    return {"statuses": shown, "previous_cursor": 0, "next_cursor": 0, "total_number": total}


def _show(platform: Platform, call: Call) -> dict[str, Any]:
    call.need("id")
    post = platform._posts[platform._index(call.number("id"))]
    if not platform._visible(post):
        raise Refusal(20101)
    if post.uid != call.grant.uid:
        raise Refusal(20102)
    return platform._as_json(post)


def _destroy(platform: Platform, call: Call) -> dict[str, Any]:
    call.need("id")
    index = platform._index(call.number("id"))
    post = platform._posts[index]
    if post.deleted:
        raise Refusal(20101)
    if post.uid != call.grant.uid:
        raise Refusal(20102)
    platform._posts[index] = replace(post, deleted=True)
    return platform._as_json(post)


def _limits(platform: Platform, call: Call) -> dict[str, Any]:
    now = platform._time_of_limits()
    used = platform._counters["calls", call.grant.app.key, call.grant.uid, now.strftime("%F")]
    reset = (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    if used >= platform.calls_per_day:
        reset = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "user_limit": platform.calls_per_day,
        "remaining_user_hits": max(0, platform.calls_per_day - used),
        "ip_limit": platform.calls_per_hour_and_ip,
        "limit_time_unit": "DAYS",
        "reset_time": reset.strftime("%F %T"),
        "reset_time_in_seconds": int((reset - now).total_seconds() / platform.limits_pace),
    }


def _token_info(platform: Platform, call: Call) -> dict[str, Any]:
    left, app = call.grant.ends_at - platform._now(), call.grant.app
    created_at = call.grant.ends_at - _LIFETIMES[app.level]
    return {
        "uid": int(call.grant.uid),
        "appkey": app.key,
        "scope": None,
        "create_at": int(created_at.timestamp()),
        "expire_in": int(left.total_seconds()),
    }
