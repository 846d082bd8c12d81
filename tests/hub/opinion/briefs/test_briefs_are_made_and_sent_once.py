"""Briefs over a database: made once, sent once, at their hour. No mail server is spoken to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Misconfigured, NotFound, Words
from hub.kernel.ids import IdSource
from hub.opinion.briefs.errors import BadBrief
from hub.opinion.briefs.models import Brief, BriefKind, Message, SendState
from hub.opinion.briefs.scheduling import BriefClock
from hub.opinion.briefs.sending import Sending
from hub.opinion.briefs.service import Briefs
from hub.opinion.issues.service import IssueService
from hub.opinion.rounds.service import Rounds
from hub.opinion.signals.service import SignalService
from hub.publishing.errors import Busy, Rejected, Unknown
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

_DAILY, _WEEKLY = BriefKind.DAILY, BriefKind.WEEKLY
_WHO = "zhang@sc.gov.cn"


class Plain:
    """`BriefRenderer` that keeps what it was given."""

    def __init__(self) -> None:
        self.briefs: list[tuple[Brief, int]] = []

    async def render(self, brief: Brief, messages: Sequence[Message]) -> Mapping[str, bytes]:
        self.briefs.append((brief, len(messages)))
        return {"brief.html": brief.title.encode()}


class Post:
    """`Mailer` that answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[Exception] = []
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, address: str, *, subject: str, key: str, **others: Any) -> None:
        if self.answers:
            raise self.answers.pop(0)
        self.sent.append((address, subject, key))


class Desk:
    def __init__(self, database: Database, clock: ManualClock, home: Path) -> None:
        self.renderer, self.post = Plain(), Post()
        given: dict[str, Any] = {"database": database, "clock": clock}
        self.briefs = Briefs(
            **given, ids=IdSource(), renderer=self.renderer, home=home, zone="Asia/Shanghai"
        )
        self.sending = Sending(**given, briefs=self.briefs, mailer=self.post)
        self.clock = BriefClock(
            rounds=Rounds(database, clock),
            clock=clock,
            briefs=self.briefs,
            sending=self.sending,
            hour=8,
            weekday=0,
            zone="Asia/Shanghai",
        )


@pytest.fixture
def desk(database: Database, clock: ManualClock, tmp_path: Path) -> Desk:
    return Desk(database, clock, tmp_path)


async def heard(
    signals: SignalService, database: Database, clock: ManualClock, hours: Sequence[int]
) -> None:
    """A message for each number of hours ago; 0 is a message without a time."""
    times = [clock.now() - timedelta(hours=one) if one else None for one in hours]
    new = [said(n, f"青江路路灯坏了第{n}天", event_at=at) for n, at in enumerate(times)]
    await signals.collect(new, actor="system:test")
    await judged_as(database, clock)
    issues = IssueService(database=database, clock=clock, ids=IdSource(), zone="Asia/Shanghai")
    await issues.place_waiting()


@pytest.mark.usefixtures("bodies")
async def test_a_brief_counts_its_day_and_is_made_once(
    desk: Desk, signals: SignalService, database: Database, clock: ManualClock
) -> None:
    # it is 09:00: of these, six were said yesterday, two today, one the day before
    await heard(signals, database, clock, [1, 2, 10, 11, 12, 13, 14, 15, 40])
    made = await desk.briefs.make(_DAILY, actor="analyst")
    [(brief, messages)] = desk.renderer.briefs
    assert (made.first, made.number) == (date(2026, 3, 1), "〔2026〕第1期")
    assert (brief.messages, messages, brief.issuer) == (6, 6, "四川省人民政府")
    assert brief.hot[0].week == 7
    assert await desk.briefs.read(made) == {"brief.html": "政务舆情日报".encode()}
    assert (await desk.briefs.make(_DAILY, actor="analyst", day=made.last)).id == made.id
    assert (await desk.briefs.brief(made.id)).files == made.files
    assert len(desk.renderer.briefs) == 1
    with pytest.raises(BadBrief):
        await desk.briefs.make(_DAILY, actor="analyst", day=date(2026, 3, 2))


