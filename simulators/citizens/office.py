"""The people of an office on that day: they see what bursts, open a case, and see it answered.

Each does what the command line offers to a person with that role, beside the running hub.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from app.compose import Hub
from app.opinion import case_service, issue_service, proposals
from hub.catalogue.models import Item
from hub.kernel.errors import Conflict, IllegalTransition
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.proposals.models import Proposal
from hub.organisations.models import Role, Selection
from hub.publishing.models import DeliveryState, Priority
from hub.publishing.service import When
from hub.review.models import ReviewStep
from simulators.citizens.staging import ANALYST, BUREAU, EDITOR, PLANNER, SIGNERS
from simulators.citizens.wording import about_the_incident
from simulators.determining import ordinary

__all__ = ["ANSWER_TITLE", "Incident", "Office"]

ANSWER_TITLE = "关于锦江区部分区域停水抢修及恢复供水情况的说明"
_ANSWER = """成都市锦江区东大街一带停水已抢修完成，今日十五时起恢复供水，十七时前水压正常。

今日上午，一条直径四百毫米的供水主管破裂，造成锦江区部分区域停水、五楼以上水压偏低。

东大街、春熙路、水碾河三处设有临时供水点，老人和行动不便的居民可以拨打供水服务热线，由工作人员送水上门。

停水期间的水费不计。依照《城市供水条例》，因紧急事故不能提前通知的，应当在抢修的同时通知用水单位和个人；此次通知不及时，供水企业已经改进。
"""
_LOOK_S, _LOOK_AGAIN_S = 0.5, 4.0
_STEPS = (ReviewStep.DRAFT_CHECK, ReviewStep.SECTION_REVIEW, ReviewStep.SIGN_OFF)
_MEMBERS, _HOT = 12, 200
_DONE = (DeliveryState.VERIFIED, DeliveryState.ACCEPTED)


@dataclass(slots=True)
class Incident:
    """What the office did about what people said, in seconds since the day began. `voices` is how
    many messages about it there were at the alarm; None: it did not come to that."""

    alarm: float | None = None
    voices: int = 0
    reason: str = ""
    opened: float | None = None
    routed_to: str = ""
    why: str = ""
    drafted: float | None = None
    signed: float | None = None
    published: float | None = None
    closed: float | None = None
    accounts: int = 0
    sent: int = 0
    merged: int = 0
    deadlines: int = 0
    met: int = 0
    item: Item | None = field(default=None)


class Office:
    """`now` tells the seconds of the day, `voices` how many messages about the incident citizens
    have sent, `accounts` are those that the answer is for."""

    def __init__(
        self,
        hub: Hub,
        now: Callable[[], float],
        voices: Callable[[], int],
        accounts: Sequence[str],
    ) -> None:
        self._hub = hub
        self._now = now
        self._voices = voices
        self._accounts = Selection(ids=tuple(accounts))
        self._cases = case_service(hub)
        self._issues = issue_service(hub)
        self._issue = ""
        self.incident = Incident(accounts=len(accounts))

    async def watch_on(self) -> None:
        """After the case is closed: whoever says the same in other words belongs to it, too."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN_S)
            if self._issue:
                await self._gather(self._issue)

    async def work(self) -> None:
        """From the alarm to the closed case; cancelled where the day ends before."""
        found = await self._watch()
        case = await self._open(found)
        case = await self._hand_out(case)
        await self._answer(case)
        await self._close(case)

    async def _watch(self) -> Proposal:
        """The analyst looks at what is proposed until the incident is among it."""
        offered = proposals(self._hub)
        while True:
            for one in await offered.open(_HOT):
                if await self._is_the_incident(one.issue_id):
                    self.incident.alarm, self.incident.voices = self._now(), self._voices()
                    self.incident.reason = one.reason.zh
                    return one
            await asyncio.sleep(_LOOK_S)

    async def _is_the_incident(self, issue_id: str) -> bool:
        members = await self._issues.members(issue_id, limit=_MEMBERS)
        return any(about_the_incident(one.text) for one in members)

    async def _open(self, found: Proposal) -> Case:
        case = await proposals(self._hub).accept(found.id, actor=ANALYST)
        self.incident.opened, self._issue = self._now(), case.issue_id
        await self._gather(case.issue_id)
        return case

    async def _gather(self, kept: str) -> None:
        """What else is about it goes into the same issue: people say one thing in many ways."""
        for line in await self._issues.hot(_HOT):
            other = line.issue.id
            if other == kept or line.issue.merged_into or not await self._is_the_incident(other):
                continue
            with suppress(Conflict):  # another was quicker
                await self._issues.merge(other, kept, actor=ANALYST)
                self.incident.merged += 1

    async def _hand_out(self, case: Case) -> Case:
        """Route by what was judged; where that is another body, by hand with the reason."""
        bureau = await self._hub.organisations.body(BUREAU)
        suggested = await self._cases.routing(case.id)
        if suggested is not None and suggested.body_id == bureau.id:
            routed = await self._cases.route(case.id, actor=ANALYST)
        else:
            routed = await self._cases.route(
                case.id, actor=ANALYST, body_id=bureau.id, reason="城市供水由市水务局主管"
            )
        self.incident.routed_to, self.incident.why = bureau.name, routed.reason
        await self._cases.accept(case.id, actor=EDITOR)
        return await self._cases.note(
            case.id, actor=EDITOR, assessment="供水主管破裂，影响面较大，诉求属实"
        )

    async def _answer(self, case: Case) -> None:
        """The answer as an item: determined, reviewed by three people, planned, published."""
        hub = self._hub
        drafted = await self._cases.draft(case.id, ANSWER_TITLE, _ANSWER, actor=EDITOR)
        self.incident.drafted = self._now()
        await hub.determinations.determine(drafted.item_id, ordinary(), actor=EDITOR)
        approval = await hub.publishing.submit(drafted.item_id, self._accounts, EDITOR)
        for step, login in zip(_STEPS, SIGNERS, strict=True):
            await hub.review.sign(approval.id, step, login, approval.hash)
        self.incident.signed = self._now()
        await hub.doors.require_accounts(
            PLANNER, self._accounts, {Role.MEDIA}, attempt="plan", subject=drafted.item_id
        )
        await self._gather(case.issue_id)  # what came in meanwhile
        planned = await hub.publishing.plan(
            drafted.item_id, self._accounts, When(zone="UTC"), PLANNER, Priority.EMERGENCY
        )
        await self._published(planned.plan.id)
        self.incident.item = await hub.catalogue.get(drafted.item_id)

    async def _published(self, plan_id: str) -> None:
        while True:
            _, deliveries = await self._hub.publishing.progress(plan_id)
            sent = sum(one.state in _DONE for one in deliveries)
            if sent and self.incident.published is None:
                self.incident.published = self._now()
            self.incident.sent = sent
            if sent == len(deliveries):
                return
            await asyncio.sleep(_LOOK_S)

    async def _close(self, case: Case) -> None:
        with suppress(Conflict, IllegalTransition):  # the hub saw that it is public
            await self._cases.respond(case.id, actor=EDITOR)
        await self._gather(case.issue_id)
        await self._cases.note(case.id, actor=EDITOR, disposal="已修复并恢复供水，水费已减免")
        closed = await self._cases.close(case.id, "发现及时；今后先通知后抢修", actor=ANALYST)
        if closed.state is CaseState.CLOSED:
            self.incident.closed = self._now()
        _, clocks = await self._cases.case(case.id)
        self.incident.deadlines = len(clocks)
        self.incident.met = sum(one.met_at is not None and not one.late for one in clocks)
