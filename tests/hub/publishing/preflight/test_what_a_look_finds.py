"""What would stop a plan is found before it is due, each thing by its own check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from hub.kernel.clock import ManualClock
from hub.kernel.errors import NotFound, Words
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import Account
from hub.publishing.models import Capability, Edition, MediaRef, Part, Plan, Priority, Quota
from hub.publishing.ports import PREPARED, DraftEdition, Rendered
from hub.publishing.preflight.checks import CHECKS
from hub.publishing.preflight.facts import Text, links_of
from hub.publishing.preflight.models import LinkAnswer, Severity
from tests.hub.publishing.preflight.looking import Told, board_of, problems
from tests.hub.publishing.preflight.spoiling import (
    blacked_out,
    blacked_out_briefly,
    blacked_out_for_good,
    disconnected,
    edited,
    ends_after,
    ends_before,
    failing,
    inactive,
    no_longer_valid,
    overspent,
    paused_for_good,
    paused_past_it,
    planned,
    platform_failing,
    repealed,
    sealed_elsewhere,
    tampered,
    unfiled,
    unreadable,
)
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY

Spoil = Callable[[Stage, Account, Plan], Awaitable[object]]
EDITION = Edition(
    id="e",
    item_id="i",
    item_version=1,
    channel="toy",
    name="toy",
    variation={},
    payload="",
    payload_hash="",
    parts=1,
)
LINK = "https://www.sc.gov.cn/zwgk/1.html"


@pytest.fixture
def due(clock: ManualClock) -> datetime:
    return clock.now() + timedelta(hours=30)


async def test_a_sound_plan_has_no_problem_and_every_check_was_asked(
    stage: Stage, due: datetime
) -> None:
    _, plan = await planned(stage, due)
    report = await board_of(stage).look(plan.id)
    assert (report.problems, report.deliveries, report.blocking) == ((), 1, 0)
    assert set(report.tally) == {check.name for check in CHECKS}
    assert set(report.tally.values()) == {(1, 0, 0)}


async def test_an_unknown_plan_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFound):
        await board_of(stage).look("nowhere")


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (blacked_out_briefly, {"blackout": "warning"}),
        (blacked_out_for_good, {"blackout": "blocking"}),
        (failing, {"breaker": "warning"}),
        (platform_failing, {"breaker": "warning"}),
        (edited, {"approval": "blocking"}),
        (tampered, {"approval": "blocking"}),
        (unreadable, {"approval": "blocking"}),
        (inactive, {"account": "blocking"}),
        (unfiled, {"account": "blocking"}),
        (disconnected, {"reconnect": "blocking"}),
        (ends_before, {"authorisation": "blocking"}),
        (ends_after, {"authorisation": "warning"}),
        (paused_past_it, {"paused": "warning"}),
        (paused_for_good, {"paused": "blocking"}),
        (sealed_elsewhere, {"credentials": "blocking"}),
        (no_longer_valid, {"validity": "warning"}),
        (repealed, {"validity": "warning"}),
        (overspent, {"quota": "blocking"}),
    ],
)
async def test_what_was_spoilt_since_planning_is_found(
    stage: Stage, due: datetime, spoil: Spoil, found: dict[str, str]
) -> None:
    account, plan = await planned(stage, due)
    await spoil(stage, account, plan)
    report = await board_of(stage).look(plan.id)
    assert problems(report) == found
    [problem] = report.problems
    assert all((problem.words.zh, problem.words.en, problem.remedy.zh, problem.remedy.en))
    assert problem.label


async def test_an_authorisation_good_now_is_not_good_enough(stage: Stage, due: datetime) -> None:
    account, plan = await planned(stage, due)
    await ends_before(stage, account, plan)
    end = plan.due_at - timedelta(minutes=1)
    assert end > stage.clock.now()
    assert problems(await board_of(stage).look(plan.id)) == {"authorisation": "blocking"}


async def test_a_credential_the_channel_cannot_do_without_is_missed(
    stage: Stage, due: datetime
) -> None:
    _, plan = await planned(stage, due)
    report = await board_of(stage, Told(required=("token", "secret"))).look(plan.id)
    assert problems(report) == {"credentials": "blocking"}
    assert "secret" in report.problems[0].words.zh


async def test_limits_are_those_declared_now(stage: Stage, due: datetime) -> None:
    _, plan = await planned(stage, due)
    broken = (Words("正文超限", "the text is too long"), Words("缩短", "shorten it"))
    report = await board_of(stage, Told(broken=[broken])).look(plan.id)
    assert problems(report) == {"limits": "blocking"}
    assert (report.problems[0].words, report.problems[0].remedy) == broken


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (LinkAnswer(status=404), "404"),
        (LinkAnswer(status=0, error="timeout"), "timeout"),
        (LinkAnswer(status=302, moved_to="elsewhere.example"), "elsewhere.example"),
    ],
)
async def test_a_link_in_the_text_that_does_not_answer_is_a_warning(
    stage: Stage, due: datetime, answer: LinkAnswer, said: str
) -> None:
    _, plan = await planned(stage, due, f"详见{LINK}，请查收。另见 {LINK}?a=1&amp;b=2")
    outside = Told(links={LINK: answer})
    report = await board_of(stage, outside).look(plan.id)
    assert problems(report) == {"links": "warning"}
    assert said in report.problems[0].words.en
    assert outside.asked == [LINK, f"{LINK}?a=1&b=2"]


def test_only_what_readers_can_follow_is_a_link() -> None:
    text = (
        '<head><meta property="og:url" content="https://a.example/meta"/></head>'
        '<script type="application/ld+json">{"@context":"https://schema.org"}</script>'
        "<style>@import 'https://a.example/css'</style>"
        '<p>见 <a class="x" href="https://a.example/1?b=1&amp;c=2">原文</a>，'
        "或 https://a.example/2。</p><A HREF='http://a.example/3'>三</A>"
        '<a href="mailto:a@a.example">信</a><a href="#top">顶</a><img src="https://a.example/i">'
    )
    part = Part(text=text, link="https://a.example/own")
    assert links_of([Text(EDITION, (part,))]) == [
        "https://a.example/own",
        "https://a.example/1?b=1&c=2",
        "http://a.example/3",
        "https://a.example/2",
    ]


@given(st.text(alphabet="<>a href=\"'/:.&;script", max_size=80))
def test_links_are_looked_for_in_any_text(text: str) -> None:
    for address in links_of([Text(EDITION, (Part(text=text),))]):
        assert address.startswith(("http://", "https://"))


class LinkRenderer:
    """One part that names the item's own page, with a picture that may not be stored."""

    def __init__(self, *media: MediaRef, kept: bool = True) -> None:
        self.media = media
        self.kept = kept

    async def render(self, item: object, body: object, accounts: object) -> Rendered:
        part = Part(text="正文", link=LINK, media=self.media)
        draft = DraftEdition(channel="toy", variation={}, parts=(part,))
        pictures = {ref.sha256: b"\x89PNG" for ref in self.media} if self.kept else {}
        return Rendered(editions=(draft,), pictures=pictures)


