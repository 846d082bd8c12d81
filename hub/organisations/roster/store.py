"""SQL over the register of accounts: some ten thousand rows, read through in one go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.models import FilingState, Selection
from hub.organisations.roster.models import FORECAST, Health, Page, Roster, Wanted
from hub.organisations.tables import account_tags, accounts

__all__ = ["count_selected", "filings_of", "page_of", "roster_of", "tags_of"]

_a = accounts.c
_SOON = timedelta(days=30)


def page_of(connection: Connection, wanted: Wanted, now: datetime) -> Page:
    conditions = _of_sight(wanted.sight)
    if wanted.channel:
        conditions.append(_a.channel == wanted.channel)
    if wanted.health is not None:
        conditions.append(_conditions(now)[wanted.health])
    if wanted.text:
        text = wanted.text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        like = f"%{text}%"
        conditions.append(or_(_a.name.like(like, escape="\\"), _a.handle.like(like, escape="\\")))
    if wanted.after:
        # the name is that of the account where the last page ended
        name = select(_a.name).where(_a.id == wanted.after).scalar_subquery()
        conditions.append(or_(_a.name > name, and_(_a.name == name, _a.id > wanted.after)))
    query = select(_a.id).where(*conditions).order_by(_a.name, _a.id).limit(wanted.limit + 1)
    ids = list(connection.execute(query).scalars())
    found = organisations.get_accounts(connection, ids[: wanted.limit])
    shown = tuple(found[one] for one in ids[: wanted.limit])
    return Page(accounts=shown, next=shown[-1].id if len(ids) > wanted.limit else "")


def roster_of(connection: Connection, sight: Sight, channel: str, now: datetime) -> Roster:
    chosen = _of_sight(sight)
    if channel:
        chosen.append(_a.channel == channel)
    held = _conditions(now)
    sums: list[ColumnElement[Any]] = [_count(held[health]) for health in Health]
    sums += [_count(and_(_a.active, _a.authorised_until <= now + until)) for until in FORECAST]
    row = connection.execute(select(func.count(), *sums).where(*chosen)).one()
    counts = [int(count or 0) for count in row]
    health = dict(zip(Health, counts[1:], strict=False))
    return Roster(total=counts[0], health=health, ending=tuple(counts[1 + len(Health) :]))


def tags_of(connection: Connection, sight: Sight, most: int) -> list[tuple[str, int]]:
    """The tags of the accounts in sight, with how many have each, the commonest first."""
    t = account_tags.c
    number = func.count()
    query = select(t.tag, number).group_by(t.tag).order_by(number.desc(), t.tag).limit(most)
    if not sight.whole:
        query = query.join(accounts, _a.id == t.account_id).where(*_of_sight(sight))
    return [(tag, count) for tag, count in connection.execute(query)]


def count_selected(connection: Connection, selection: Selection, sight: Sight) -> int:
    """How many accounts in sight a selection means."""
    query = select(func.count()).select_from(accounts)
    conditions = [*organisations.conditions_of(connection, selection), *_of_sight(sight)]
    return connection.execute(query.where(*conditions)).scalar_one()


def filings_of(connection: Connection, body_id: str) -> dict[FilingState, int]:
    """How many of the body's own accounts have which filing."""
    query = select(_a.filing, func.count()).where(_a.body_id == body_id).group_by(_a.filing)
    return {FilingState(filing): count for filing, count in connection.execute(query)}


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _conditions(now: datetime) -> dict[Health, ColumnElement[bool]]:
    ended = and_(_a.authorised_until.is_not(None), _a.authorised_until <= now)
    return {
        Health.RECONNECT: and_(_a.active, or_(_a.needs_reconnecting != "", ended)),
        Health.EXPIRING: and_(
            _a.active, _a.authorised_until > now, _a.authorised_until <= now + _SOON
        ),
        Health.UNCONNECTED: and_(_a.active, _a.sealed == ""),
        Health.UNFILED: and_(_a.active, _a.filing != FilingState.FILED.value),
        Health.PAUSED: _a.paused_until > now,
        Health.OFF: _a.active.is_(False),
    }


def _of_sight(sight: Sight) -> list[ColumnElement[bool]]:
    return [] if sight.whole else [_a.body_id.in_(sight.bodies)]
