"""SQL over working drafts: one function per question."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from hub.catalogue.drafting.models import Draft, Typed, Writer
from hub.catalogue.drafting.tables import item_drafts
from hub.kernel.columns import storable
from hub.kernel.database import Transaction
from hub.organisations.tables import people

__all__ = ["drafts_of_person", "find_draft", "forget", "keep", "writers"]

_d = item_drafts.c


def find_draft(connection: Connection, item_id: str, login: str) -> Draft | None:
    row = connection.execute(
        select(item_drafts).where(_d.item_id == item_id, _d.login == login)
    ).first()
    if row is None:
        return None
    return Draft(**row._asdict() | {"typed": msgspec.convert(row.typed, Typed)})


def drafts_of_person(connection: Connection, login: str, limit: int) -> list[str]:
    """The ids of the items that the person is writing at, last kept first."""
    query = select(_d.item_id).where(_d.login == login).order_by(_d.saved_at.desc())
    return list(connection.execute(query.limit(limit)).scalars())


def writers(connection: Connection, item_id: str, but: str) -> list[Writer]:
    """Who else writes at the item, the last one first."""
    query = (
        select(_d.login, people.c.name, _d.saved_at)
        .join(people, people.c.login == _d.login)
        .where(_d.item_id == item_id, _d.login != but)
        .order_by(_d.saved_at.desc())
    )
    return [Writer(**row._asdict()) for row in connection.execute(query)]


def keep(tx: Transaction, draft: Draft) -> None:
    """The first revision of a draft is a new row, every other one changes it."""
    values = {
        "base_version": draft.base_version,
        "revision": draft.revision,
        "window": draft.window,
        "typed": storable(msgspec.to_builtins(draft.typed)),
        "saved_at": draft.saved_at,
    }
    mine = {"item_id": draft.item_id, "login": draft.login}
    if draft.revision == 1:
        tx.execute(insert(item_drafts).values(**mine, **values))
    else:
        change = update(item_drafts).where(_d.item_id == draft.item_id, _d.login == draft.login)
        tx.execute(change.values(**values))


def forget(tx: Transaction, item_id: str, login: str) -> bool:
    """Whether there was one."""
    gone = delete(item_drafts).where(_d.item_id == item_id, _d.login == login)
    return tx.execute(gone).rowcount > 0