@pytest.mark.parametrize(("markup", "found"), [("text", {"links": "warning"}), ("page", {})])
async def test_the_item_s_own_page_need_not_be_there_before_it_is_published(
    stage: Stage, due: datetime, markup: str, found: dict[str, str]
) -> None:
    stage.publishing._renderer = LinkRenderer()
    _, plan = await planned(stage, due)
    stage.book.held["toy"] = replace(TOY, markup=markup)
    report = await board_of(stage, Told(links={LINK: LinkAnswer(status=404)})).look(plan.id)
    assert problems(report) == found


PICTURE = MediaRef(sha256="a" * 64, media_type="image/png", size=4, width=1, height=1)


async def test_a_picture_that_is_not_stored_blocks(stage: Stage, due: datetime) -> None:
    stage.publishing._renderer = LinkRenderer(PICTURE, kept=False)
    _, plan = await planned(stage, due)
    assert problems(await board_of(stage).look(plan.id)) == {"media": "blocking"}


@pytest.mark.parametrize(
    ("left", "prepared", "found"),
    [
        (timedelta(hours=2), False, {}),
        (timedelta(minutes=59), False, {"uploaded": "warning"}),
        (timedelta(minutes=59), True, {}),
    ],
)
async def test_media_not_uploaded_an_hour_before_is_a_warning_where_it_could_have_been(
    stage: Stage, clock: ManualClock, left: timedelta, prepared: bool, found: dict[str, str]
) -> None:
    stage.publishing._renderer = LinkRenderer(PICTURE)
    _, plan = await planned(stage, clock.now() + left)
    able = TOY.capabilities | {Capability.PREPARE}
    stage.book.held["toy"] = replace(TOY, capabilities=able)
    if prepared:
        await stage.change(progress={PREPARED: clock.now().isoformat()})
    assert problems(await board_of(stage).look(plan.id)) == found