async def test_a_message_without_a_time_counts_when_it_came_and_in_no_curve(
    desk: Desk, signals: SignalService, database: Database, clock: ManualClock
) -> None:
    await heard(signals, database, clock, [0] * 6)
    clock.advance(86_400)
    await desk.briefs.make(_DAILY, actor="analyst")
    [(brief, _)] = desk.renderer.briefs
    figures = {one.name: one.value for one in brief.figures}
    assert (figures["messages"], figures["undated"]) == (6, 6)
    assert all(cell.value == 0 for cell in brief.series[0].cells)


async def test_a_file_that_was_changed_is_not_sent(desk: Desk) -> None:
    made = await desk.briefs.make(_DAILY, actor="analyst")
    desk.briefs.path_of(made, "brief.html").write_text("something else")
    with pytest.raises(NotFound):
        await desk.briefs.read(made)


def _failure(kind: type[Exception]) -> Exception:
    return kind(Words("没有", "no"))  # type: ignore[call-arg]


async def test_each_subscriber_gets_it_once_also_after_failures(
    desk: Desk, clock: ManualClock
) -> None:
    await desk.sending.subscribe(_WHO, [_DAILY], actor="analyst")
    await desk.sending.subscribe("li@sc.gov.cn", [_WEEKLY], actor="analyst")
    made = await desk.briefs.make(_DAILY, actor="analyst")
    for _ in range(2):
        await desk.sending.address(made.id, actor="analyst")
    desk.post.answers = [Busy(Words("忙", "busy"))]
    assert await desk.sending.deliver() == 0
    assert await desk.sending.deliver() == 0  # not before its time
    clock.advance(61)
    assert await desk.sending.deliver() == 1
    assert [who for who, _, _ in desk.post.sent] == [_WHO]
    [send] = await desk.sending.sends(made.id)
    assert (send.state, send.tries) == (SendState.SENT, 2)


@pytest.mark.parametrize(
    ("error", "state"), [(Unknown, SendState.UNKNOWN), (Rejected, SendState.FAILED)]
)
async def test_what_may_have_arrived_or_never_will_is_not_sent_again(
    desk: Desk, clock: ManualClock, error: type[Exception], state: SendState
) -> None:
    made = await desk.briefs.make(_DAILY, actor="analyst")
    await desk.sending.address(made.id, actor="analyst", to=[_WHO])
    desk.post.answers = [_failure(error)]
    await desk.sending.deliver()
    clock.advance(86_400)
    assert await desk.sending.deliver() == 0
    [send] = await desk.sending.sends(made.id)
    assert send.state is state


async def test_briefs_are_made_at_eight_and_the_weekly_one_on_monday(
    desk: Desk, clock: ManualClock
) -> None:
    await desk.sending.subscribe(_WHO, [_DAILY, _WEEKLY], actor="analyst")
    assert await desk.clock.look() == [_DAILY, _WEEKLY]  # Monday, 09:00
    assert await desk.clock.look() == []
    clock.advance(22 * 3_600)
    assert await desk.clock.look() == []  # Tuesday, 07:00
    clock.advance(3_600)
    assert await desk.clock.look() == [_DAILY]
    assert len(desk.post.sent) == 3


async def test_addresses_are_checked_and_a_mail_server_is_needed(
    desk: Desk, database: Database, clock: ManualClock
) -> None:
    for address in ("nobody", "a@b", "a b@c.cn", "a@c.cn\nBcc: x@y.cn"):
        with pytest.raises(BadBrief):
            await desk.sending.subscribe(address, [_DAILY], actor="analyst")
    without = Sending(database=database, clock=clock, briefs=desk.briefs, mailer=None)
    made = await desk.briefs.make(_DAILY, actor="analyst")
    with pytest.raises(Misconfigured):
        await without.address(made.id, actor="analyst")
    assert await desk.sending.unsubscribe(_WHO, actor="analyst") is False
