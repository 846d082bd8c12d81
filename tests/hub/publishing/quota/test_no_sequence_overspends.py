"""Whatever is planned, moved, sent, lost, retried and cancelled in whatever order: no account ever
has more posts in a period than its quota allows, nor more slots reserved than there are."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from hub.kernel.database import Transaction
from hub.kernel.errors import Conflict, InvalidInput
from hub.organisations import store as organisations
from hub.publishing import ledger, store, sweeping
from hub.publishing.admission import Gatekeeper
from hub.publishing.ledger import Ending
from hub.publishing.models import Delivery, DeliveryState, Outcome, Priority, Quota
from hub.publishing.quota import store as slots
from hub.publishing.quota.service import Quotas
from hub.publishing.quota.tables import quota_slots
from hub.publishing.when import When
from tests.hub.publishing.quota.loop import Running

S, O = DeliveryState, Outcome  # noqa: E741
QUOTAS = (Quota(count=2, period="day", kept=1), Quota(count=4, period="month", per="user"))
ZONE = ZoneInfo("Asia/Shanghai")
LEASE = timedelta(minutes=2)


class Traffic(RuleBasedStateMachine, Running):
    """Two accounts, two posts a day and four a month; a day has eight steps."""

    @initialize()
    def open(self) -> None:
        self.begin_run()
        self.stage.book.held["toy"] = replace(self.stage.book.declaration("toy"), quotas=QUOTAS)
        self.items: list[str] = []
        self.sent: Counter[tuple[str, str, str]] = Counter()
        self.run(self.stage.accounts(2))

    def rows(self, *states: DeliveryState) -> list[Delivery]:
        return [d for d in self.run(self.stage.deliveries()) if d.state in states]

    def some(self, number: int, *states: DeliveryState) -> str:
        found = self.rows(*states)
        return found[number % len(found)].id if found else "nothing"

    @rule(hours=st.integers(0, 60), urgent=st.booleans(), take=st.booleans())
    def plan(self, hours: int, urgent: bool, take: bool) -> None:
        item = self.run(self.stage.approved(f"第{len(self.items)}条", 0))
        self.items.append(item.id)
        wall = (self.clock.now() + timedelta(hours=hours)).replace(tzinfo=None)
        when = When(zone="UTC", wall=wall, not_after=self.clock.now() + timedelta(days=5))
        priority = Priority.EMERGENCY if urgent else Priority.ROUTINE
        with suppress(Conflict):
            self.run(
                self.stage.publishing.plan(
                    item.id, self.all, when, "media", priority, take_slots=take and urgent
                )
            )

    @rule(number=st.integers(0, 9), hours=st.integers(0, 60))
    def reschedule(self, number: int, hours: int) -> None:
        plans = self.run(self.stage.publishing.plans())
        if not plans:
            return
        wall = (self.clock.now() + timedelta(hours=hours)).replace(tzinfo=None)
        when = When(zone="UTC", wall=wall, not_after=self.clock.now() + timedelta(days=5))
        with suppress(Conflict, InvalidInput):
            self.run(self.stage.publishing.reschedule(plans[number % len(plans)].id, when, "media"))

    @rule(outcome=st.sampled_from(["taken", "lost", "refused", "busy", "died"]))
    def send(self, outcome: str) -> None:
        """Claim what is due, and have the platform count every call that it takes."""
        now = self.clock.now()
        for delivery in self.do(self.claim):
            if outcome == "died":
                continue
            if outcome in ("taken", "lost"):
                self.count(delivery, now)
            ended = self.ending(delivery, outcome, now)
            self.do(lambda tx, ended=ended: ledger.finish(tx, [ended]))

    def claim(self, tx: Transaction) -> list[Delivery]:
        now = self.clock.now()
        sweeping.promote(tx, now, 100)
        rows = ledger.claim(tx, owner="w", now=now, lease_until=now + LEASE, limit=9)
        accounts = organisations.get_accounts(tx.connection, {d.account_id for d in rows})
        clearance = Gatekeeper(Quotas(self.stage.book)).clear(tx, rows, accounts, now)
        for one, (reason, until) in clearance.held.items():
            ledger.block(tx, [one], owner="w", reason=reason, next_at=until)
        cleared = [d for d in rows if d.id not in clearance.held]
        ledger.begin(tx, owner="w", starts=[(d, "h", "k") for d in cleared], now=now)
        return cleared

    def count(self, delivery: Delivery, now: datetime) -> None:
        local = now.astimezone(ZONE)
        self.sent[delivery.account_id, "day", f"{local:%Y-%m-%d}"] += 1
        self.sent[delivery.account_id, "month", f"{local:%Y-%m}"] += 1

    def ending(self, delivery: Delivery, outcome: str, now: datetime) -> Ending:
        then: dict[str, Any] = {
            "taken": {"state": S.ACCEPTED, "outcome": O.ACCEPTED, "remote_id": "r"},
            "lost": {"state": S.UNKNOWN, "outcome": O.UNKNOWN, "reason": "no-answer"},
            "refused": {"state": S.FAILED, "outcome": O.REFUSED, "error_code": "rejected"},
            "busy": {"state": S.BLOCKED, "outcome": O.BUSY, "reason": "busy", "next_at": now},
        }[outcome]
        lease = {"delivery_id": delivery.id, "fence": delivery.fence, "no": delivery.attempts + 1}
        return Ending(**lease, **then, finished_at=now)

    @rule(number=st.integers(0, 9))
    def found_again(self, number: int) -> None:
        """The platform shows the post whose answer was lost."""
        one = self.some(number, S.UNKNOWN)
        with suppress(Conflict, LookupError):
            self.run(self.stage.operations.resolve(one, "media", published=True, remote_id="r"))

    @rule(number=st.integers(0, 9))
    def removed(self, number: int) -> None:
        """The platform's review takes down a post that it had accepted."""
        one = self.some(number, S.ACCEPTED)
        values = {"state": S.FAILED, "error_code": "gone", "next_at": None}
        self.do(lambda tx: store.change_deliveries(tx, (S.ACCEPTED,), ids=[one], values=values))

    @rule(number=st.integers(0, 9))
    def retry(self, number: int) -> None:
        one = self.some(number, S.FAILED, S.EXPIRED, S.BLOCKED)
        with suppress(Conflict, LookupError):
            until = self.clock.now() + timedelta(days=5)
            self.run(self.stage.operations.retry(one, "media", until))

    @rule(number=st.integers(0, 9))
    def cancel(self, number: int) -> None:
        one = self.some(number, S.PLANNED, S.READY, S.BLOCKED, S.CLAIMED)
        self.run(self.stage.publishing.cancel("media", delivery_id=one))

    @rule(hours=st.sampled_from([1, 3, 30]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * 3600)
        now = self.clock.now()
        self.do(lambda tx: sweeping.reap(tx, now))
        self.do(lambda tx: sweeping.expire_late(tx, now))

    @rule()
    def book(self) -> None:
        now = self.clock.now()
        self.do(lambda tx: slots.commit_spent(tx, now - timedelta(days=62), now))

    @invariant()
    def no_account_sends_more_than_it_may(self) -> None:
        for (_, period, _), count in self.sent.items() if self.opened else ():
            assert count <= (2 if period == "day" else 4), self.sent

    @invariant()
    def no_period_has_more_slots_than_there_are(self) -> None:
        if not self.opened:
            return
        rows = self.run(self.database.read(lambda c: c.execute(select(quota_slots)).all()))
        most = {quota.kind: quota.count for quota in QUOTAS}
        assert all(1 <= row.no <= most[row.kind] for row in rows)

    def teardown(self) -> None:
        self.end_run()


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
