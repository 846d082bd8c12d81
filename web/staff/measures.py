"""What the staff API tells of supervision, of accounts that fell silent, and of the desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from hub.conversation.desk.models import Scores
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body, Selection
from hub.publishing.liveness.models import Life, Standing
from hub.supervision.models import Measured, Name, Period, Unit
from hub.supervision.rules import INDICATORS
from web.console.areas.supervision import LOOKING
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "AskCanned",
    "AskFigures",
    "AskLiveness",
    "AskSupervision",
    "StaffCannedAnswers",
    "StaffDeskFigures",
    "StaffLives",
    "StaffSupervision",
    "list_canned",
    "list_lives",
    "read_figures",
    "read_supervision",
]

_YEARS = (2000, 2200)
Word = Annotated[str, Meta(max_length=64)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]


class AskSupervision(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """From the day `since` to the day `until`, both whole; of the bodies below `body` (a code)."""

    since: date
    until: date
    body: Word = ""


class AskLiveness(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    channel: Word = ""
    body: Word = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class AskCanned(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is the code of one that the caller answers for."""

    body: Code


class AskFigures(AskCanned, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of the last so many `days`."""

    days: Annotated[int, Meta(ge=1, le=366)] = 30


class StaffIndicator(Told, frozen=True, kw_only=True):
    """`source` is where the duty is written."""

    name: Name
    words: Said
    unit: Unit
    source: Said


class StaffMeasured(Struct, frozen=True, kw_only=True):
    """`alone`: without the bodies below it. `broken` are the indicators outside their limit; a
    value is null where there was nothing to measure."""

    body: str
    code: str
    name: str
    alone: bool
    values: dict[Name, float | None]
    broken: tuple[Name, ...]


class StaffSupervision(Struct, frozen=True, kw_only=True):
    """`whole` are the figures of all rows together, `counted_at` when they were counted."""

    since: datetime
    until: datetime
    counted_at: datetime
    indicators: tuple[StaffIndicator, ...]
    rows: tuple[StaffMeasured, ...]
    whole: dict[Name, float | None]


class StaffSuits(Told, frozen=True, kw_only=True):
    """An item that would suit the account."""

    item_id: str
    title: str


class StaffLife(Struct, frozen=True, kw_only=True):
    """`days` since the last update (null: there never was one), of `limit` that may pass."""

    account: str
    name: str
    channel: str
    standing: Standing
    days: int | None
    limit: int
    published_at: datetime | None
    planned_at: datetime | None
    suggestions: tuple[StaffSuits, ...]


class StaffLives(Struct, frozen=True, kw_only=True):
    """Near or over their limit, worst first."""

    as_of: datetime
    lives: tuple[StaffLife, ...]


class StaffCanned(Struct, frozen=True, kw_only=True):
    """`stale`: why it cannot be used until somebody looks at it."""

    key: str
    title: str
    text: str
    items: tuple[str, ...]
    stale: Said | None


class StaffCannedAnswers(Struct, frozen=True, kw_only=True):
    answers: tuple[StaffCanned, ...]


class StaffScores(Struct, frozen=True, kw_only=True):
    """Minutes are those of the body's hours; `within` is the share answered in time; `ratings` by
    their stars."""

    conversations: int
    answered: int
    waiting_minutes: float | None
    answer_minutes: float | None
    within: float | None
    ratings: dict[str, int]


class StaffDeskFigures(Struct, frozen=True, kw_only=True):
    """`officers` by login."""

    whole: StaffScores
    officers: dict[str, StaffScores]


async def read_supervision(call: Call) -> StaffSupervision:
    asked: AskSupervision = call.asked
    await call.somewhere(LOOKING.roles)
    services, sight = call.services, await call.services.sights.of(call.login)
    if not (_YEARS[0] <= asked.since.year and asked.since <= asked.until < date(_YEARS[1], 1, 1)):
        raise InvalidInput(
            Words("起止日期不对", "these days cannot be"),
            field="until",
            remedy=Words("开始不晚于结束，如 2026-12-01", "since no later than until"),
        )
    top = ""
    if asked.body:
        top = (await services.organisations.body(asked.body)).id
        if not sight.whole and top not in sight.bodies:
            raise UnknownBody(asked.body)
    period = Period.of_days(asked.since, asked.until, services.zone)
    found = await services.console.supervision.board(period, sight, top)
    return StaffSupervision(
        since=period.since,
        until=period.until,
        counted_at=found.at,
        indicators=tuple(told(StaffIndicator, one) for one in INDICATORS),
        rows=tuple(_measured(one) for one in found.rows),
        whole=dict(found.all),
    )


async def list_lives(call: Call) -> StaffLives:
    """Accounts in sight that have to publish something again."""
    asked: AskLiveness = call.asked
    selection = Selection(channels=(asked.channel,) if asked.channel else ())
    sight = await call.services.sights.of(call.login, under=asked.body)
    board = await call.services.console.liveness.board(
        selection=selection, sight=sight, limit=asked.limit
    )
    return StaffLives(as_of=board.as_of, lives=tuple(_life(one) for one in board.lives))


async def list_canned(call: Call) -> StaffCannedAnswers:
    asked: AskCanned = call.asked
    body = await _answered_for(call, asked.body)
    found = await call.services.console.talking.canned.listed(body.id)
    answers = [
        StaffCanned(
            key=one.canned.key,
            title=one.canned.title,
            text=one.canned.text,
            items=tuple(one.canned.items),
            stale=Said.of(one.stale) if one.stale else None,
        )
        for one in found
    ]
    return StaffCannedAnswers(answers=tuple(answers))


async def read_figures(call: Call) -> StaffDeskFigures:
    asked: AskFigures = call.asked
    body, now = await _answered_for(call, asked.body), call.services.clock.now()
    since = now - timedelta(days=asked.days)
    whole, each = await call.services.desk.figures(body.id, since, now)
    return StaffDeskFigures(
        whole=_scores(whole),
        officers={login: _scores(one) for login, one in each.items()},
    )


async def _answered_for(call: Call, code: str) -> Body:
    body = await call.services.organisations.body(code)
    if body.id not in await call.services.desk.answers_for(call.login):
        raise UnknownBody(code)
    return body


def _scores(one: Scores) -> StaffScores:
    return StaffScores(
        conversations=one.conversations,
        answered=one.answered,
        waiting_minutes=one.waiting_minutes,
        answer_minutes=one.answer_minutes,
        within=one.within,
        ratings={str(stars): count for stars, count in one.ratings.items()},
    )


def _measured(one: Measured) -> StaffMeasured:
    return StaffMeasured(
        body=one.body.id,
        code=one.body.code,
        name=one.body.name,
        alone=one.alone,
        values=dict(one.values),
        broken=tuple(sorted(one.broken)),
    )


def _life(one: Life) -> StaffLife:
    return StaffLife(
        account=one.account.id,
        name=one.account.name,
        channel=one.account.channel,
        standing=one.standing,
        days=one.days,
        limit=one.limit,
        published_at=one.published_at,
        planned_at=one.planned_at,
        suggestions=tuple(told(StaffSuits, item) for item in one.suggestions),
    )
