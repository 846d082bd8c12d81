"""A thousand failures of one cause are one incident, one alert and one resume."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, NotFound, Words
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.models import Selection
from hub.publishing.alerts import store as outbox
from hub.publishing.errors import NotSent, Rejected, Unauthorised, Unknown
from hub.publishing.incidents.models import AlertKind, Incident
from hub.publishing.incidents.service import Incidents
from hub.publishing.incidents.store import cursor
from hub.publishing.models import DeliveryState
from hub.publishing.ports import Accepted, Finding, Job, Verdict
from hub.publishing.rings.models import RingOrder
from hub.publishing.rings.service import Rings
from hub.publishing.service import When
from tests.scheduler.stage import (
    Stage,
    resting,
    run_once,
    running,
    watched_stage,
)
from tests.scheduler.toys import MUTE, READABLE
from tests.waiting import until

S = DeliveryState
SAID = Words("内容违规", "forbidden content")
WINDOW = timedelta(hours=1)


@pytest.fixture
async def stage(database: Database, clock: ManualClock, ids: IdSource) -> AsyncIterator[Stage]:
    async with watched_stage(database, clock, ids) as opened:
        yield opened


@pytest.fixture
def incidents(stage: Stage) -> Incidents:
    return service(stage)


def service(stage: Stage, *, alerting: bool = True) -> Incidents:
    return Incidents(
        database=stage.database,
        clock=stage.clock,
        ids=stage.ids,
        window=WINDOW,
        alerting=alerting,
    )


def refusing(code: str = "20021", error: type[Exception] = Rejected) -> object:
    async def refuse(job: Job) -> Accepted | None:
        raise error(SAID, platform_code=code)  # type: ignore[call-arg]

    return refuse


async def failed(stage: Stage, accounts: int, code: str = "20021", text: str = "正文") -> None:
    """So many more accounts on which a post is refused."""
    stage.platform.always = refusing(code)  # type: ignore[assignment]
    before = {a.id for a in await stage.organisations.accounts(Selection())}
    await stage.accounts(accounts)
    ids = [a.id for a in await stage.organisations.accounts(Selection()) if a.id not in before]
    item = await stage.approved(text, 0)
    await stage.plan(item, ids=ids)
    await run_once(stage)
    stage.platform.always = None


async def told(stage: Stage, incident: Incident) -> list[AlertKind]:
    found = await stage.database.read(lambda c: outbox.alerts_of(c, incident.id))
    return [alert.kind for alert in found]


async def only(incidents: Incidents) -> Incident:
    while await incidents.gather():
        pass
    [incident] = await incidents.find()
    return incident


async def test_many_failures_of_one_code_are_one_incident_and_one_alert(
    stage: Stage, incidents: Incidents
) -> None:
    await failed(stage, 8)
    incident = await only(incidents)
    assert (incident.channel, incident.cause) == ("toy", "rejected 20021")
    assert (incident.count, incident.told) == (8, 8)
    assert "内容违规" in incident.words.zh
    assert await told(stage, incident) == [AlertKind.OPENED]
    shown = await incidents.show(incident.id)
    assert (len(shown.examples), shown.unsolved) == (5, 8)
    [alert] = shown.alerts
    assert "toy · rejected 20021 · 8" in alert.title
    assert "forbidden content" in alert.text
    assert f"gongkai incident show {incident.id}" in alert.text


async def test_another_code_is_another_incident(stage: Stage, incidents: Incidents) -> None:
    await failed(stage, 2, "20021", "一")
    await failed(stage, 3, "20012", "二")
    await incidents.gather()
    found = {i.cause: i.count for i in await incidents.find()}
    assert found == {"rejected 20021": 2, "rejected 20012": 3}


async def test_people_are_told_again_when_it_is_ten_times_as_much(
    stage: Stage, incidents: Incidents
) -> None:
    for count, text in ((1, "一"), (8, "二"), (1, "三"), (20, "四")):
        await failed(stage, count, text=text)
        incident = await only(incidents)
    assert incident.count == 30
    assert await told(stage, incident) == [AlertKind.OPENED, AlertKind.GROWN]


async def test_nothing_is_counted_twice(stage: Stage, incidents: Incidents) -> None:
    await failed(stage, 4)
    await asyncio.gather(*(service(stage).gather() for _ in range(4)))
    incident = await only(incidents)
    assert incident.count == 4
    assert await told(stage, incident) == [AlertKind.OPENED]


async def test_trouble_long_after_the_last_is_another_incident(
    stage: Stage, incidents: Incidents
) -> None:
    await failed(stage, 2, text="一")
    await incidents.gather()
    stage.clock.advance(WINDOW.total_seconds() + 1)  # type: ignore[attr-defined]
    await failed(stage, 2, text="二")
    await incidents.gather()
    assert [i.count for i in await incidents.find()] == [2, 2]


async def test_what_settles_itself_is_told_only_when_several_are_concerned(
    stage: Stage, incidents: Incidents
) -> None:
    stage.platform.answers.extend([Unknown(SAID)] * 3)
    await stage.plan(await stage.approved(accounts=10))
    await run_once(stage, S.UNKNOWN)
    await incidents.gather()
    assert await incidents.find() == []
    stage.clock.advance(WINDOW.total_seconds() + 60)  # type: ignore[attr-defined]
    await incidents.settle()  # forgotten
    stage.platform.answers.extend([Unknown(SAID)] * 6)
    await stage.plan(await stage.approved("二", 0))
    await run_once(stage, S.UNKNOWN)
    incident = await only(incidents)
    assert (incident.cause, incident.count) == ("no-answer", 6)


async def test_what_only_a_person_can_settle_is_told_at_once(
    stage: Stage, incidents: Incidents
) -> None:
    stage.platform.declaration = MUTE
    stage.platform.answers.append(Unknown(SAID))
    await stage.plan(await stage.approved())
    await run_once(stage, S.UNKNOWN)
    stage.clock.advance(10)  # type: ignore[attr-defined]
    stage.platform.findings.append(Finding(verdict=Verdict.PERSON))
    await stage.reconciler().settle_unknown()
    incident = await only(incidents)
    assert incident.cause == "person"
    assert "delivery resolve" in incident.words.en


async def test_a_dead_authorisation_is_told_at_once(stage: Stage, incidents: Incidents) -> None:
    stage.platform.answers.append(Unauthorised(SAID))
    await stage.plan(await stage.approved())
    await run_once(stage, S.BLOCKED)
    assert (await only(incidents)).cause == "reconnect"


async def test_an_outage_is_one_incident_however_many_wait(
    stage: Stage, incidents: Incidents
) -> None:
    stage.platform.always = refusing(error=NotSent)  # type: ignore[assignment]
    await stage.plan(await stage.approved(accounts=80))
    await run_once(stage, S.BLOCKED)
    incident = await only(incidents)
    assert incident.cause == "breaker-open"
    assert incident.count >= 30
    assert await told(stage, incident) == [AlertKind.OPENED]


async def test_one_busy_answer_is_nobody_s_alert(stage: Stage, incidents: Incidents) -> None:
    stage.platform.answers.append(NotSent(SAID))
    await stage.plan(await stage.approved())
    await run_once(stage, S.BLOCKED)
    assert await incidents.gather()
    assert await incidents.find() == []


async def test_a_post_that_reads_otherwise_than_signed_is_told(
    stage: Stage, incidents: Incidents
) -> None:
    stage.platform.declaration = READABLE
    await stage.plan(await stage.approved())
    await run_once(stage)
    stage.clock.advance(10)  # type: ignore[attr-defined]
    stage.platform.findings.append(Finding(verdict=Verdict.FOUND, same=False))
    await stage.reconciler().verify_accepted()
    incident = await only(incidents)
    assert incident.cause == "differs"
    assert await incidents.settle() == 0


async def test_what_is_too_late_is_told_and_does_not_close_by_itself(
    stage: Stage, incidents: Incidents
) -> None:
    soon = stage.clock.now() + timedelta(minutes=1)
    await stage.plan(await stage.approved(accounts=3), not_after=soon)
    stage.clock.advance(61)  # type: ignore[attr-defined]
    await stage.engine().sweep.sweep()
    incident = await only(incidents)
    assert (incident.cause, incident.count) == ("too-late", 3)
    assert await incidents.settle() == 0


async def test_an_outage_s_backlog_is_told_with_what_to_do(
    stage: Stage, incidents: Incidents
) -> None:
    at = stage.clock.now() + timedelta(minutes=1)
    await stage.plan(await stage.approved(accounts=3), at)
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await stage.engine().sweep.sweep()
    incident = await only(incidents)
    assert (incident.cause, incident.count) == ("outage", 3)
    assert "delivery release" in incident.words.en


async def test_a_stopped_ring_is_told_and_over_when_a_person_resumes(
    stage: Stage, incidents: Incidents
) -> None:
    item = await stage.approved(accounts=10)
    rings = Rings(database=stage.database, clock=stage.clock)
    stage.platform.answers.append(Rejected(SAID))
    plan = await stage.publishing.plan(
        item.id, Selection(), When(zone="UTC"), "media", rings=RingOrder()
    )
    await run_once(stage, S.BLOCKED)
    await rings.advance()
    await incidents.gather()
    found = {i.cause: i for i in await incidents.find()}
    stopped = found["ring-stopped"]
    assert (stopped.channel, stopped.plan_id, stopped.count) == ("", plan.plan.id, 1)
    assert f"gongkai plan resume {plan.plan.id}" in stopped.words.en
    with pytest.raises(Conflict, match="plan resume"):
        await incidents.resume(stopped.id, "operator")
    assert await incidents.settle() == 0
    await rings.resume(plan.plan.id, "operator")
    assert await incidents.settle() == 1


async def test_one_resume_starts_all_of_it_again(stage: Stage, incidents: Incidents) -> None:
    await failed(stage, 8)
    incident = await only(incidents)
    seen = await incidents.foresee(incident.id)
    done = await incidents.resume(incident.id, "operator")
    assert (seen.count, seen.late) == (done.ready, done.late)
    assert (done.ready, done.late, done.unknown) == (8, 0, 0)
    assert {(d.state, d.tries, d.error_code) for d in await stage.deliveries()} == {
        (S.READY, 0, "")
    }
    events = await stage.database.read(lambda c: read_events(c, subject=incident.id))
    resumed = events[-1]
    assert (resumed["kind"], resumed["actor"]) == ("publishing.incident.resumed", "operator")
    assert len(resumed["data"]["deliveries"]) == 8
    await run_once(stage)
    assert await incidents.settle() == 1
    assert await incidents.find() == []
    assert await told(stage, incident) == [AlertKind.OPENED, AlertKind.CLOSED]
    [closed] = await incidents.find(closed_too=True)
    assert closed.closed_by == "system:incidents"


async def test_what_is_unknown_is_never_resumed(stage: Stage, incidents: Incidents) -> None:
    stage.platform.answers.extend([Unknown(SAID)] * 6)
    await stage.plan(await stage.approved(accounts=6))
    await run_once(stage, S.UNKNOWN)
    incident = await only(incidents)
    done = await incidents.resume(incident.id, "operator", late=True)
    assert (done.ready, done.unknown) == (0, 6)
    assert set(await stage.states()) == {"unknown"}
    assert len(stage.platform.calls) == 6


async def test_what_is_too_late_goes_only_when_a_person_says_so(
    stage: Stage, incidents: Incidents
) -> None:
    await failed(stage, 3)
    incident = await only(incidents)
    stage.clock.advance(13 * 3600)  # type: ignore[attr-defined]
    seen = await incidents.foresee(incident.id)
    done = await incidents.resume(incident.id, "operator")
    assert (seen.count, seen.late) == (done.ready, done.late)
    assert (done.ready, done.late) == (0, 3)
    done = await incidents.resume(incident.id, "operator", late=True)
    assert (done.ready, done.late) == (3, 0)
    await run_once(stage)
    assert len(stage.platform.posts) == 3


async def test_a_thread_s_later_parts_are_not_sent_before_their_turn(
    stage: Stage, incidents: Incidents
) -> None:
    stage.platform.answers.append(Rejected(SAID))
    await stage.plan(await stage.approved("一\n\n二"))
    await run_once(stage, S.BLOCKED)
    incident = await only(incidents)
    assert (await incidents.resume(incident.id, "operator")).ready == 1
    assert sorted(await stage.states()) == ["blocked", "ready"]


async def test_a_person_closes_what_needs_no_more(stage: Stage, incidents: Incidents) -> None:
    await failed(stage, 2)
    incident = await only(incidents)
    await incidents.close(incident.id, "operator")
    with pytest.raises(Conflict):
        await incidents.close(incident.id, "operator")
    assert await incidents.find() == []
    with pytest.raises(NotFound):
        await incidents.show("no-such-incident")
    await failed(stage, 2, text="二")  # it comes again: a new one
    assert (await only(incidents)).id != incident.id


async def test_nothing_is_written_for_alerts_that_nobody_sends(stage: Stage) -> None:
    silent = service(stage, alerting=False)
    await failed(stage, 2)
    incident = await only(silent)
    assert await told(stage, incident) == []


async def test_a_long_stretch_of_the_chain_is_read_in_pieces(
    stage: Stage, incidents: Incidents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.publishing.incidents.service._EVENTS_AT_ONCE", 1)
    await failed(stage, 3, text="一")
    await failed(stage, 3, text="二")
    assert (await only(incidents)).count == 6


async def test_where_nothing_goes_wrong_nothing_is_written(
    stage: Stage, incidents: Incidents
) -> None:
    await stage.plan(await stage.approved(accounts=5))
    await run_once(stage)
    assert await incidents.gather() > 0
    assert await incidents.gather() == 0
    assert await stage.database.read(lambda c: cursor(c, "incidents")) == 0
    await failed(stage, 2, text="二")
    assert (await only(incidents)).count == 2
    assert await stage.database.read(lambda c: cursor(c, "incidents")) > 0
    assert (await only(service(stage))).count == 2  # another process, from where it is written


async def test_trouble_that_was_over_before_it_was_read_is_no_incident(
    stage: Stage, incidents: Incidents
) -> None:
    stage.platform.answers.append(Unauthorised(SAID))
    await stage.plan(await stage.approved())
    await run_once(stage, S.BLOCKED)
    account = (await stage.delivery()).account_id
    await stage.organisations.connect(account, {"token": "new"}, actor="admin")
    await stage.engine().sweep.sweep()
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage)
    assert await incidents.gather()
    assert await incidents.find() == []
    await until(lambda: _none(incidents))


async def _none(incidents: Incidents) -> bool:
    return not await incidents.gather()
