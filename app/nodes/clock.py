"""What the clock runs: whatever happens because time passes, once in an installation."""

from __future__ import annotations

from datetime import timedelta

from app.archiving import schedule_archiving
from app.compose import Installed, alarm_of, open_outlets
from app.conversing import schedule_masking
from app.courier import access_of, open_courier
from app.desk import schedule_desk
from app.listening import schedule_listening
from app.nodes.node import Node
from app.noticing import schedule_notices
from app.opinion_work import schedule_opinion
from app.pacing import engine_settings_of
from app.shelf import open_wire
from app.staff import schedule_staff
from app.webhooks import schedule_webhooks
from publishers.registry import channels
from scheduler.housekeeping import Housekeeping
from scheduler.liveness import LivenessWatch
from scheduler.planner import Planner
from scheduler.preflight import PreflightWatch
from scheduler.quota_watch import QuotaWatch
from scheduler.reminding import Reminding
from web.health import heartbeat_check

__all__ = ["keep_house", "listen", "look_after_conversations", "plan"]

_CONNECTIONS = 32
_QUOTA_EVERY = timedelta(minutes=1)
_LIVENESS_EVERY = timedelta(minutes=10)
_PLAN_EVERY = timedelta(minutes=1)
_COMMIT_EVERY = timedelta(seconds=10)
_PREFLIGHT_EVERY = timedelta(seconds=10)
_SILENT_LIMIT = timedelta(seconds=30)


async def keep_house(node: Node) -> None:
    """The housekeeping over the ledger. Where the process has an engine, that brings it along."""
    if node.leadership is not None:
        node.checks.append(heartbeat_check(node.leadership.heard, _SILENT_LIMIT, name="lead"))
    if node.engine is not None:
        return
    hub, settings = node.led, engine_settings_of(node.settings)
    wire = await open_wire(node.stack, node.settings, _CONNECTIONS)
    housekeeping = Housekeeping(
        database=hub.database,
        clock=hub.clock,
        outlets=open_outlets(node.stack, wire, hub.clock),
        access=lambda account: access_of(hub, account),
        meter=node.metrics,
        outage_after=settings.outage_after,
        sweep_every=settings.sweep_every,
        on_ready=node.changed,
        alarm=alarm_of(hub, node.metrics),
        reminding=Reminding(hub.reminders),
    )
    node.stack.push_async_callback(housekeeping.stop)
    housekeeping.schedule(node.jobs)


async def plan(node: Node) -> None:
    """Plans of series, quotas, and what is looked at before and after plans."""
    hub, jobs = node.led, node.jobs
    watch = QuotaWatch(hub.database, hub.clock, node.metrics, Installed(), channels())
    jobs.every("quota", _QUOTA_EVERY, watch.measure)
    planner = Planner(hub.database, hub.clock, hub.recurrences)
    jobs.every("plan-ahead", _PLAN_EVERY, planner.plan_ahead)
    jobs.every("commit-quotas", _COMMIT_EVERY, planner.commit_quotas)
    jobs.every("liveness", _LIVENESS_EVERY, LivenessWatch(hub.liveness, node.metrics).measure)
    jobs.every("preflight", _PREFLIGHT_EVERY, PreflightWatch(hub.preflight, node.metrics).look)


async def look_after_conversations(node: Node) -> None:
    """The desk's limits, whom notices are for, what is masked, archived, deleted with time."""
    hub = node.led
    courier = await node.stack.enter_async_context(open_courier(hub))
    schedule_desk(node.jobs, hub, courier)
    schedule_masking(node.jobs, hub)
    await schedule_notices(node.jobs, hub)
    schedule_staff(node.jobs, hub)
    schedule_archiving(node.jobs, hub)


async def listen(node: Node) -> None:
    """Public opinion, and the programs that are told what happens."""
    hub = node.led
    schedule_listening(node.jobs, hub)
    following = await schedule_opinion(node.stack, node.jobs, hub)
    if node.leadership is not None:
        node.leadership.on_change.append(lambda _: following.forget())
    await schedule_webhooks(node.stack, node.jobs, hub)
