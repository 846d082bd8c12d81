"""Many at once: what is unknown, out or being sent is never among them, whatever is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import InvalidInput
from hub.organisations.authority.sight import Sight
from hub.publishing.board.models import Looked
from hub.publishing.explanation import REASONS
from hub.publishing.incidents.foreseeing import foreseen
from hub.publishing.incidents.models import Standing
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.retrying.models import Facts
from hub.publishing.retrying.rules import why_not
from hub.publishing.retrying.service import Retrying
from tests.scheduler.stage import Stage

S = DeliveryState
NOW = datetime(2026, 12, 1, tzinfo=UTC)
EVERYTHING = Sight(frozenset(), whole=True)
NOTHING = Sight(frozenset(), whole=False)
HOUR = timedelta(hours=1)


@given(
    state=st.sampled_from(DeliveryState),
    reason=st.sampled_from(["", *REASONS]),
    purpose=st.sampled_from(Purpose),
    hours=st.integers(-3, 3),
    flags=st.tuples(*[st.booleans()] * 4),
)
def test_only_what_surely_did_not_go_out_may_be_sent_again(
    state: DeliveryState,
    reason: str,
    purpose: Purpose,
    hours: int,
    flags: tuple[bool, bool, bool, bool],
) -> None:
    behind, recalled, foreign, late = flags
    one = Facts(
        id="a",
        state=state,
        reason=reason,
        purpose=purpose,
        not_after=NOW + hours * HOUR,
        behind=behind,
        recalled=recalled,
        foreign=foreign,
    )
    why = why_not(one, NOW, late=late)
    if why is None:
        assert state in (S.FAILED, S.EXPIRED)
        assert not behind
        assert not foreign
        assert purpose is Purpose.RECALL or not recalled
        assert late or hours > 0
    else:
        assert why.words.zh


def retrying(stage: Stage) -> Retrying:
    return Retrying(stage.database, stage.clock)


async def test_what_is_looked_at_goes_and_the_rest_stays_with_its_reason(stage: Stage) -> None:
    await stage.plan(await stage.approved("一", accounts=5))
    failed, unknown, blocked, late, fine = await stage.deliveries()
    await stage.change(
        failed.id, state=S.FAILED, error_code="e", error_zh="限流", error_en="throttled"
    )
    await stage.change(unknown.id, state=S.UNKNOWN, reason="person")
    await stage.change(blocked.id, state=S.BLOCKED, reason="outage")
    await stage.change(late.id, state=S.EXPIRED, not_after=stage.clock.now() - HOUR)
    many = retrying(stage)
    found = await many.look(Looked(), EVERYTHING)
    assert found.ids == (failed.id,)
    assert [(g.words.zh, g.count) for g in found.will] == [("限流", 1)]
    assert {g.words.zh: g.count for g in found.cannot} == {
        "结果未知，重发可能重复": 1,
        "停机积压，等待放行": 1,
        "已过最晚发布时间": 1,
    }
    assert (await many.look(Looked(), NOTHING)).ids == ()
    everything = [failed.id, unknown.id, blocked.id, late.id, fine.id]
    assert (await many.retry(everything, NOTHING, "stray")).ready == 0
    done = await many.retry(everything, EVERYTHING, "media")
    assert (done.ready, done.left) == (1, 4)
    states = {d.id: d.state for d in await stage.deliveries()}
    assert states[failed.id] is S.READY
    assert states[unknown.id] is S.UNKNOWN
    assert (await many.retry([failed.id], EVERYTHING, "media")).ready == 0
    done = await many.retry([late.id], EVERYTHING, "media", late=True)
    again = next(d for d in await stage.deliveries() if d.id == late.id)
    assert (done.ready, again.not_after) == (1, stage.clock.now() + HOUR)


@pytest.mark.parametrize("chosen", [[], ["x"] * 3])
async def test_an_empty_choice_is_refused_and_an_unknown_one_does_nothing(
    stage: Stage, chosen: list[str]
) -> None:
    if chosen:
        assert (await retrying(stage).retry(chosen, EVERYTHING, "media")).ready == 0
    else:
        with pytest.raises(InvalidInput):
            await retrying(stage).retry(chosen, EVERYTHING, "media")


@given(
    state=st.sampled_from(DeliveryState),
    reason=st.sampled_from(["", "ring", "previous-part", "busy", "outage"]),
    late=st.booleans(),
    recalled=st.booleans(),
)
def test_what_an_incident_foresees_never_has_an_unknown_one(
    state: DeliveryState, reason: str, late: bool, recalled: bool
) -> None:
    one = Standing(state=state, reason=reason, late=late, recalled=recalled, count=3)
    told = foreseen([one])
    assert S.UNKNOWN not in told.ready
    assert told.count + sum(count for _, count in told.stay) == 3
    assert set(told.ready) <= {S.FAILED, S.BLOCKED}
