"""What is to be done with one reader's due notices now, in the transaction that writes it ahead.

Everything that may have changed since a notice was made is asked here and nowhere else: whether it
was recalled, whether they opted out or were erased, how much they had today, whether the platform
lets us write to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.catalogue.public import store as public
from hub.conversation import store as messages
from hub.conversation.contacts import store as contacts
from hub.conversation.models import Message
from hub.conversation.notices import store
from hub.conversation.notices.models import Notice, NoticeKind, Reach, Reason
from hub.conversation.notices.rules import Manners, day_start, opened_by, opening
from hub.conversation.subscriptions import store as subscriptions
from hub.conversation.subscriptions.models import Reader
from hub.organisations.models import Account
from hub.organisations.store import get_accounts

__all__ = ["Decision", "Seen", "decide"]

_HISTORY = 10  # messages in which an open window is looked for
_ACCOUNT_RESTS = timedelta(minutes=30)


class Seen:
    """What many readers of one transaction have in common, asked once: items as the public sees
    them, and accounts."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._items: dict[str, Item | None] = {}
        self._accounts: dict[str, Account | None] = {}

    def item(self, item_id: str) -> Item | None:
        """None for what the public does not see."""
        if item_id not in self._items:
            found = public.public_items(self.connection, [item_id])
            self._items[item_id] = found.get(item_id)
        return self._items[item_id]

    def account(self, account_id: str) -> Account | None:
        if account_id not in self._accounts:
            found = get_accounts(self.connection, [account_id])
            self._accounts[account_id] = found.get(account_id)
        return self._accounts[account_id]


@dataclass(slots=True, kw_only=True)
class Decision:
    """`chosen` go in one message now, to `sealed`, within the window that `opened_by` opened; the
    others are dropped, have expired, or are held until a time for a reason."""

    chosen: list[Notice] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    sealed: str = ""
    opened_by: Message | None = None
    dropped: dict[Reason, list[str]] = field(default_factory=dict)
    expired: list[Notice] = field(default_factory=list)
    held: list[Notice] = field(default_factory=list)
    held_until: datetime | None = None
    reason: Reason | None = None

    def drop(self, notice: Notice, reason: Reason) -> None:
        self.dropped.setdefault(reason, []).append(notice.id)

    def hold(self, notices: Sequence[Notice], until: datetime, reason: Reason) -> Decision:
        self.held, self.held_until, self.reason = list(notices), until, reason
        return self


def decide(
    seen: Seen,
    reader: Reader,
    due: Sequence[Notice],
    *,
    reach: Reach,
    manners: Manners,
    now: datetime,
    answering: bool = False,
) -> Decision:
    """`answering`: they have just written, and it goes with the answer."""
    done, connection = Decision(), seen.connection
    wanted = _wanted(seen, reader, due, now, done)
    if not wanted:
        return done
    if not _usable(seen.account(reader.account), now):
        return done.hold(wanted, now + _ACCOUNT_RESTS, Reason.ACCOUNT)
    today = day_start(now, manners.zone)
    if not answering and len(store.begun_since(connection, reader, today)) >= manners.most_a_day:
        return done.hold(wanted, _tomorrow(now, manners), Reason.DAILY_MOST)
    done.sealed = contacts.sealed_address(connection, reader)
    if not done.sealed:
        for notice in wanted:
            done.drop(notice, Reason.NO_ADDRESS)
        return done
    if reach.windows and not answering:
        done.opened_by = _opened(connection, reader, reach, now)
        if done.opened_by is None:
            return done.hold(wanted, max(one.expires_at for one in wanted), Reason.WINDOW)
    done.chosen = _together(wanted)
    shown = {one.item_id: seen.item(one.item_id) for one in done.chosen}
    done.items = {item_id: item for item_id, item in shown.items() if item is not None}
    return done


def _wanted(
    seen: Seen, reader: Reader, due: Sequence[Notice], now: datetime, done: Decision
) -> list[Notice]:
    """Those that are still to be told; the others go into `done`."""
    silent = subscriptions.silent_since(seen.connection, reader)
    wanted = []
    for notice in due:
        shown = seen.item(notice.item_id)
        if silent is not None and silent >= notice.asked_at:
            done.drop(notice, Reason.OPTED_OUT)
        elif shown is None:
            done.drop(notice, Reason.RECALLED)
        elif shown.version != notice.version and notice.kind is NoticeKind.ITEM:
            done.drop(notice, Reason.SUPERSEDED)
        elif notice.subscription_id and not subscriptions.goes_on(
            seen.connection, notice.subscription_id
        ):
            done.drop(notice, Reason.UNSUBSCRIBED)
        elif notice.expires_at <= now:
            done.expired.append(notice)
        else:
            wanted.append(notice)
    return wanted


def _usable(account: Account | None, now: datetime) -> bool:
    if account is None or not account.active or account.needs_reconnecting:
        return False
    return account.paused_until is None or account.paused_until <= now


def _tomorrow(now: datetime, manners: Manners) -> datetime:
    """The first moment of the next day that is not quiet."""
    day = now.astimezone(ZoneInfo(manners.zone)) + timedelta(days=1)
    return opening(day_start(day, manners.zone), manners)


def _opened(connection: Connection, reader: Reader, reach: Reach, now: datetime) -> Message | None:
    history = messages.history(connection, reader.account, reader.sender, _HISTORY)[::-1]
    longest = max(window.within for window in reach.windows.values())
    begun = store.begun_since(connection, reader, now - longest)
    return opened_by(history, reach, begun, now)


def _together(wanted: Sequence[Notice]) -> list[Notice]:
    """What goes in one message: a result stands alone, news are collected."""
    results = [one for one in wanted if one.kind is NoticeKind.RESULT]
    if results:
        return results[:1]
    return list(wanted)
