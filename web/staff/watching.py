"""What the staff API does about what is held back, and about what the checks found."""

from __future__ import annotations

from hub.publishing.findings.models import Finding
from web.staff.asked_handling import AcknowledgeFinding, AskFindings, ReleaseBacklog
from web.staff.desk import Call
from web.staff.handling_shapes import (
    StaffBacklog,
    StaffFinding,
    StaffFindings,
    StaffHeld,
    StaffReleased,
)
from web.staff.shapes import Said

__all__ = ["acknowledge_finding", "list_findings", "read_backlog", "release_backlog"]


async def read_backlog(call: Call) -> StaffBacklog:
    """What an outage holds of the accounts that the caller operates."""
    sight = await call.services.sights.operated(call.login)
    backlog = await call.services.handling.outages.backlog(sight)
    held = [
        StaffHeld(
            account=one.account_id,
            account_name=one.account,
            channel=one.channel,
            count=one.count,
            late=one.late,
        )
        for one in backlog.held
    ]
    return StaffBacklog(held=tuple(held))


async def release_backlog(call: Call) -> StaffReleased:
    told: ReleaseBacklog = call.told
    count = await call.services.handling.outages.release(
        await call.services.sights.operated(call.login),
        call.login,
        told.reason,
        channel=told.channel,
        account_id=told.account,
        limit=told.limit,
    )
    return StaffReleased(released=count)


async def list_findings(call: Call) -> StaffFindings:
    """Of the bodies that the caller operates."""
    asked: AskFindings = call.asked
    sight = await call.services.sights.operated(call.login)
    found = await call.services.handling.findings.find(
        asked.topic, sight, limit=asked.limit, unanswered=asked.unanswered
    )
    return StaffFindings(findings=tuple(_finding(one) for one in found))


async def acknowledge_finding(call: Call) -> StaffFindings:
    """Known as it was seen, with a remark; the topic's findings as they then are."""
    told: AcknowledgeFinding = call.told
    sight = await call.services.sights.operated(call.login)
    findings = call.services.handling.findings
    await findings.acknowledge(
        told.topic, told.subject, told.fingerprint, sight, call.login, told.remark
    )
    found = await findings.find(told.topic, sight)
    return StaffFindings(findings=tuple(_finding(one) for one in found))


def _finding(one: Finding) -> StaffFinding:
    said = one.said
    return StaffFinding(
        topic=one.topic.value,
        subject=one.subject,
        fingerprint=one.fingerprint,
        grave=one.grave,
        title=one.title,
        label=one.label,
        words=Said(zh=one.words.zh, en=one.words.en),
        remedy=Said(zh=one.remedy.zh, en=one.remedy.en) if one.remedy else None,
        at=one.at,
        plan=one.plan_id,
        account=one.account_id,
        delivery=one.delivery_id,
        acknowledged_by=said.by if said else "",
        acknowledged_at=said.at if said else None,
        remark=said.remark if said else "",
    )
