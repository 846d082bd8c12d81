"""Mass sends on the simulated platform: keys, quotas, confirmation, deletion.

Sources: 群发接口和原创校验 (Batch_Sends.html), /doc/service/api/notify/message/api_sendall.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from publishers.wechat.simulator_state import (
    OK,
    App,
    MassJob,
    Refusal,
    beijing,
    draft_named,
    need_permission,
    new_number,
)
from publishers.wechat.simulator_world import CONFIRMATION_S, World

__all__ = ["mass_delete", "mass_get", "mass_sendall"]

Json = Mapping[str, Any]
_KEY_BYTES, _KEY_S, _KEY_PAUSE_S = 64, 86_400, 60
_MASS_BASE, _DATA_BASE = 3_147_483_647, 2_650_000_000


async def mass_sendall(world: World, app: App, data: Json) -> Json:
    need_permission(app)
    to_all = _receivers(data)
    key = _mass_key(data)
    if world.mass_key_first:
        _refuse_known_key(world, app, key)
    draft = draft_named(app, data.get("mpnews") or {})
    _refuse_known_key(world, app, key)
    _use_mass_quota(world, app)
    now = world.now()
    wait = CONFIRMATION_S if world.mass_confirmation else world.mass_delay
    job = MassJob(
        msg_id=new_number(_MASS_BASE),
        articles=[_with_address(article, draft.media_id) for article in draft.articles],
        to_all=to_all,
        created=now,
        finish_at=now + wait,
        waits=world.mass_confirmation,
    )
    app.masses[job.msg_id] = job
    app.keys[key] = (job.msg_id, now)
    del app.drafts[draft.media_id]
    world.settle_later(app, job.finish_at)
    if world.answer_busy():
        raise Refusal(-1)
    extra = {"msg_id": job.msg_id, "msg_data_id": new_number(_DATA_BASE)}
    return {"errcode": 0, "errmsg": "send job submission success", **extra}


def _receivers(data: Json) -> bool:
    target = data.get("filter")
    if not isinstance(target, dict) or data.get("msgtype") != "mpnews":
        raise Refusal(40035)
    to_all = target.get("is_to_all") is True
    if not to_all and not isinstance(target.get("tag_id"), int):
        raise Refusal(40035)
    return to_all


def _mass_key(data: Json) -> str:
    """The caller's key; without one the platform makes its own from range and content."""
    key = data.get("clientmsgid")
    if key is None:
        basis = json.dumps([data.get("filter"), data.get("mpnews")], sort_keys=True)
        return hashlib.sha256(basis.encode()).hexdigest()
    if len(str(key).encode()) > _KEY_BYTES:
        raise Refusal(45067)
    return str(key)


def _refuse_known_key(world: World, app: App, key: str) -> None:
    msg_id, at = app.keys.get(key, (0, -1e12))
    age = world.now() - at
    if age < _KEY_PAUSE_S:
        raise Refusal(45066)
    if age < _KEY_S:
        raise Refusal(45065, {"msg_id": msg_id})


def _use_mass_quota(world: World, app: App) -> None:
    """Subscription accounts: one a day. Service accounts: four a month for every follower."""
    form, limit = ("%Y-%m", 4) if app.kind == "service" else ("%Y-%m-%d", 1)
    period = beijing(world.now(), form)
    if app.calls[period, "sent to all"] >= limit:
        raise Refusal(45028)
    app.calls[period, "sent to all"] += 1


async def mass_get(world: World, app: App, data: Json) -> Json:
    job = _mass_job(app, data)
    return {"msg_id": job.msg_id, "msg_status": job.status}


async def mass_delete(world: World, app: App, data: Json) -> Json:
    """Removes the page; the card stays on the followers' devices."""
    job = _mass_job(app, data)
    if job.status not in ("SEND_SUCCESS", "DELETE"):
        raise Refusal(40035)
    job.status = "DELETE"
    return OK


def _mass_job(app: App, data: Json) -> MassJob:
    text = str(data.get("msg_id", ""))
    job = app.masses.get(int(text)) if text.isdecimal() else None
    if job is None:
        raise Refusal(40035)
    return job


def _with_address(article: Json, media_id: str) -> dict[str, Any]:
    """The same material always has the same address."""
    return {**article, "url": f"http://mp.weixin.qq.com/s/{media_id[:22]}"}
