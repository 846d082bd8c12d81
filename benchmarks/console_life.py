"""What a year leaves beside items and deliveries: people, what waits for signatures, conversations,
what is said and the cases of it, incidents, findings of pre-flight, the audit log.

Rows are written as the services would leave them, in batches on either database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, insert, select

from app.compose import Hub
from benchmarks.bench_stream import batches
from hub.catalogue.models import ItemState
from hub.catalogue.tables import item_versions, items
from hub.conversation.desk.models import DeskState
from hub.conversation.desk.tables import desk_conversations
from hub.conversation.tables import inbound_messages
from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.opinion.cases.models import CaseLevel, CaseState
from hub.opinion.cases.tables import case_deadlines, cases
from hub.opinion.issues.tables import issue_days, issues
from hub.organisations.events import PERSON_CHANGED
from hub.organisations.models import NewPerson, Role
from hub.organisations.store import person_by_login
from hub.publishing.incidents.tables import incidents
from hub.publishing.preflight.tables import preflight_problems
from hub.publishing.tables import plans
from hub.review.determination.tables import determinations
from hub.review.models import ReviewStep, StepAction
from hub.review.tables import approvals, review_steps

__all__ = ["Life", "Row", "Rows", "live", "put"]

Row = Mapping[str, Any]
Rows = dict[Table, list[dict[str, Any]]]

_BATCH = 5_000
_YEAR = timedelta(days=365)
_DAYS = 90  # for which issues have counters
_OPEN = 20  # one of so many cases and conversations is not over
_SAID = "青江路的路灯坏了一周没人修"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How many of each. `reviews` wait for a signature, as many were sent back."""

    people: int
    reviews: int
    talks: int
    signals: int
    issues: int
    cases: int
    problems: int
    incidents: int
    events: int


async def live(
    hub: Hub, life: Life, sample: Mapping[Table, Row], bodies: Sequence[str], account: str
) -> None:
    """`sample` has a row of every table of an item that was approved and planned, `bodies` are ids,
    the first those in which the benchmark's people work."""
    now = hub.clock.now()
    year = _Year(now, bodies, sample, account)
    codes = [body.code for body in await hub.organisations.bodies()]
    roles = list(Role)
    people = [
        NewPerson(
            login=f"person-{n:05}",
            name=f"人员{n:05}",
            roles=((codes[n % len(codes)], roles[n % len(roles)]),),
        )
        for n in range(life.people)
    ]
    await hub.organisations.import_people(people, actor="bench")
    first = await hub.database.read(lambda c: person_by_login(c, people[0].login))
    ids = IdSource().many(now - _YEAR, life.issues)
    for rows in _gathered(
        year.reviews(life.reviews, first.id),
        year.talks(life.talks),
        year.issues(ids),
        year.cases(life.cases),
        year.incidents(life.incidents),
    ):
        await put(hub, rows)
    for rows in batches(life.signals, now, bodies, ids):
        await put(hub, rows)
    query = select(plans.c.id).where(plans.c.due_at > now).order_by(plans.c.id)
    coming = await hub.database.read(
        lambda c: list(c.execute(query.limit(life.problems)).scalars())
    )
    await put(hub, {preflight_problems: [_problem(one) for one in coming]})
    for start in range(0, life.events, _BATCH):
        await _recorded(hub, now - _YEAR, min(_BATCH, life.events - start))


async def put(hub: Hub, rows: Rows) -> None:
    def work(tx: Transaction) -> None:
        for table, found in rows.items():
            if found:
                tx.execute(insert(table), found)

    await hub.database.write(work, audited=False)


async def _recorded(hub: Hub, at: datetime, count: int) -> None:
    def work(tx: Transaction) -> None:
        for n in range(count):
            subject, data = f"person-{n:05}", {"name": "人员"}
            event = Event(kind=PERSON_CHANGED, subject=subject, actor="bench", at=at, data=data)
            tx.record(event)

    await hub.database.write(work, audited=False)


def _gathered(*sources: Iterable[Rows]) -> Iterator[Rows]:
    """The rows of some thousands together, each source by itself."""
    for source in sources:
        held: Rows = {}
        for rows in source:
            for table, found in rows.items():
                held.setdefault(table, []).extend(found)
            if max(map(len, held.values())) >= _BATCH:
                yield held
                held = {}
        yield held


