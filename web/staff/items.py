"""What the staff API does with items: enter, edit, determine, interpret, check, submit, plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import Item, ItemDraft
from hub.catalogue.rules import draft_of
from hub.interpretation.models import NewPlan
from hub.organisations.authority.rules import ENTERING, PLANNING
from hub.organisations.models import Role
from hub.publishing.service import When
from hub.publishing.texts import edition_passages
from hub.review.checks.models import Finding
from hub.review.determination.models import Proposal, Starts
from web.staff.approvals import told_approval
from web.staff.asked import (
    Determine,
    EditItem,
    EnterItem,
    LinkInterpretation,
    MakePlan,
    PlanInterpretation,
    Submit,
    instant,
    wall_time,
)
from web.staff.board_shapes import StaffItemLine, StaffItemPage
from web.staff.desk import Call
from web.staff.queries import AskItems
from web.staff.shapes import (
    Said,
    StaffApproval,
    StaffChecks,
    StaffDeliveries,
    StaffDelivery,
    StaffDetermination,
    StaffFinding,
    StaffInterpretation,
    StaffItem,
    StaffLeftOut,
    StaffPlan,
)

__all__ = [
    "check_item",
    "determine_item",
    "edit_item",
    "enter_item",
    "get_item",
    "link_interpretation",
    "list_deliveries",
    "list_items",
    "plan_interpretation",
    "plan_item",
    "submit_item",
]

_MOST_DELIVERIES = 1_000
_SAME = (
    "title", "attribute", "issuer", "summary", "doc_no", "genre", "theme", "statutory_class",
    "normative", "unit", "keywords", "audience", "formed_on", "valid_from", "valid_until",
    "source_url",
)  # fmt: skip


async def list_items(call: Call) -> StaffItemPage:
    """Of the bodies that the caller may read, the newest first."""
    asked: AskItems = call.asked
    wanted = Wanted(
        bodies=await call.services.doors.readable(call.login),
        state=asked.state,
        attribute=asked.attribute,
        before=asked.before,
        limit=asked.limit,
    )
    found = await call.services.listing.page(wanted)
    more = found[-1].id if len(found) == asked.limit else ""
    return StaffItemPage(items=tuple(_listed(one) for one in found), next=more)


async def enter_item(call: Call) -> StaffItem:
    """A new item of a body in which the caller may enter."""
    told: EnterItem = call.told
    body = await call.services.organisations.body(told.body)
    await call.services.doors.require(
        call.login, body.id, ENTERING, attempt=call.attempt, subject=body.id
    )
    draft = ItemDraft(
        body_id=body.id,
        body=told.text,
        external_key=told.key,
        index_no=told.index_no,
        **_content(told),
    )
    return await _told_item(call, await call.services.catalogue.add(draft, actor=call.login))


async def get_item(call: Call) -> StaffItem:
    return await _told_item(call, await call.item())


async def edit_item(call: Call) -> StaffItem:
    """The content anew: what was signed before is void."""
    told: EditItem = call.told
    item = await call.item(ENTERING)
    draft = replace(draft_of(item), body=told.text, **_content(told))
    edited = await call.services.catalogue.edit(
        item.id, draft, actor=call.login, base_version=told.base_version
    )
    return await _told_item(call, edited)


async def determine_item(call: Call) -> StaffDetermination:
    told: Determine = call.told
    item = await call.item(ENTERING)
    proposal = Proposal(
        attribute=told.attribute,
        ground=told.ground,
        reason=told.reason,
        interpret=told.interpret,
        no_interpretation_reason=told.no_interpretation_reason,
        documents=told.documents,
        unit=told.unit,
        matter=told.matter,
        limit=told.limit,
        limit_on=told.limit_on,
        review_on=told.review_on,
        starts=Starts(
            printed_at=instant(told.printed_at, "printed_at"),
            ended_at=instant(told.ended_at, "ended_at"),
            formed_on=told.formed_on,
        ),
    )
    made = await call.services.determinations.determine(item.id, proposal, actor=call.login)
    names = (
        "revision", "ground", "reason", "interpret", "no_interpretation_reason", "unit",
        "limit_on", "determined_by", "determined_at",
    )  # fmt: skip
    return StaffDetermination(
        item=made.item_id,
        attribute=made.attribute.value,
        matter=made.matter.value,
        limit=made.limit.value,
        **{name: getattr(made, name) for name in names},
    )


async def plan_interpretation(call: Call) -> StaffInterpretation:
    told: PlanInterpretation = call.told
    item = await call.item(ENTERING)
    new = NewPlan(
        outline=told.outline,
        forms=told.forms,
        channels=told.channels,
        due_on=told.due_on,
        interpreter=told.interpreter,
        unit=told.unit,
    )
    await call.services.interpretations.plan(item.id, new, actor=call.login)
    return await _interpretation(call, item)


async def link_interpretation(call: Call) -> StaffInterpretation:
    """Both items must be of bodies in which the caller may enter."""
    told: LinkInterpretation = call.told
    document = await call.item(ENTERING)
    material = await call.item(ENTERING, told.material)
    await call.services.interpretations.link(material.id, document.id, told.form, actor=call.login)
    return await _interpretation(call, document)


async def check_item(call: Call) -> StaffChecks:
    """What the rules find in the item and in the editions made from it."""
    item = await call.item()
    editions = await call.services.publishing.editions(item.id)
    report = await call.services.checks.look(item.id, edition_passages(editions))
    findings = tuple(_finding(f, f.hash in report.acknowledged) for f in report.findings)
    return StaffChecks(findings=findings, refusing=len(report.refusing))


async def submit_item(call: Call) -> StaffApproval:
    """Editions for the chosen accounts, and the approval that three people sign."""
    told: Submit = call.told
    item = await call.item(ENTERING)
    selection = await call.selection(told, item, ENTERING)
    return await told_approval(
        call.services, await call.services.publishing.submit(item.id, selection, call.login)
    )


async def plan_item(call: Call) -> StaffPlan:
    """Media staff plan; what goes out late is the leader's, who says why."""
    told: MakePlan = call.told
    planning = PLANNING | {Role.LEADER} if told.reason.strip() else PLANNING
    item = await call.item(planning)
    selection = await call.selection(told, item, planning)
    when = When(
        zone=told.zone or call.services.zone,
        wall=None if told.at == "slot" else wall_time(told.at, "at"),
        next_slot=told.at == "slot",
        embargo_until=instant(told.embargo_until, "embargo_until"),
        not_after=instant(told.not_after, "not_after"),
    )
    made = await call.services.publishing.plan(
        item.id,
        selection,
        when,
        call.login,
        rings=call.services.console.ring_order if told.rings else None,
        reason=told.reason,
    )
    plan = made.plan
    return StaffPlan(
        id=plan.id,
        item=plan.item_id,
        approval=plan.approval_id,
        wall_time=plan.wall_time,
        zone=plan.zone,
        due_at=plan.due_at,
        not_after=plan.not_after,
        deliveries=made.deliveries,
        late=made.late,
        left_out=tuple(
            StaffLeftOut(account=account.id, why=Said.of(why)) for account, why in made.left_out
        ),
    )


