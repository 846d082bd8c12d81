"""SQL of what people said to findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, insert, select, update

from hub.kernel.database import Transaction
from hub.organisations.tables import accounts
from hub.publishing.findings.models import Acknowledgement, Topic
from hub.publishing.findings.tables import acknowledgements

__all__ = ["owners", "put", "said_to"]

_k = acknowledgements.c
_AT_ONCE = 500


def said_to(
    connection: Connection, topic: Topic, subjects: Collection[str]
) -> Mapping[str, Acknowledgement]:
    """The newest word about each subject, whether it still is the same finding or not."""
    found: dict[str, Acknowledgement] = {}
    asked = sorted(subjects)
    for start in range(0, len(asked), _AT_ONCE):
        query = select(acknowledgements).where(
            _k.topic == topic.value, _k.subject.in_(asked[start : start + _AT_ONCE])
        )
        for row in connection.execute(query):
            found[row.subject] = Acknowledgement(**row._asdict() | {"topic": Topic(row.topic)})
    return found


def put(tx: Transaction, said: Acknowledgement) -> None:
    """Keep it in the place of what was said to the same subject; the audit log has both."""
    values = {
        "fingerprint": said.fingerprint,
        "remark": said.remark,
        "by": said.by,
        "at": said.at,
    }
    which = (_k.topic == said.topic.value, _k.subject == said.subject)
    if not tx.execute(update(acknowledgements).where(*which).values(**values)).rowcount:
        key = {"topic": said.topic.value, "subject": said.subject}
        tx.execute(insert(acknowledgements).values(**key, **values))


def owners(connection: Connection, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Accounts' names and bodies, by id."""
    found: dict[str, tuple[str, str]] = {}
    asked = sorted(ids)
    for start in range(0, len(asked), _AT_ONCE):
        query = select(accounts.c.id, accounts.c.name, accounts.c.body_id).where(
            accounts.c.id.in_(asked[start : start + _AT_ONCE])
        )
        for row in connection.execute(query):
            found[row.id] = (row.name, row.body_id)
    return found