class _Year:
    def __init__(
        self, now: datetime, bodies: Sequence[str], sample: Mapping[Table, Row], account: str
    ) -> None:
        self._now, self._bodies, self._sample, self._account = now, bodies, sample, account
        self._ids, self._random = IdSource(), Random(11)

    def _times(self, count: int) -> Iterator[tuple[int, datetime, str, bool]]:
        """A number, a time of the year, an id made then, and whether it is not over yet."""
        for n in range(count):
            at = self._now - _YEAR * (1 - n / count)
            yield n, at, self._ids.new(at), n % _OPEN == 0

    def _body(self, number: int) -> str:
        """A third of everything is of those in which the benchmark's people work."""
        few = self._bodies[:3] if number % 3 == 0 else self._bodies
        return few[number % len(few)]

    def reviews(self, count: int, person: str) -> Iterator[Rows]:
        """Items of the benchmark's people that wait for a signature, and others sent back."""
        hashed = self._sample[approvals]["hash"]
        for n, at, key, _ in self._times(2 * count):
            back = n % 2 == 1
            state = ItemState.RETURNED if back else ItemState.IN_REVIEW
            body = self._bodies[n % 3]
            unique = {"id": key, "external_key": key, "index_no": key, "body_id": body}
            item = {**self._sample[items], **unique, "state": state.value, "public_version": None}
            item["published_at"] = None
            asked = {"id": self._ids.new(at), "item_id": key, "submitted_at": at}
            asked["returned_reason"] = "请补充附件" if back else ""
            step = {
                "approval_id": asked["id"],
                "number": 1,
                "action": StepAction.RETURNED.value,
                "step": ReviewStep.DRAFT_CHECK.value,
                "person_id": person,
                "at": at,
                "content_hash": item["content_hash"],
                "signed_hash": hashed,
            }
            yield {
                items: [item],
                item_versions: [{**self._sample[item_versions], "item_id": key}],
                determinations: [{**self._sample[determinations], "item_id": key}],
                approvals: [{**self._sample[approvals], **asked}],
                review_steps: [step] if back else [],
            }

    def talks(self, count: int) -> Iterator[Rows]:
        for n, at, key, unfinished in self._times(count):
            sender, waits = self._ids.new(at), unfinished and n % (2 * _OPEN) == 0
            state = (DeskState.WAITING if waits else DeskState.ANSWERED) if unfinished else None
            talk = {
                "id": key, "account_id": self._account, "channel": "weibo",
                "body_id": self._body(n), "sender": sender,
                "state": (state or DeskState.CLOSED).value, "reason": "asked", "officer": "",
                "opened_at": at, "waits_since": at if waits else None,
                "due_at": at + timedelta(days=1) if waits else None, "told": "none",
                "first_officer": "", "changed_at": at, "closed_by": "", "rating": 0, "revision": 1,
            }  # fmt: skip
            said = {
                "id": self._ids.new(at), "channel": "weibo", "account_id": self._account,
                "external_key": key, "sender": sender, "address": "", "kind": "text", "event": "",
                "event_key": "", "text": _SAID, "details": {}, "state": "replied", "reason": "",
                "received_at": at, "answered_at": at, "masked_at": at,
            }  # fmt: skip
            yield {desk_conversations: [talk], inbound_messages: [said]}

    def issues(self, ids: Sequence[str]) -> Iterator[Rows]:
        """Some of them are spoken of every day, most on few days."""
        for n, key in enumerate(ids):
            days = _DAYS if n % 50 == 0 else 3
            issue = {
                "id": key, "title": _SAID, "topic": f"主题{n % 7}", "department": f"部门{n % 15}",
                "place": "成都市", "first_at": self._now - _YEAR, "last_at": self._now,
                "signals": 50, "copies": 5, "authors": 40, "undated": 0, "rumours": 0,
                "verification": "none", "merged_into": "", "terms": {},
            }  # fmt: skip
            counted = [
                {
                    "issue_id": key, "day": (self._now - timedelta(days=back)).date(),
                    "signals": 1 + (n + back) % 9, "negative": back % 2, "likes": 0,
                }
                for back in range(days)
            ]  # fmt: skip
            yield {issues: [issue], issue_days: counted}

    def cases(self, count: int) -> Iterator[Rows]:
        states = (CaseState.REGISTERED, CaseState.ROUTED, CaseState.HANDLING, CaseState.DRAFTED)
        for n, at, key, unfinished in self._times(count):
            state = states[n // _OPEN % 4] if unfinished else CaseState.CLOSED
            case = {
                "id": key, "title": _SAID, "kind": "message", "level": CaseLevel.ORDINARY.value,
                "state": state.value, "issue_id": "", "signal_id": "",
                "body_id": "" if state is CaseState.REGISTERED else self._body(n), "joint": [],
                "reason": "", "assessment": "", "disposal": "", "item_id": "", "assignee": "",
                "satisfaction": 0, "review": "", "round": 1, "opened_at": at, "opened_by": "bench",
            }  # fmt: skip
            clock = {
                "case_id": key, "round": 1, "kind": "answer", "source": "国办发〔2014〕57号",
                "explained_zh": "15 个工作日", "explained_en": "15 working days", "started_at": at,
                "due_at": self._now + timedelta(hours=n % 400 - 100), "told": "none",
                "met_at": None if unfinished else at,
            }  # fmt: skip
            yield {cases: [case], case_deadlines: [clock]}

    def incidents(self, count: int) -> Iterator[Rows]:
        for n, at, key, unfinished in self._times(count):
            incident = {
                "id": key, "channel": "weibo", "cause": f"{n}", "count": 7, "zh": "频率超限",
                "state": "open" if unfinished else "closed", "en": "too fast", "first_at": at,
                "last_at": at,
            }  # fmt: skip
            yield {incidents: [incident]}


def _problem(plan_id: str) -> dict[str, Any]:
    return {
        "plan_id": plan_id, "point": "planned", "name": "reconnect", "subject": plan_id,
        "severity": "blocking", "channel": "weibo", "label": "微博", "zh": "需重新授权",
        "en": "to be reconnected", "remedy_zh": "重新授权", "remedy_en": "reconnect it",
        "latest": True,
    }  # fmt: skip
