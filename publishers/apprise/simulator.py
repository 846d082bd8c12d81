"""A receiver of apprise's own generic formats, `json://` and `form://`, as strict as they are
documented: https://appriseit.com/services/json/ and …/form/, and the plugins custom_json.py and
custom_form.py of apprise 2.2.0 for what is not said there.

Like many a small service, it answers by its HTTP status; what else it says, nobody reads.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers import simulation
from publishers.simulation import Enrolment, Shown

__all__ = ["Platform"]

_JSON_KEYS = frozenset({"version", "title", "message", "attachments", "type"})
_FORM_KEYS = frozenset({"version", "title", "message", "type"})
_TYPES = frozenset({"info", "success", "warning", "failure"})
_VERSION = "1.0"
_LONGEST_TITLE, _LONGEST_MESSAGE = 250, 32_768  # code points


@dataclass(slots=True, kw_only=True)
class _Inlet:
    """One account's address: who may post to it, and what was posted."""

    handle: str
    user: str
    password: str
    form: str
    posts: list[Shown] = field(default_factory=list)


class Platform(simulation.Platform):
    """Switches (`tune`): `form` (json or form, for accounts opened from then on), `status` (the
    answer to what is taken). `over_http` is False: it is not our wire that calls it."""

    name = "apprise"
    over_http = False

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.form = "json"
        self.status = 200
        self._inlets: dict[str, _Inlet] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/hooks/{inlet}", self._take)]

    def enrol(self, handle: str) -> Enrolment:
        mark = hashlib.sha256(f"inlet {handle}".encode()).hexdigest()
        inlet = self._inlets.setdefault(
            mark[:12],
            _Inlet(handle=handle, user=f"u{mark[12:20]}", password=mark[20:44], form=self.form),
        )
        address = f"{inlet.form}://{inlet.user}:{inlet.password}@{{host}}/hooks/{mark[:12]}"
        return Enrolment(
            handle=handle, credentials={"url": address}, settings={"service": inlet.form}
        )

    def revoke(self, handle: str) -> None:
        """The service removes the address."""
        self._inlets = {mark: one for mark, one in self._inlets.items() if one.handle != handle}

    def shown(self) -> list[Shown]:
        posts = [post for inlet in self._inlets.values() for post in inlet.posts]
        return sorted(posts, key=lambda post: post.at)

    async def _take(self, request: web.Request) -> web.Response:
        inlet = self._inlets.get(request.match_info["inlet"])
        if inlet is None:
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405)
        if not _is_known(request.headers.get("Authorization", ""), inlet):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="hooks"'})
        said = await (_read_json(request) if inlet.form == "json" else _read_form(request))
        if isinstance(said, str):
            return web.Response(status=400, text=said)
        number = len(inlet.posts) + 1
        inlet.posts.append(
            Shown(
                account=inlet.handle,
                remote_id=f"{request.match_info['inlet']}/{number}",
                title=said["title"],
                text=said["message"],
                at=self.clock.now(),
            )
        )
        return web.json_response({"number": number}, status=self.status)


def _is_known(header: str, inlet: _Inlet) -> bool:
    expected = base64.b64encode(f"{inlet.user}:{inlet.password}".encode()).decode()
    return hmac.compare_digest(header.encode(), f"Basic {expected}".encode())


async def _read_json(request: web.Request) -> Mapping[str, Any] | str:
    """The message, or why it is none."""
    if request.content_type != "application/json":
        return "content type"
    try:
        said = json.loads(await request.read())
    except ValueError:
        return "not JSON"
    if not isinstance(said, dict) or set(said) != _JSON_KEYS or said["attachments"] != []:
        return "keys"
    return _complaint(said) or said


async def _read_form(request: web.Request) -> Mapping[str, Any] | str:
    if request.content_type != "application/x-www-form-urlencoded":
        return "content type"
    form = await request.post()
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    if set(said) != _FORM_KEYS or len(form) != len(_FORM_KEYS):
        return "keys"
    return _complaint(said) or said


def _complaint(said: Mapping[str, Any]) -> str:
    """What is wrong with the values both formats share; empty when nothing is."""
    title, message = said["title"], said["message"]
    if said["version"] != _VERSION or said["type"] not in _TYPES:
        return "version or type"
    if not isinstance(title, str) or not isinstance(message, str) or not message.strip():
        return "title or message"
    if len(title) > _LONGEST_TITLE or len(message) > _LONGEST_MESSAGE:
        return "too long"
    return ""
