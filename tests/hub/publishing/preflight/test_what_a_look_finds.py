"""What would stop a plan is found before it is due, each thing by its own check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, update

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import content_of
from hub.catalogue.tables import item_versions, items
from hub.kernel.clock import ManualClock
from hub.kernel.errors import NotFound, Words
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations import store as organisations
from hub.organisations.models import Account, FilingState
from hub.organisations.tables import accounts
from hub.publishing.models import Capability, Edition, MediaRef, Part, Plan, Priority, Quota
from hub.publishing.ports import PREPARED, DraftEdition, Rendered
from hub.publishing.preflight.checks import CHECKS
from hub.publishing.preflight.facts import Text, links_of
from hub.publishing.preflight.models import LinkAnswer, Severity
from hub.publishing.restraint import store as restraint
from hub.publishing.restraint.models import OpenBreaker, Scope
from hub.publishing.rules import encode_parts
from hub.publishing.tables import editions
from hub.publishing.timing import store as timing
from hub.publishing.timing.models import Blackout
from tests.hub.publishing.preflight.looking import Told, board_of, problems
from tests.scheduler.stage import TOY, Stage

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


async def planned(stage: Stage, due: datetime, text: str = "正文") -> tuple[Account, Plan]:
    [account] = await stage.accounts(1)
    plan = (await stage.plan(await stage.approved(text, accounts=0), due)).plan
    return account, plan


def row(account: Account, **values: object) -> Callable[..., object]:
    return lambda tx: tx.execute(
        update(accounts).where(accounts.c.id == account.id).values(**values)
    )


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


async def edited(stage: Stage, account: Account, plan: Plan) -> None:
    body = (await stage.organisations.body("sc")).id
    draft = ItemDraft(body_id=body, title="通知", body="改过", attribute=Attribute.PROACTIVE)
    await stage.catalogue.edit(plan.item_id, draft, actor="clerk")


async def tampered(stage: Stage, account: Account, plan: Plan) -> None:
    other = encode_parts((Part(text="别的"),))
    await stage.do(lambda tx: tx.execute(update(editions).values(payload=other)))


async def unreadable(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(lambda tx: tx.execute(update(editions).values(payload="[{")))


async def inactive(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, active=False))


async def unfiled(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, filing=FilingState.SUSPENDED.value))


async def disconnected(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, account.id, "过期"))


async def ends_before(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, authorised_until=plan.due_at - timedelta(minutes=1)))


async def ends_after(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, authorised_until=plan.due_at + timedelta(minutes=1)))


async def paused_past_it(stage: Stage, account: Account, plan: Plan) -> None:
    end = plan.due_at + timedelta(minutes=10)
    await stage.do(row(account, paused_until=end, pause_reason="演练"))


async def paused_for_good(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, paused_until=plan.not_after + timedelta(minutes=1)))


async def sealed_elsewhere(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(row(account, sealed="v1.other-key.AAAA"))


async def no_longer_valid(stage: Stage, account: Account, plan: Plan) -> None:
    content = content_of(await stage.catalogue.get(plan.item_id)) | {"valid_until": "2026-03-02"}
    await stage.do(lambda tx: tx.execute(update(item_versions).values(content=content)))


async def repealed(stage: Stage, account: Account, plan: Plan) -> None:
    await stage.do(lambda tx: tx.execute(update(items).values(validity="repealed")))


async def overspent(stage: Stage, account: Account, plan: Plan) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=0, period="day"),))


async def blacked_out(stage: Stage, plan: Plan, ends_at: datetime) -> None:
    blackout = Blackout(
        id="B",
        name="哀悼",
        starts_at=plan.due_at - timedelta(minutes=5),
        ends_at=ends_at,
        zone="Asia/Shanghai",
        body_id="",
        channel="",
        created_by="office",
    )
    await stage.do(lambda tx: timing.add_blackout(tx, blackout, stage.clock.now()))


async def blacked_out_briefly(stage: Stage, account: Account, plan: Plan) -> None:
    await blacked_out(stage, plan, plan.due_at + timedelta(minutes=5))


async def blacked_out_for_good(stage: Stage, account: Account, plan: Plan) -> None:
    await blacked_out(stage, plan, plan.not_after + timedelta(minutes=5))


async def failing(stage: Stage, account: Account, plan: Plan, *, platform: bool = False) -> None:
    now = stage.clock.now()
    breaker = OpenBreaker(
        scope=Scope.PLATFORM if platform else Scope.ACCOUNT,
        channel="toy",
        subject=account.base_url if platform else account.id,
        address=account.base_url,
        cause="busy",
        opened_at=now,
        rest=timedelta(minutes=1),
        probe_at=now,
    )
    await stage.do(lambda tx: restraint.save_breakers(tx, [breaker]))


async def platform_failing(stage: Stage, account: Account, plan: Plan) -> None:
    await failing(stage, account, plan, platform=True)


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
