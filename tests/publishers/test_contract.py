"""Every channel proves its declaration against its own simulated platform.

Channels are discovered; what a test expects comes from the declaration alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession

import publishers
from hub.kernel.clock import ManualClock
from hub.publishing.errors import DeliveryError, Rejected
from hub.publishing.models import Capability, Overflow, Part, Reconciling, Repeat
from hub.publishing.ports import Measuring, Verdict
from publishers.contract import Channel
from publishers.limits import problems
from publishers.wire import Wire
from tests.publishers.doubles import MemoryJob, Stage, picture, simulator_of
from tests.publishers.protocol import (
    MARKUPS,
    assert_speaks,
    parts_of,
    published,
    see_through,
    small,
    until_decided,
)


def needs(channel: Channel, capability: Capability) -> None:
    if not channel.declaration.can(capability):
        pytest.skip(f"{channel.name} does not declare {capability}")


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
    if declaration.delete_within is not None:
        assert declaration.can(Capability.DELETE)
    assert declaration.spare_calls >= 0
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
        assert (quota.per in {"account", "user"}, 0 <= quota.kept < quota.count) == (True, True)


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
    parts = parts_of(stage, "一图读懂政务公开", media)
    for number, part in enumerate(parts):
        await published(stage, part, f"part {number}")
    shown = stage.public()
    assert len(shown) == len(parts)
    assert any(post.pictures for post in shown)


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


def test_who_can_measure_says_so_and_can_be_read_back(channel: Channel, clock: ManualClock) -> None:
    rules = channel.declaration
    outlet = channel.open(Wire(cast(ClientSession, None)), clock)
    assert isinstance(outlet, Measuring) is rules.can(Capability.MEASURE)
    if rules.can(Capability.MEASURE):
        assert rules.can(Capability.VERIFY)  # what is counted is what was read back


async def test_a_measured_post_has_the_figures_that_the_platform_shows(stage: Stage) -> None:
    needs(stage.channel, Capability.MEASURE)
    job = await published(stage, small(stage))
    assert isinstance(stage.outlet, Measuring)
    stage.platform.receive(job.remote_id, likes=5, comments=3, shares=2)
    measured = await stage.outlet.measure(job)
    (shown,) = stage.public()
    offered = {name: count for name, count in asdict(measured).items() if count is not None}
    assert {5, 3, 2} & set(offered.values())
    assert offered == {name: shown.readers[name] for name in offered}


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


# --- refusals -------------------------------------------------------------------------------------


def offending(stage: Stage, parts: Sequence[Part]) -> Part:
    """The part that breaks a rule, where text and pictures are parts of their own."""
    return next(part for part in parts if problems([part], stage.channel.declaration))


def too_long(stage: Stage) -> Part:
    limit = stage.channel.declaration.text_limit
    if not limit:
        pytest.skip(f"{stage.channel.name} takes a text of any length")
    words = "字" * (limit + 1)
    return offending(stage, parts_of(stage, words))


def too_heavy(stage: Stage) -> Part:
    rule = stage.channel.declaration.media
    if not rule.max_count:
        pytest.skip(f"{stage.channel.name} takes no picture")
    kind = sorted(rule.types)[0]
    content = picture(kind, side=320).ljust(rule.max_bytes + 1, b"\0")
    media = stage.media.add(content, kind, side=320)
    return offending(stage, parts_of(stage, "图片过大的通知", media))


def too_many(stage: Stage) -> Part:
    rule = stage.channel.declaration.media
    kind = min(rule.types, default="image/png")
    media = [
        stage.media.add(picture(kind, side=320) + bytes([number]), kind, side=320)
        for number in range(rule.max_count + 1)
    ]
    return offending(stage, parts_of(stage, "图片过多的通知", *media))


def of_another_kind(stage: Stage) -> Part:
    media = stage.media.add(b"BM" + bytes(64), "image/bmp")
    return offending(stage, parts_of(stage, "图片格式不对的通知", media))


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