async def list_deliveries(call: Call) -> StaffDeliveries:
    """Up to a thousand, oldest first."""
    item = await call.item()
    found = await call.services.operations.find(item_id=item.id, limit=_MOST_DELIVERIES)
    listed = tuple(
        StaffDelivery(
            id=one.id,
            plan=one.plan_id,
            account=one.account_id,
            channel=one.channel,
            part=one.part,
            purpose=one.purpose.value,
            state=one.state.value,
            due_at=one.due_at,
            next_at=one.next_at,
            reason=one.reason,
            url=one.remote_url,
            error_code=one.error_code,
        )
        for one in found
    )
    return StaffDeliveries(deliveries=listed)


def _listed(one: Line) -> StaffItemLine:
    return StaffItemLine(
        id=one.id,
        body=one.body_id,
        version=one.version,
        title=one.title,
        doc_no=one.doc_no,
        index_no=one.index_no,
        attribute=one.attribute.value,
        state=one.state.value,
        entered_by=one.entered_by,
        entered_at=one.entered_at,
        formed_on=one.formed_on,
        public_version=one.public_version,
        published_at=one.published_at,
    )


def _content(told: EnterItem | EditItem) -> dict[str, Any]:
    return {name: getattr(told, name) for name in _SAME}


async def _told_item(call: Call, item: Item) -> StaffItem:
    code = {body.id: body.code for body in await call.services.organisations.bodies(item.body_id)}
    own = {name: getattr(item, name) for name in _SAME}
    kinds = ("attribute", "genre", "statutory_class")
    own |= {name: own[name].value if own[name] else "" for name in kinds}
    return StaffItem(
        id=item.id,
        version=item.version,
        state=item.state.value,
        content_hash=item.content_hash,
        body=code[item.body_id],
        key=item.external_key,
        index_no=item.index_no,
        text=item.body,
        entered_by=item.entered_by,
        public_version=item.public_version,
        **own,
    )


async def _interpretation(call: Call, item: Item) -> StaffInterpretation:
    standing, lacking, _ = await call.services.interpretations.standing(item.id)
    return StaffInterpretation(
        item=item.id,
        owed=standing.owed.value,
        plan_revision=standing.plan.revision if standing.plan else 0,
        materials=tuple(material.item_id for material in standing.materials),
        lacking=tuple(Said.of(words) for words in lacking),
    )


def _finding(found: Finding, acknowledged: bool) -> StaffFinding:
    return StaffFinding(
        rule=found.rule,
        severity=found.severity.value,
        field=found.field,
        start=found.start,
        end=found.end,
        excerpt=found.excerpt,
        message=Said.of(found.words),
        advice=Said.of(found.advice),
        hash=found.hash,
        acknowledged=acknowledged,
    )
