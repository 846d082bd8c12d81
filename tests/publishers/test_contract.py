"""Every channel proves its declaration against its own simulated platform.

Channels are discovered; what a test expects comes from the declaration alone. A fault is put on
each outside call of a delivery in turn, and the delivery is then seen through as the engine does
it: sent again only after a decisive refusal or a proof of absence.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import publishers
from hub.kernel.clock import ManualClock
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Exhausted,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import (
    Capability,
    MediaRef,
    MediaRole,
    Overflow,
    Part,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Finding, Verdict
from publishers.contract import Channel, Source
from publishers.limits import problems
from publishers.registry import channels
from publishers.simulation import Fault
from tests.publishers.doubles import MemoryJob, Stage, open_stage, picture, simulator_of

LINK = "https://www.gd.gov.cn/zwgk/2026"


def in_plain_text(words: str, link: str, media: Sequence[MediaRef]) -> str:
    return f"{words} {link}"


def in_html(words: str, link: str, media: Sequence[MediaRef]) -> str:
    shown = [f'<img src="cid:{picture.sha256}" alt="{picture.alt}"/>' for picture in media]
    return f"<p>{words}</p>{''.join(shown)}"


def in_a_page(words: str, link: str, media: Sequence[MediaRef]) -> str:
    head = f'<meta charset="utf-8"><title>{words[:20]}</title>'
    body = in_html(words, link, media).replace("/>", ">")
    return f'<!DOCTYPE html>\n<html lang="zh"><head>{head}</head><body>{body}</body></html>'


# How a sentence and its pictures are written in each markup.
MARKUPS = {"text": in_plain_text, "html": in_plain_text, "article": in_html, "page": in_a_page}
# Real seconds for one step of a test; the engine has the declared timeout. A caller whose call
# hangs goes away sooner, and a platform that is late commits after that.
PATIENCE_S = 5.0
SHORT_S = 0.4
LATE_S = 0.6
ROUNDS = 300  # of asking again, on the clock of the test
SENT_AGAIN = (NotSent, Busy, Throttled, Exhausted)

CHANNELS = [pytest.param(channel, id=name) for name, channel in channels().items()]
HOWEVER_SPOILT = [pytest.param(fault, id=fault.value) for fault in Fault]


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> Channel:
    found: Channel = request.param
    return found


@pytest.fixture
async def stage(channel: Channel, clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(channel, clock) as opened:
        yield opened


def needs(channel: Channel, capability: Capability) -> None:
    if not channel.declaration.can(capability):
        pytest.skip(f"{channel.name} does not declare {capability}")


def cover(stage: Stage) -> MediaRef:
    types = stage.channel.declaration.media.types
    kind = next(kind for kind in ("image/png", "image/jpeg") if kind in types)
    return stage.media.add(picture(kind, side=320), kind, side=320, role=MediaRole.COVER)


def parts_of(stage: Stage, words: str, *media: MediaRef, number: int = 17) -> tuple[Part, ...]:
    """A post that says `words` and little else, as the channel itself finishes it."""
    declaration, link = stage.channel.declaration, f"{LINK}/{number}.html"
    part = Part(
        text=MARKUPS[declaration.markup](words, link, media),
        title=words[:20],
        digest=words[:20] if declaration.digest_limit else "",
        link=link,
        media=(cover(stage), *media) if declaration.needs_cover else media,
    )
    source = Source(
        item_id=f"item-{number}",
        title=words[:20],
        body=words,
        summary=words[:20],
        link=link,
        organisation="广东省人民政府办公厅",
        issuer="广东省人民政府办公厅",
    )
    return stage.channel.finish((part,), source) if stage.channel.finish else (part,)


def small(stage: Stage, number: int = 17) -> Part:
    (part,) = parts_of(stage, f"关于推进政务公开的第{number}号通知", number=number)
    assert problems([part], stage.channel.declaration) == []
    return part


# --- seeing a delivery through, as the engine does ------------------------------------------------


async def until_decided(stage: Stage, ask: Callable[[], Awaitable[Finding]]) -> Finding:
    """Ask again as long as the answer is PENDING or the platform is busy."""
    for _ in range(ROUNDS):
        try:
            finding = await asyncio.wait_for(ask(), PATIENCE_S)
        except (*SENT_AGAIN, TimeoutError):
            stage.clock.advance(60)
            continue
        if finding.verdict is not Verdict.PENDING:
            return finding
        stage.clock.advance(max(1.0, finding.retry_after))
        await asyncio.sleep(0)
    raise AssertionError(f"{stage.channel.name} never decides")


async def attempt(stage: Stage, job: MemoryJob, patience_s: float = PATIENCE_S) -> Verdict:
    """One attempt, with what follows from its ending; PENDING: it may be made again."""
    try:
        accepted = await asyncio.wait_for(stage.outlet.deliver(job), patience_s)
    except (Unknown, TimeoutError) as error:
        # The clock of the test runs ahead of the platform's last seconds: let them pass.
        await asyncio.sleep(LATE_S if isinstance(error, TimeoutError) else 0)
        finding = await until_decided(stage, lambda: stage.outlet.reconcile(job))
        return finding.verdict
    except SENT_AGAIN as error:
        stage.clock.advance((error.retry_after.total_seconds() if error.retry_after else 60) + 1)
        return Verdict.PENDING
    job.remote_id = accepted.remote_id
    if accepted.pending:
        await until_decided(stage, lambda: stage.outlet.verify(job))
    return Verdict.FOUND


async def see_through(
    stage: Stage, job: MemoryJob, patience_s: float = PATIENCE_S
) -> list[Verdict]:
    """Attempt until it is there, or only a person can say; every verdict on the way."""
    verdicts = [await attempt(stage, job, patience_s)]
    while verdicts[-1] in {Verdict.PENDING, Verdict.ABSENT}:
        assert len(verdicts) < 5, verdicts
        verdicts.append(await attempt(stage, job))
    return verdicts


async def published(stage: Stage, part: Part, name: str = "first") -> MemoryJob:
    """A job whose post is public."""
    job = stage.job(part, name)
    assert await see_through(stage, job) == [Verdict.FOUND]
    return job


async def calls_of_a_delivery(channel: Channel, clock: ManualClock) -> int:
    """How many outside calls one undisturbed delivery makes."""
    async with open_stage(channel, clock) as stage:
        made = 0
        take = stage.platform.faults.take

        def counting(path: str) -> object:
            nonlocal made
            made += 1
            return take(path)

        stage.platform.faults.take = counting  # type: ignore[method-assign, assignment]
        await asyncio.wait_for(stage.outlet.deliver(stage.job(small(stage))), PATIENCE_S)
        return made


# --- the declaration ------------------------------------------------------------------------------


def test_the_declaration_is_complete(channel: Channel) -> None:
    declaration = channel.declaration
    assert declaration.name == channel.name
    assert all([declaration.title.zh, declaration.title.en, declaration.source])
    assert declaration.markup in MARKUPS
    assert declaration.text_limit >= 0  # 0: no limit
    assert declaration.reconciling
    assert declaration.overflow
    assert declaration.call_timeout.total_seconds() > 0
    assert all(kind.startswith("image/") for kind in declaration.media.types)


def test_the_declaration_does_not_contradict_itself(channel: Channel) -> None:
    declaration = channel.declaration
    if Reconciling.REPEAT in declaration.reconciling:
        assert declaration.repeat is Repeat.HARMLESS
    if declaration.key_window is not None:
        assert declaration.repeat is Repeat.HARMLESS
    if Overflow.THREAD in declaration.overflow:
        assert declaration.max_parts > 1
    assert declaration.caption_limit <= declaration.text_limit
    assert not declaration.needs_cover or declaration.media.max_count > 0
    assert declaration.media.max_bytes > 0 or declaration.media.max_count == 0


def test_limits_of_calls_can_be_kept(channel: Channel) -> None:
    for rate in channel.declaration.rates:
        assert rate.count > 0
        assert rate.per.total_seconds() > 0
        assert rate.scope in {"account", "app", "chat"}
    for quota in channel.declaration.quotas:
        assert (quota.count > 0, quota.period in {"day", "month"}) == (True, True)


def test_every_field_is_named_once_in_both_languages(channel: Channel) -> None:
    fields = [*channel.credentials, *channel.settings]
    assert len({field.name for field in fields}) == len(fields)
    assert all(field.words.zh and field.words.en for field in fields)
    assert not [field.name for field in channel.settings if field.secret]
    assert not [field.name for field in fields if field.required and field.default]


def test_the_folder_has_its_simulator_and_its_readme(channel: Channel) -> None:
    folder = Path(publishers.__path__[0]) / channel.name
    assert simulator_of(channel).name == channel.name
    assert (folder / "README.md").read_text(encoding="utf-8").strip()


def test_an_account_of_the_simulator_has_every_required_field(
    channel: Channel, clock: ManualClock
) -> None:
    platform = simulator_of(channel)(clock)
    enrolment = platform.enrol("gongkai")
    assert enrolment == platform.enrol("gongkai")
    given = {*enrolment.credentials, *enrolment.settings}
    fields = [*channel.credentials, *channel.settings]
    assert {field.name for field in fields if field.required} <= given
    assert given <= {field.name for field in fields}


# --- an undisturbed delivery ----------------------------------------------------------------------


async def test_a_small_post_is_delivered_and_shown_once(stage: Stage) -> None:
    job = await published(stage, small(stage))
    (shown,) = stage.public()
    assert job.remote_id
    assert "第17号通知" in shown.title + shown.text


async def test_a_post_with_a_picture_shows_it(stage: Stage) -> None:
    rule = stage.channel.declaration.media
    if rule.max_count < 1 + stage.channel.declaration.needs_cover:
        pytest.skip(f"{stage.channel.name} takes no picture beside the cover")
    kind = sorted(rule.types)[0]
    media = stage.media.add(picture(kind, side=320, colour="blue"), kind, side=320)
    (part,) = parts_of(stage, "一图读懂政务公开", media)
    await published(stage, part)
    assert len(stage.public()) == 1


async def test_two_deliveries_are_two_posts(stage: Stage) -> None:
    first = await published(stage, small(stage, 17), "first")
    second = await published(stage, small(stage, 18), "second")
    assert len(stage.public()) == 2
    assert first.remote_id != second.remote_id


async def test_a_repeat_does_what_is_declared(stage: Stage) -> None:
    """The same delivery once more, as after a crash that forgot everything it had saved."""
    part = small(stage)
    await published(stage, part)
    again = stage.job(part)
    match stage.channel.declaration.repeat:
        case Repeat.HARMLESS:
            assert await see_through(stage, again) == [Verdict.FOUND]
            assert len(stage.public()) == 1
        case Repeat.POSTS_AGAIN:
            assert await see_through(stage, again) == [Verdict.FOUND]
            assert len(stage.public()) == 2
        case Repeat.REFUSED:
            assert await refused_or_adopted(stage, again)
            assert len(stage.public()) == 1


async def refused_or_adopted(stage: Stage, job: MemoryJob) -> bool:
    try:
        return (await stage.outlet.deliver(job)).adopted
    except DeliveryError as error:
        return bool(error.platform_code)


async def test_what_was_published_can_be_withdrawn_twice(stage: Stage) -> None:
    needs(stage.channel, Capability.DELETE)
    job = await published(stage, small(stage))
    await stage.outlet.withdraw(job)
    await stage.outlet.withdraw(job)
    assert stage.public() == []


async def test_withdrawing_one_post_leaves_the_others(stage: Stage) -> None:
    needs(stage.channel, Capability.DELETE)
    await published(stage, small(stage, 17), "first")
    second = await published(stage, small(stage, 18), "second")
    await stage.outlet.withdraw(second)
    (left,) = stage.public()
    assert "第17号通知" in left.title + left.text


async def test_what_is_public_is_compared_with_what_was_signed(stage: Stage) -> None:
    needs(stage.channel, Capability.VERIFY)
    job = await published(stage, small(stage))
    finding = await until_decided(stage, lambda: stage.outlet.verify(job))
    assert (finding.verdict, finding.same) == (Verdict.FOUND, True)
    (signed,) = parts_of(stage, "签发的是另一段文字")
    differing = replace(job, part=signed)
    finding = await until_decided(stage, lambda: stage.outlet.verify(differing))
    assert (finding.verdict, finding.same) == (Verdict.FOUND, False)


async def test_what_was_withdrawn_is_gone(stage: Stage) -> None:
    needs(stage.channel, Capability.DELETE)
    needs(stage.channel, Capability.VERIFY)
    job = await published(stage, small(stage))
    await stage.outlet.withdraw(job)
    finding = await until_decided(stage, lambda: stage.outlet.verify(job))
    assert finding.verdict is Verdict.GONE


async def test_a_post_is_amended_in_place_where_that_is_declared(stage: Stage) -> None:
    needs(stage.channel, Capability.EDIT)
    job = await published(stage, small(stage))
    (corrected,) = parts_of(stage, "更正后的通知全文")
    await stage.outlet.amend(replace(job, part=corrected))
    (shown,) = stage.public()
    assert "更正后的通知" in shown.title + shown.text


async def test_amending_is_refused_where_it_is_not_declared(stage: Stage) -> None:
    if stage.channel.declaration.can(Capability.EDIT):
        pytest.skip(f"{stage.channel.name} declares {Capability.EDIT}")
    job = await published(stage, small(stage))
    with pytest.raises(Rejected):
        await stage.outlet.amend(replace(job, part=small(stage, 18)))


# --- faults on each call --------------------------------------------------------------------------


async def spoilt(channel: Channel, clock: ManualClock, fault: Fault, call: int) -> None:
    """Deliver with `fault` on the call numbered `call`; see it through; count what is shown."""
    async with open_stage(channel, clock) as stage:
        job = stage.job(small(stage))
        gone = fault in {Fault.HANG, Fault.SLOW_THEN_COMMIT}
        stage.platform.faults.arm(fault, skip=call, delay=LATE_S if gone else 0.01)
        verdicts = await see_through_a_mended_address(stage, job, SHORT_S if gone else PATIENCE_S)
        note = f"{fault} on call {call}: {verdicts}, shown {stage.platform.shown()}"
        if verdicts[-1] is Verdict.FOUND:
            assert len(stage.public()) == 1, note
        else:
            assert verdicts[-1] is Verdict.PERSON, note
            assert Reconciling.PERSON in channel.declaration.reconciling, note
            assert len(stage.public()) <= 1, note


async def see_through_a_mended_address(
    stage: Stage, job: MemoryJob, patience_s: float
) -> list[Verdict]:
    """A redirect is refused for good: a person mends the account and starts it again."""
    try:
        return await see_through(stage, job, patience_s)
    except Rejected as error:
        if "redirect" not in error.platform_code:
            raise
    return [Verdict.PENDING, *await see_through(stage, job)]


@pytest.mark.parametrize("fault", HOWEVER_SPOILT)
async def test_a_spoilt_delivery_ends_as_exactly_one_post(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    if not calls:
        pytest.skip(f"{channel.name} makes no outside call")
    for call in range(calls):
        await spoilt(channel, clock, fault, call)


COMMITTED = [Fault.COMMIT_THEN_RESET, Fault.COMMIT_THEN_500, Fault.COMMIT_THEN_HTML]
NOT_COMMITTED = [Fault.RESET_BEFORE, Fault.ERROR_500, Fault.HTML]


async def lost_answer(stage: Stage, fault: Fault, calls: int) -> MemoryJob:
    """A delivery whose last call, the one that publishes, ended in `fault`."""
    job = stage.job(small(stage))
    stage.platform.faults.arm(fault, skip=calls - 1)
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)
    return job


@pytest.mark.parametrize("fault", COMMITTED)
async def test_a_post_whose_answer_was_lost_is_settled_as_declared(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    if not calls:
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        job = await lost_answer(stage, fault, calls)
        finding = await until_decided(stage, lambda: stage.outlet.reconcile(job))
        how = channel.declaration.reconciling[0]
        expected = {
            Reconciling.READ_BACK: {Verdict.FOUND},
            Reconciling.REPEAT: {Verdict.FOUND, Verdict.ABSENT},  # the repeat is the answer
            Reconciling.PERSON: {Verdict.PERSON},
        }[how]
        assert finding.verdict in expected
        if how is Reconciling.READ_BACK:
            assert finding.remote_id == stage.public()[0].remote_id


@pytest.mark.parametrize("fault", NOT_COMMITTED)
async def test_a_post_that_was_never_made_is_proved_absent(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    if not calls:
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        job = await lost_answer(stage, fault, calls)
        finding = await until_decided(stage, lambda: stage.outlet.reconcile(job))
        by_a_person = channel.declaration.reconciling[0] is Reconciling.PERSON
        assert finding.verdict is (Verdict.PERSON if by_a_person else Verdict.ABSENT)
        assert stage.public() == []


async def test_reconciling_publishes_nothing(stage: Stage) -> None:
    job = stage.job(small(stage))
    await until_decided(stage, lambda: stage.outlet.reconcile(job))
    assert stage.platform.shown() == []


# --- refusals -------------------------------------------------------------------------------------


def too_long(stage: Stage) -> Part:
    limit = stage.channel.declaration.text_limit
    if not limit:
        pytest.skip(f"{stage.channel.name} takes a text of any length")
    words = "字" * (limit + 1)
    return parts_of(stage, words)[0]


def too_heavy(stage: Stage) -> Part:
    rule = stage.channel.declaration.media
    kind = sorted(rule.types)[0]
    content = picture(kind, side=320).ljust(rule.max_bytes + 1, b"\0")
    return parts_of(stage, "图片过大的通知", stage.media.add(content, kind, side=320))[0]


def too_many(stage: Stage) -> Part:
    rule = stage.channel.declaration.media
    kind = sorted(rule.types)[0]
    media = [
        stage.media.add(picture(kind, side=320) + bytes([number]), kind, side=320)
        for number in range(rule.max_count + 1)
    ]
    return parts_of(stage, "图片过多的通知", *media)[0]


def of_another_kind(stage: Stage) -> Part:
    media = stage.media.add(b"BM" + bytes(64), "image/bmp")
    return parts_of(stage, "图片格式不对的通知", media)[0]


TOO_MUCH = [too_long, too_heavy, too_many, of_another_kind]


@pytest.mark.parametrize("make", [pytest.param(make, id=make.__name__) for make in TOO_MUCH])
async def test_too_much_is_refused_by_a_typed_error(
    stage: Stage, make: Callable[[Stage], Part]
) -> None:
    part = make(stage)
    assert problems([part], stage.channel.declaration)  # approval says so first
    with pytest.raises(Rejected) as caught:
        await stage.outlet.deliver(stage.job(part))
    assert_speaks(caught.value)
    assert stage.public() == []


# --- errors ---------------------------------------------------------------------------------------


def assert_speaks(error: DeliveryError) -> None:
    assert error.words.zh
    assert error.words.en
    assert error.words.zh != error.words.en
    if error.remedy is not None:
        assert error.remedy.zh
        assert error.remedy.en


def secrets_of(stage: Stage) -> list[str]:
    credentials = stage.access.credentials
    names = [field.name for field in stage.channel.credentials if field.secret]
    return [credentials[name] for name in names if credentials.get(name)]


def assert_discreet(error: BaseException, secrets: list[str]) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error)
    if isinstance(error, DeliveryError):
        told += f"{error.platform_code} {error.platform_message} {error.as_dict()}"
    assert not [secret for secret in secrets if secret in told], told


async def error_of(stage: Stage, job: MemoryJob) -> DeliveryError | None:
    try:
        await asyncio.wait_for(stage.outlet.deliver(job), SHORT_S)
    except DeliveryError as error:
        return error
    except TimeoutError:
        return None
    return None


@pytest.mark.parametrize("fault", HOWEVER_SPOILT)
async def test_errors_speak_both_languages_and_keep_secrets(
    channel: Channel, clock: ManualClock, fault: Fault
) -> None:
    calls = await calls_of_a_delivery(channel, clock)
    for call in range(calls):
        async with open_stage(channel, clock) as stage:
            stage.platform.faults.arm(fault, skip=call, delay=0.01)
            error = await error_of(stage, stage.job(small(stage)))
            if error is not None:
                assert_speaks(error)
                assert_discreet(error, secrets_of(stage))


async def test_a_platform_out_of_reach_was_sent_nothing(
    channel: Channel, clock: ManualClock, unused_tcp_port: int
) -> None:
    if not await calls_of_a_delivery(channel, clock):
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        stage.access = replace(stage.access, base_url=f"http://127.0.0.1:{unused_tcp_port}")
        with pytest.raises(NotSent) as caught:
            await stage.outlet.deliver(stage.job(small(stage)))
        assert_speaks(caught.value)
        assert_discreet(caught.value, secrets_of(stage))


async def test_an_address_that_is_none_is_a_persons_to_mend(
    channel: Channel, clock: ManualClock
) -> None:
    if not await calls_of_a_delivery(channel, clock):
        pytest.skip(f"{channel.name} makes no outside call")
    async with open_stage(channel, clock) as stage:
        stage.access = replace(stage.access, base_url="no address")
        with pytest.raises((Rejected, NotSent)) as caught:
            await stage.outlet.deliver(stage.job(small(stage)))
        assert_speaks(caught.value)
        assert_discreet(caught.value, secrets_of(stage))


async def test_a_wrong_secret_needs_a_person_and_is_not_told(stage: Stage) -> None:
    needed = [field.name for field in stage.channel.credentials if field.secret and field.required]
    if not needed:
        pytest.skip(f"{stage.channel.name} has no secret")
    wrong = {name: stage.access.credentials[name][::-1] for name in needed}
    stage.access = replace(stage.access, credentials={**stage.access.credentials, **wrong})
    with pytest.raises((Unauthorised, Rejected)) as caught:
        await stage.outlet.deliver(stage.job(small(stage)))
    assert_speaks(caught.value)
    assert_discreet(caught.value, list(wrong.values()))
    assert stage.public() == []