async def test_what_was_sent_or_cancelled_is_looked_at_no_more(stage: Stage, due: datetime) -> None:
    account, plan = await planned(stage, due)
    await inactive(stage, account, plan)
    await stage.publishing.cancel("media", plan_id=plan.id)
    report = await board_of(stage).look(plan.id)
    assert (report.deliveries, report.problems) == (0, ())


async def test_a_thousand_accounts_cost_no_more_queries_than_one(
    stage: Stage, due: datetime
) -> None:
    if not isinstance(stage.database, SqliteDatabase):
        pytest.skip("counted once is enough")
    statements: list[str] = []
    event.listen(
        stage.database._reading, "before_cursor_execute", lambda *said: statements.append(said[2])
    )
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=5, period="day"),))
    counts = []
    for more in (1, 999):
        await stage.accounts(more)
        plan = (await stage.plan(await stage.approved(f"第{more}", accounts=0), due)).plan
        statements.clear()
        report = await board_of(stage).look(plan.id)
        counts.append(len(statements))
        assert report.tally["account"] == (report.deliveries, 0, 0)
    assert report.deliveries == 1000
    assert len(set(counts)) == 1
    assert counts[0] <= 40


async def test_a_problem_of_each_of_many_accounts_is_told_with_its_name(
    stage: Stage, due: datetime
) -> None:
    made = await stage.accounts(3)
    plan = (await stage.plan(await stage.approved(accounts=0), due)).plan
    await disconnected(stage, made[1], plan)
    report = await board_of(stage).look(plan.id)
    [problem] = report.problems
    assert (problem.subject, problem.label, problem.channel) == (made[1].id, made[1].name, "toy")
    assert report.tally["reconnect"] == (2, 0, 1)
    assert problem.severity is Severity.BLOCKING


async def test_a_slot_kept_for_emergencies_is_none_for_a_routine_plan(
    stage: Stage, due: datetime
) -> None:
    _, plan = await planned(stage, due)
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=2, period="day", kept=2),))
    assert problems(await board_of(stage).look(plan.id)) == {"quota": "blocking"}
    urgent = await stage.approved("急", accounts=0)
    made = await stage.plan(urgent, due, priority=Priority.EMERGENCY)
    assert problems(await board_of(stage).look(made.plan.id)) == {}


async def test_an_emergency_goes_out_in_a_blackout(stage: Stage, due: datetime) -> None:
    await stage.accounts(1)
    item = await stage.approved(accounts=0)
    plan = (await stage.plan(item, due, priority=Priority.EMERGENCY)).plan
    await blacked_out(stage, plan, plan.not_after)
    assert problems(await board_of(stage).look(plan.id)) == {}
